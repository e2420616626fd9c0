// From an HTTP request to a principal: `Authorization: Bearer <API key>` (RFC 6750 section 2.1), and for keys
// of the installation the workspace they act in.
import type { IncomingHttpHeaders } from 'node:http';
import { type Core, GatewayError, type Principal } from '../core/index.ts';

/** Throws `unauthenticated`, and `permission_denied` or `not_found` for the named workspace. */
export async function authenticate(core: Core, headers: IncomingHttpHeaders): Promise<Principal> {
  const [scheme, text, ...rest] = (headers.authorization ?? '').trim().split(/ +/);
  if (scheme?.toLowerCase() !== 'bearer' || !text || rest.length > 0) {
    throw new GatewayError('unauthenticated', 'Send the header `Authorization: Bearer <API key>`.');
  }
  const principal = await core.apiKeys.authenticate(text);
  const workspaceId = headers['mailgrant-workspace'];
  return typeof workspaceId === 'string' ? core.workspaces.actIn(principal, workspaceId) : principal;
}
