// From an HTTP request to a principal: `Authorization: Bearer <API key>` (RFC 6750 section 2.1), and for keys
// of the installation the workspace they act in.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Core, GatewayError, type Principal } from '../core/index.ts';

const usualScheme = 'Bearer ';

/**
 * From memory, at once; null when `authenticate` must say, which knows every spelling and every refusal. Throws
 * `permission_denied` for the named workspace.
 */
export function recallPrincipal(core: Core, headers: IncomingHttpHeaders): Principal | null {
  const { authorization } = headers;
  if (!authorization?.startsWith(usualScheme)) return null;
  const principal = core.apiKeys.recall(authorization.slice(usualScheme.length));
  const workspaceId = headers['mailgrant-workspace'];
  if (principal === null || workspaceId === undefined) return principal;
  return typeof workspaceId === 'string' ? core.workspaces.recallIn(principal, workspaceId) : null;
}

/** Throws `unauthenticated`, and `permission_denied` or `not_found` for the named workspace. */
export async function authenticate(core: Core, headers: IncomingHttpHeaders): Promise<Principal> {
  const recalled = recallPrincipal(core, headers);
  if (recalled) return recalled;
  const [scheme, text, ...rest] = (headers.authorization ?? '').trim().split(/ +/);
  if (scheme?.toLowerCase() !== 'bearer' || !text || rest.length > 0) {
    throw new GatewayError('unauthenticated', 'Send the header `Authorization: Bearer <API key>`.');
  }
  const principal = await core.apiKeys.authenticate(text);
  const workspaceId = headers['mailgrant-workspace'];
  return typeof workspaceId === 'string' ? core.workspaces.actIn(principal, workspaceId) : principal;
}

/** As `authenticate`, and with what the audit log tells of a request. */
export const authenticateRequest = async (
  core: Core,
  { id, ip }: Pick<FastifyRequest, 'id' | 'ip'>,
  headers: IncomingHttpHeaders,
): Promise<Principal> => ({
  ...(await authenticate(core, headers)),
  from: { channel: 'api_key', requestId: id, address: ip },
});
