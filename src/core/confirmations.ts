// The caller's word that the browser that came back was the right person's. Until then nothing is connected.
import type { Authorization } from './authorization.ts';
import type { ConnectSession } from './connect-session.ts';
import { notFound } from './errors.ts';
import type { Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type Confirmations = ReturnType<typeof createConfirmations>;

export function createConfirmations({
  store,
  authorization,
}: Pick<Ports, 'store'> & { authorization: Authorization }) {
  return {
    /**
     * The session as it is then: connected, or failed when the address became somebody else's meanwhile. Throws
     * `not_found`, `connect_session_over`, `confirmation_refused`.
     */
    async confirm(principal: Principal, id: string, code: string): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:create');
      const session = await store.connectSessions.byId(id);
      if (session?.workspaceId !== workspaceId) throw notFound('connect session');
      await authorization.confirm(principal, session, code);
      return (await store.connectSessions.byId(id)) ?? session;
    },
  };
}
