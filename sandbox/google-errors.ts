// What Google says when a client or a person is turned away: bodies of the token endpoint, and the pages of its own
// that never come back to the client. Short codes are Google's; clients may decide on nothing else.
import type { ClientFailure } from './client-auth.ts';
import type { ClientPolicy, RegisteredClient } from './clients.ts';
import type { ErrorPage, Refusal } from './dialect.ts';
import type { SandboxUser } from './users.ts';

const NOT_FOUND = ['invalid_client', 'The OAuth client was not found.'] as const;
const UNAUTHORIZED = ['invalid_client', 'Unauthorized'] as const;

// Google has no directories and no assertions; those failures cannot arise and read like their nearest kin.
const CLIENT_ERRORS = {
  client_missing: ['invalid_request', 'Could not determine client ID from request.'],
  client_unknown: NOT_FOUND,
  client_deleted: ['deleted_client', 'The OAuth client was deleted.'],
  credentials_missing: ['invalid_request', 'client_secret is missing.'],
  credentials_forbidden: UNAUTHORIZED,
  secret_wrong: UNAUTHORIZED,
  secret_expired: UNAUTHORIZED,
  assertion_bad: UNAUTHORIZED,
  tenant_unknown: NOT_FOUND,
  client_single_tenant: NOT_FOUND,
  client_elsewhere: NOT_FOUND,
} as const satisfies Record<ClientFailure, readonly [string, string]>;

export function googleClientRefusal(failure: ClientFailure): Refusal {
  const [error, error_description] = CLIENT_ERRORS[failure];
  return { status: error === 'invalid_request' ? 400 : 401, body: { error, error_description } };
}

export function googleClientPage(failure: ClientFailure | 'redirect_uri_wrong'): ErrorPage {
  if (failure === 'redirect_uri_wrong') {
    return {
      title: 'Error 400: redirect_uri_mismatch',
      detail: 'The redirect URI of this request is not registered for the OAuth client.',
    };
  }
  const [error, detail] = CLIENT_ERRORS[failure];
  return { title: `Error ${error === 'invalid_request' ? 400 : 401}: ${error}`, detail };
}

const POLICY_PAGES = {
  admin_policy_enforced: [400, 'admin_policy_enforced', 'The administrator of this account blocks the app.'],
  access_denied_unverified: [
    403,
    'access_denied',
    'The app is not verified and the account is no test user.',
  ],
  rate_limit_exceeded: [403, 'rate_limit_exceeded', 'The app has reached its limit of new users.'],
  org_internal: [403, 'org_internal', 'The app is restricted to people of its own organization.'],
  disallowed_useragent: [403, 'disallowed_useragent', 'Signing in from this browser is not allowed.'],
} as const satisfies Record<ClientPolicy, readonly [number, string, string]>;

/** The page that stops this person at this client, or undefined. */
export function policyPage(
  client: RegisteredClient | undefined,
  user: SandboxUser | undefined,
): (ErrorPage & { status: number }) | undefined {
  if (client === undefined || user === undefined || client.policy === null) return undefined;
  const isMember = client.organization !== undefined && user.hostedDomain === client.organization;
  if (client.policy === 'org_internal' && isMember) return undefined;
  const [status, code, detail] = POLICY_PAGES[client.policy];
  return { status, title: `Error ${status}: ${code}`, detail };
}
