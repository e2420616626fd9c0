// Who signed in, from the claims of a verified ID token: issuer rules and identity keys of Google and Entra.
// Pure. Signature, audience, times and nonce were checked before, in id-token.ts.
import type { Attempt, Identity } from '../core/ports.ts';
import { ownFailure } from './token-errors.ts';

/** Claims of a verified token; nothing about their types is known yet. */
export type Claims = Readonly<Record<string, unknown>>;

/** The directory that stands for all consumer accounts (outlook.com and the like). */
export const consumerTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isGuid = (text: string): boolean => guid.test(text);

const invalid = (): Attempt<Identity> => ({
  ok: false,
  failure: ownFailure('request', 'identity_invalid'),
});

/**
 * Google: `iss` with or without its scheme is the same issuer and is stored with it; the key is `sub`; a
 * Workspace account is one that has `hd`. The address is null unless Google vouches for it.
 */
export const googleIdentity = (claims: Claims, issuers: readonly string[]): Attempt<Identity> => {
  const issuer = issuers.find((one) => claims.iss === one || claims.iss === withoutScheme(one));
  const subject = claims.sub;
  if (issuer === undefined || typeof subject !== 'string' || subject === '') return invalid();
  return {
    ok: true,
    value: {
      issuer,
      subject,
      email: verifiedAddress(claims),
      name: textOf(claims.name),
      entraTenantId: null,
      isManaged: textOf(claims.hd) !== '',
    },
  };
};

/** The address of Google's claims, from the ID token or userinfo; null when absent or not verified. */
export const verifiedAddress = (claims: Claims): string | null =>
  claims.email_verified === false || claims.email_verified === 'false' ? null : addressOf(claims.email);

/**
 * Entra: `iss` is the template with the token's own `tid` (a GUID); the key is `tid` and `oid`, because `sub`
 * differs per registration. The address is the sign-in name: its domain must belong to the directory, whereas
 * a directory's administrator can write anything into `email`, which counts for consumer accounts alone. That the mailbox is
 * really this one is proved by signing in to it.
 */
export const entraIdentity = (
  claims: Claims,
  expected: { issuers: readonly string[]; entraTenant: string },
): Attempt<Identity> => {
  const { tid, oid, iss } = claims;
  if (typeof tid !== 'string' || !isGuid(tid) || typeof oid !== 'string' || oid === '') return invalid();
  const issuer = expected.issuers
    .map((template) => template.replace('{tenantid}', tid))
    .find((one) => one === iss);
  if (issuer === undefined) return invalid();
  if (!tenantFits(expected.entraTenant, tid)) {
    return { ok: false, failure: ownFailure('request', 'account_not_found') };
  }
  return {
    ok: true,
    value: {
      issuer,
      subject: oid,
      email:
        addressOf(claims.preferred_username) ??
        (tid.toLowerCase() === consumerTenantId ? addressOf(claims.email) : null),
      name: textOf(claims.name),
      entraTenantId: tid.toLowerCase(),
      isManaged: tid.toLowerCase() !== consumerTenantId,
    },
  };
};

/**
 * A domain name as tenant cannot be compared with a GUID; the authority's own URL held it to that directory.
 * Whether consumer accounts are wanted at all is the core's to decide, with words of its own.
 */
const tenantFits = (entraTenant: string, tid: string): boolean => {
  const tenant = entraTenant.toLowerCase();
  if (isGuid(tenant)) return tenant === tid.toLowerCase();
  if (tenant === 'consumers') return tid.toLowerCase() === consumerTenantId;
  return true;
};

const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, '');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Lower case; null unless it looks like an address. */
export const addressOf = (value: unknown): string | null =>
  typeof value === 'string' && value.length <= 320 && /^[^\s@<>"]+@[^\s@<>"]+$/.test(value)
    ? value.toLowerCase()
    : null;
