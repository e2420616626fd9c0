// Client authentication at the token endpoint, before any code or refresh token is looked at: secrets in the form or
// by HTTP Basic (RFC 6749 §2.3.1), at Entra also signed assertions (RFC 7523 §2.2). Wording is the dialect's.
import { createHash } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import type { ClientKey, ClientRegistry, RegisteredClient } from './clients.ts';
import type { Directories } from './directories.ts';

export type ClientFailure =
  | 'tenant_unknown'
  | 'client_missing'
  | 'client_unknown'
  | 'client_deleted'
  | 'client_single_tenant'
  | 'client_elsewhere'
  | 'credentials_missing'
  | 'credentials_forbidden'
  | 'secret_wrong'
  | 'secret_expired'
  | 'assertion_bad';

export type ClientOutcome = { client: RegisteredClient } | { failure: ClientFailure };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const USED_MAX = 10_000;

export type ClientAuthentication = ReturnType<typeof createClientAuthentication>;

export function createClientAuthentication(deps: {
  clients: ClientRegistry;
  directories: Directories;
  /** Whether the audience of an assertion is this token endpoint; absent: assertions are not taken. */
  isTokenEndpoint?: ((audience: string) => boolean) | undefined;
}) {
  const { clients, directories } = deps;
  // Identifiers of assertions that were used, with the second they expire.
  const used = new Map<string, number>();

  /** Which client it is and whether it may be used in that directory. Says nothing about credentials. */
  function identify(clientId: string | undefined, tenant: string | undefined): ClientOutcome {
    if (tenant !== undefined && directories.resolve(tenant) === undefined)
      return { failure: 'tenant_unknown' };
    if (clientId === undefined || clientId === '') return { failure: 'client_missing' };
    if (clients.wasDeleted(clientId)) return { failure: 'client_deleted' };
    const client = clients.find(clientId);
    if (client === undefined || client.kind === 'service_account') return { failure: 'client_unknown' };
    if (tenant === undefined || client.isMultiTenant) return { client };
    const resolved = directories.resolve(tenant);
    if (resolved?.type === 'alias') return { failure: 'client_single_tenant' };
    const isHome = resolved?.tenantId === directories.tenantIdOf(client.homeTenant);
    return isHome ? { client } : { failure: 'client_elsewhere' };
  }

  async function authenticate(request: {
    form: URLSearchParams;
    authorization: string | undefined;
    tenant: string | undefined;
  }): Promise<ClientOutcome> {
    const { form, tenant } = request;
    const basic = readBasic(request.authorization);
    const assertion = form.get('client_assertion') ?? undefined;
    const clientId = form.get('client_id') ?? basic?.clientId ?? subjectOf(assertion);
    const identified = identify(clientId, tenant);
    if ('failure' in identified) return identified;
    const { client } = identified;
    const secret = form.get('client_secret') ?? basic?.clientSecret ?? '';
    if (client.kind === 'public') {
      return secret === '' && assertion === undefined ? { client } : { failure: 'credentials_forbidden' };
    }
    if (assertion !== undefined && deps.isTokenEndpoint !== undefined) {
      const isRightType = form.get('client_assertion_type') === ASSERTION_TYPE;
      return isRightType && (await isAssertionGood(assertion, client))
        ? { client }
        : { failure: 'assertion_bad' };
    }
    if (secret === '') return { failure: 'credentials_missing' };
    const matching = client.secrets.find(({ value }) => value === secret);
    if (matching === undefined) return { failure: 'secret_wrong' };
    const hasExpired = typeof matching.expiresAt === 'number' && matching.expiresAt <= Date.now();
    return hasExpired ? { failure: 'secret_expired' } : { client };
  }

  async function isAssertionGood(assertion: string, client: RegisteredClient): Promise<boolean> {
    for (const key of client.keys) {
      const verified = await verify(assertion, key, client.clientId);
      if (verified === undefined) continue;
      if (!(deps.isTokenEndpoint?.(verified.audience) ?? false)) return false;
      return useOnce(`${client.clientId} ${verified.jti}`, verified.exp);
    }
    return false;
  }

  function useOnce(identifier: string, exp: number): boolean {
    const now = Date.now() / 1000;
    if (used.has(identifier)) return false;
    if (used.size >= USED_MAX) {
      for (const [old, expires] of used) if (expires <= now) used.delete(old);
      if (used.size >= USED_MAX) throw new Error('too many client assertions are still valid');
    }
    used.set(identifier, exp);
    return true;
  }

  return { identify, authenticate };
}

type Verified = { audience: string; jti: string; exp: number };

async function verify(assertion: string, key: ClientKey, clientId: string): Promise<Verified | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(assertion, key.publicKey, {
      algorithms: ['PS256', 'RS256'],
      issuer: clientId,
      subject: clientId,
      requiredClaims: ['aud', 'exp', 'jti'],
    });
    const { aud, exp, jti } = payload;
    if (typeof aud !== 'string' || exp === undefined || !jti) return undefined;
    return hasThumbprint(protectedHeader, key) ? { audience: aud, exp, jti } : undefined;
  } catch {
    return undefined;
  }
}

/** Entra finds the key by the thumbprint. Of a bare public key none is known, then only its presence is asked for. */
function hasThumbprint(header: Record<string, unknown>, { certificate }: ClientKey): boolean {
  const sent = header['x5t#S256'] ?? header.x5t;
  if (typeof sent !== 'string' || sent === '') return false;
  if (certificate === undefined) return true;
  if (Date.parse(certificate.validTo) <= Date.now()) return false;
  const algorithm = header['x5t#S256'] === undefined ? 'sha1' : 'sha256';
  return sent === createHash(algorithm).update(certificate.raw).digest('base64url');
}

function subjectOf(assertion: string | undefined): string | undefined {
  if (assertion === undefined) return undefined;
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

/** Both halves are form-encoded inside the base64 (RFC 6749 §2.3.1). */
function readBasic(authorization = '') {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  try {
    return { clientId: formDecode(name), clientSecret: formDecode(rest.join(':')) };
  } catch {
    return undefined;
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'));
}
