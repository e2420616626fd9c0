// Entra's client credentials grant (RFC 6749 §4.4): a client acts for itself in one directory, with the roles an
// administrator gave it there. Which mailboxes such a token opens is decided in mailbox-access.ts.
import type { RegisteredClient } from './clients.ts';
import type { Refusal } from './dialect.ts';
import { splitScope } from './dialect.ts';
import type { Directories } from './directories.ts';
import type { Engine } from './engine.ts';
import { aadstsBody } from './microsoft-errors.ts';
import { readDefaultScope } from './microsoft-scopes.ts';
import type { Settings } from './types.ts';

export type AppOnlyDeps = { engine: Engine; directories: Directories; settings: Settings };

/** The client has been authenticated before. */
export async function clientCredentialsGrant(
  request: { client: RegisteredClient; form: URLSearchParams; tenant: string | undefined },
  { engine, directories, settings }: AppOnlyDeps,
): Promise<Refusal> {
  const { client, form, tenant = 'common' } = request;
  const resolved = directories.resolve(tenant);
  // An alias names no directory, and without a person none follows from anything else.
  if (resolved?.type !== 'directory') return refuse(50059, 'invalid_request');
  const { tenantId } = resolved;
  const scopes = splitScope(form.get('scope'));
  const wanted = readDefaultScope(scopes[0] ?? '');
  if (wanted === undefined || scopes.length !== 1) return refuse(70011, 'invalid_scope');
  const granted = directories.applicationPermissionsOf(tenantId, client.clientId);
  if (granted === undefined) return refuse(700016, 'unauthorized_client');
  const access_token = await engine.issueAppToken({
    clientId: client.clientId,
    audience: wanted.audience,
    extra: { roles: granted.filter(wanted.ownsRole), tid: tenantId },
  });
  const expires_in = settings.accessTokenTtlSeconds;
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in, ext_expires_in: expires_in, access_token },
  };
}

function refuse(code: number, error: string): Refusal {
  return { status: 400, body: aadstsBody({ code, error }) };
}
