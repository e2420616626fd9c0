// Who made which connect session: its status and its code are for that browser alone. A real application has its users
// and a database in place of a cookie and a map.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const sessionsMax = 10_000;

export function createVisitors() {
  const owners = new Map<string, string>();
  return {
    /** The browser that asks; a new one gets a cookie. */
    of(request: IncomingMessage, response: ServerResponse): string {
      const known = /(?:^|; )visitor=([0-9a-f]{32})/.exec(request.headers.cookie ?? '')?.[1];
      if (known) return known;
      const visitor = randomBytes(16).toString('hex');
      response.setHeader('set-cookie', `visitor=${visitor}; HttpOnly; SameSite=Lax; Path=/`);
      return visitor;
    },
    owns: (visitor: string, sessionId: string): boolean => owners.get(sessionId) === visitor,
    remember(visitor: string, sessionId: string): void {
      owners.set(sessionId, visitor);
      const [oldest] = owners.keys();
      if (owners.size > sessionsMax && oldest !== undefined) owners.delete(oldest);
    },
  };
}
