// Who calls: checked before the rest of a request is looked at, kept beside the request until it ends. A program sends
// an API key; the console's page has a cookie, which is looked at only when there is no key.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core, OpenConsoleSession, Principal } from '../../core/index.ts';
import { authenticate, recallPrincipal } from '../authenticate.ts';
import { consoleTokenOf } from '../console-cookie.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null outside of the scope that `recognize` was called for. */
    nativePrincipal: Principal | null;
    /** Null for a caller with an API key. */
    consoleSession: OpenConsoleSession | null;
  }
}

/** Holds for the routes that are registered after it. Without a promise when the key is known. */
export function recognize(app: FastifyInstance, core: Core): void {
  app.decorateRequest('nativePrincipal', null);
  app.decorateRequest('consoleSession', null);
  app.addHook('onRequest', (request, _, done) => {
    const { headers } = request;
    const found = recalled(core, headers);
    if (found) {
      request.nativePrincipal = withOrigin(found, request);
      done();
      return;
    }
    identify(core, request).then((principal) => {
      request.nativePrincipal = withOrigin(principal, request);
      done();
    }, done);
  });
}

async function identify(core: Core, request: FastifyRequest): Promise<Principal> {
  const { headers } = request;
  const token = consoleTokenOf(headers, core.settings.publicUrl);
  if (token === null) return authenticate(core, headers);
  const { principal, ...open } = await core.consoleSessions.authenticate(token);
  request.consoleSession = open;
  const byConsole: Principal = {
    ...principal,
    from: { channel: 'console', requestId: request.id, address: request.ip },
  };
  const workspaceId = headers['mailgrant-workspace'];
  return typeof workspaceId === 'string' ? core.workspaces.actIn(byConsole, workspaceId) : byConsole;
}

/** Whom the audit log names. The remembered principal is shared by all calls of its key, so it stays as it is. */
const withOrigin = (principal: Principal, { id, ip }: FastifyRequest): Principal => ({
  ...principal,
  from: { channel: principal.from?.channel ?? 'api_key', requestId: id, address: ip },
});

/** Null also for a refusal: `authenticate` comes to the same one. */
function recalled(core: Core, headers: Parameters<typeof recallPrincipal>[1]): Principal | null {
  try {
    return recallPrincipal(core, headers);
  } catch {
    return null;
  }
}

/** The caller of a request that passed `recognize`. */
export function principalOf({ nativePrincipal }: { nativePrincipal: Principal | null }): Principal {
  if (!nativePrincipal) throw new Error('a route was registered outside of the authenticated scope');
  return nativePrincipal;
}
