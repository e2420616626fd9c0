// When a grant is refreshed without anybody asking, and when it ends by itself. Every grant is kept alive, so that the
// provider does not let it lapse; those whose tokens were read lately are kept warm, so that no reader waits. All of it
// is jittered: what was imported in one hour must not fall due in one minute for ever after.
import { jittered } from './backoff.ts';
import type { TokenSet } from './grants.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'random' | 'settings'>;

/** Of a token's life, the share before its end within which it is renewed for readers to come. */
const warmShare = { least: 1 / 12, most: 1 / 4 } as const;
/** Providers with very short tokens: readers wait, rather than that we ask all the time. */
const warmMillisecondsMin = 60_000;

/** The sooner of the keep-alive and the warm moments of the token sets. */
export const nextDue = (ports: Needs, now: number, tokenSets: readonly TokenSet[]): number =>
  Math.min(
    now + jittered(ports.random, ports.settings.keepAliveSeconds),
    ...tokenSets.map((tokenSet) => warmAt(ports, now, tokenSet) ?? Number.POSITIVE_INFINITY),
  );

/** When a token set that was read lately is to be renewed; null for one that was not. */
export function warmAt(
  { random, settings }: Needs,
  now: number,
  { obtainedAt, expiresAt, readAt }: Pick<TokenSet, 'obtainedAt' | 'expiresAt' | 'readAt'>,
): number | null {
  if (!wasReadLately({ settings }, now, readAt)) return null;
  const share = warmShare.least + (warmShare.most - warmShare.least) * random.fraction();
  return Math.max(now + warmMillisecondsMin, Math.round(expiresAt - (expiresAt - obtainedAt) * share));
}

export const wasReadLately = (
  { settings }: Pick<Ports, 'settings'>,
  now: number,
  readAt: number | null,
): boolean => readAt !== null && readAt > now - settings.warmSeconds * 1000;

const day = 24 * 3600 * 1000;

/** Unused for so long, a refresh token is not honoured any more (both providers' documents say it so). */
const idleDaysMax = { google: 183, microsoft: 90 } as const satisfies Record<ProviderName, number>;

/** The sooner of the end that the provider named and the one that disuse would bring. */
export const endOf = (grant: {
  provider: ProviderName;
  refreshedAt: number;
  refreshTokenExpiresAt: number | null;
}): number =>
  Math.min(
    grant.refreshTokenExpiresAt ?? Number.POSITIVE_INFINITY,
    grant.refreshedAt + idleDaysMax[grant.provider] * day,
  );
