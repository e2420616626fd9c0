// Who calls: checked before the rest of a request is looked at, kept beside the request until it ends.
import type { FastifyRequest } from 'fastify';
import type { Core, Principal } from '../../core/index.ts';
import { authenticate } from '../authenticate.ts';

const principals = new WeakMap<object, Principal>();

/** A hook for `onRequest`. */
export const recognize =
  (core: Core) =>
  async (request: FastifyRequest): Promise<void> => {
    principals.set(request, await authenticate(core, request.headers));
  };

/** The caller of a request that passed `recognize`. */
export function principalOf(request: object): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error('a route was registered outside of the authenticated scope');
  return principal;
}
