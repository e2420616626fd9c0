// Grants and token sets: what a person allowed, and the access tokens that came of it.
import type { ReasonCode } from './diagnosis.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { IssuedTokens, ProviderWords } from './ports.ts';
import type { Secret } from './secret.ts';

/**
 * Withdrawn, expired or ended by a new password: providers answer `invalid_grant` to all of them, with the same words,
 * so that a dead grant has one status. One that is disconnected here is deleted.
 */
export type GrantStatus = 'active' | 'needs_reauthorization';

/** Why a grant is dead, or why its last refresh failed; with the provider's own words for support. */
export type GrantFailure = { reason: ReasonCode; provider: ProviderWords };

export type Grant = {
  id: string;
  workspaceId: string;
  oauthClientId: string;
  provider: ProviderName;
  /** The person: `iss` and `sub` at Google; the directory's issuer and `oid` at Microsoft. */
  issuer: string;
  subject: string;
  /** Where to refresh: Entra binds a grant to the directory it was given in. Null at Google. */
  entraTenantId: string | null;
  /** Space-separated, over all resources, as granted. */
  scope: string;
  /** Of `scope` as it was first granted: what the provider has stopped giving since. */
  lostScopes: string[];
  /** Null for a grant by an administrator's delegation or an OAuth client's own permission: tokens are minted. */
  refreshToken: Secret<string> | null;
  refreshTokenExpiresAt: number | null;
  status: GrantStatus;
  failure: GrantFailure | null;
  /** Raised by every write of the refresh token or the status. */
  version: number;
  leaseOwner: string | null;
  leaseUntil: number;
  /** After a transient failure, which `failure` then tells: no attempt before this moment. */
  retryAt: number | null;
  /** When a person, or an administrator for them, last said yes. */
  consentedAt: number;
  refreshedAt: number;
  /** When it is to be refreshed next without anybody asking. */
  keepAliveAt: number;
  /** When it ends by itself, as far as that can be told (due-times.ts); 0 = not worked out yet, null = never. */
  endsAt: number | null;
  /** How many days before that its mailboxes' owners were last warned. */
  endWarnedDays: number | null;
  createdAt: number;
  updatedAt: number;
};

export type TokenSet = {
  grantId: string;
  /** URL of the protected resource. */
  resource: string;
  accessToken: Secret<string>;
  scope: string;
  obtainedAt: number;
  expiresAt: number;
  /** When somebody last asked for it, to the precision of a flush; null = nobody since it is recorded. */
  readAt: number | null;
};

/** The token set that an answer holds. */
export function tokenSetOf(
  grantId: string,
  resource: string,
  issued: IssuedTokens,
  grantedScope: string,
  now: number,
): TokenSet {
  return {
    grantId,
    resource,
    accessToken: issued.accessToken,
    scope: issued.scope ?? grantedScope,
    obtainedAt: now,
    expiresAt: now + issued.expiresInSeconds * 1000,
    readAt: null,
  };
}

export const expiryOf = (seconds: number | null, now: number): number | null =>
  seconds === null ? null : now + seconds * 1000;
