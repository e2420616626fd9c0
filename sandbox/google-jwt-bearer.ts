// Google's JWT bearer grant (RFC 7523 §2.1): a service account asks for a token, usually in the name of a mailbox of
// a domain that delegated to it. Error texts are Google's short sentences; programs are known to tell them apart.
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import type { Refusal } from './dialect.ts';
import type { Engine } from './engine.ts';
import { readGoogleScopes } from './google.ts';
import type { RegisteredServiceAccount, ServiceAccountRegistry } from './service-accounts.ts';
import type { Settings } from './types.ts';
import { canSignIn, type UserDirectory } from './users.ts';

export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const REAL_TOKEN_ENDPOINT = 'https://oauth2.googleapis.com/token';
const LIFETIME_SECONDS_MAX = 3600;
const SKEW_SECONDS = 300;
const NOT_DELEGATED =
  'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.';
const NOT_TIMELY =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';

export type JwtBearerDeps = {
  accounts: ServiceAccountRegistry;
  users: UserDirectory;
  engine: Engine;
  settings: Settings;
  origin: string;
};

export async function jwtBearerGrant(form: URLSearchParams, deps: JwtBearerDeps): Promise<Refusal> {
  const assertion = form.get('assertion') ?? '';
  const claims = readClaims(assertion);
  if (claims === undefined) return refuse('invalid_grant', 'Invalid JWT.');
  const account = deps.accounts.find(claims.iss ?? '');
  if (account === undefined) return refuse('invalid_request', 'Invalid principal');
  if (!(await isSignedBy(assertion, account))) return refuse('invalid_grant', 'Invalid JWT Signature.');
  if (!isTimely(claims)) return refuse('invalid_grant', NOT_TIMELY);
  if (claims.aud !== `${deps.origin}/token` && claims.aud !== REAL_TOKEN_ENDPOINT) {
    return refuse('invalid_grant', 'Invalid JWT: Failed audience check.');
  }
  const { scopes, unknown } = readGoogleScopes(typeof claims.scope === 'string' ? claims.scope : null);
  if (scopes.length === 0) return refuse('invalid_scope', 'Empty or missing scope not allowed.');
  if (unknown.length > 0) {
    return refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }
  return claims.sub === undefined
    ? answer(await issueOwnToken(account, deps), deps)
    : delegate(account, { subject: claims.sub, scopes }, deps);
}

async function delegate(
  account: RegisteredServiceAccount,
  { subject, scopes }: { subject: string; scopes: string[] },
  deps: JwtBearerDeps,
): Promise<Refusal> {
  const user = deps.users.byLogin(subject);
  if (user === undefined || !canSignIn(user)) return refuse('invalid_grant', 'Invalid email or User ID');
  const delegated = account.delegations[user.login.split('@')[1] ?? ''] ?? [];
  const allowed = readGoogleScopes(delegated.join(' ')).scopes;
  // One scope that is not listed spoils the whole request.
  if (!scopes.every((scope) => allowed.includes(scope)))
    return refuse('unauthorized_client', NOT_DELEGATED, 401);
  const token = await deps.engine.issueUserToken({
    clientId: account.clientId,
    accountId: user.id,
    scope: scopes.join(' '),
  });
  return answer(token, deps);
}

/** Without `sub` the account asks for itself. It has no mailbox, so such a token proves the key and nothing else. */
function issueOwnToken(
  account: RegisteredServiceAccount,
  { engine, origin }: JwtBearerDeps,
): Promise<string> {
  return engine.issueAppToken({ clientId: account.clientId, audience: origin, extra: {} });
}

function answer(access_token: string, { settings }: JwtBearerDeps): Refusal {
  const expires_in = Math.max(1, settings.accessTokenTtlSeconds - 1);
  return { status: 200, body: { access_token, expires_in, token_type: 'Bearer' } };
}

function readClaims(assertion: string): JWTPayload | undefined {
  try {
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
}

async function isSignedBy(assertion: string, account: RegisteredServiceAccount): Promise<boolean> {
  try {
    // A hint (RFC 7515 section 4.1.4): without one every key of the account is tried, and here it has one.
    const { kid } = decodeProtectedHeader(assertion);
    if (kid !== undefined && kid !== account.privateKeyId) return false;
    // The times have an answer of their own, so they are judged elsewhere.
    const options = { algorithms: ['RS256'], clockTolerance: Number.MAX_SAFE_INTEGER };
    await jwtVerify(assertion, account.publicKey, options);
    return true;
  } catch {
    return false;
  }
}

function isTimely({ iat, exp }: JWTPayload): boolean {
  if (typeof iat !== 'number' || typeof exp !== 'number') return false;
  const now = Date.now() / 1000;
  return iat <= now + SKEW_SECONDS && exp > now && exp > iat && exp - iat <= LIFETIME_SECONDS_MAX;
}

function refuse(error: string, error_description: string, status = 400): Refusal {
  return { status, body: { error, error_description } };
}
