// The API key in each of the places where Smartlead's clients put it: the query, the JSON body, `x-api-key`, and
// the header `Authorization` of everybody else. Nothing here is logged: a query with a key in it is a secret.
import type { FastifyRequest } from 'fastify';
import type { Core, Principal } from '../../../core/index.ts';
import { authenticateRequest } from '../../authenticate.ts';
import { SmartleadError } from './errors.ts';

export function addAuthentication(core: Core) {
  const callers = new WeakMap<FastifyRequest, Principal>();

  async function accept(request: FastifyRequest, key: string): Promise<void> {
    const headers = { ...request.headers, authorization: `Bearer ${key}` };
    const principal = await authenticateRequest(core, request, headers);
    // Without a workspace every use case refuses the call.
    if (principal.workspaceId !== null) core.limits.countRequest(principal.workspaceId);
    callers.set(request, principal);
  }

  return {
    /** Before the body is read, so that a stranger with a wrong key costs little. */
    async fromHead(request: FastifyRequest): Promise<void> {
      const key = keyInHeaders(request) ?? memberOf(request.query, 'api_key');
      if (key !== null) await accept(request, key);
    },

    async fromBody(request: FastifyRequest): Promise<void> {
      if (callers.has(request)) return;
      const key = memberOf(request.body, 'api_key');
      if (key === null) throw new SmartleadError(401, 'Invalid API Key');
      await accept(request, key);
    },

    of(request: FastifyRequest): Principal {
      const caller = callers.get(request);
      if (!caller) throw new Error('a handler ran without authentication');
      return caller;
    },
  };
}

function keyInHeaders({ headers }: FastifyRequest): string | null {
  const given = headers['x-api-key'];
  if (typeof given === 'string' && given !== '') return given.trim();
  const bearer = /^bearer +(\S+)$/i.exec((headers.authorization ?? '').trim());
  return bearer?.[1] ?? null;
}

function memberOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' && member.trim() !== '' ? member.trim() : null;
}
