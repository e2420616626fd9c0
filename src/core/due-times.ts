// When a grant is refreshed without anybody asking, and when it ends by itself. Every grant is kept alive, so that the
// provider does not let it lapse; those whose tokens were read lately are kept warm, so that no reader waits. All of it
// is spread: what was imported in one hour must not fall due in one minute for ever after.
import { hash } from 'node:crypto';
import { jittered } from './backoff.ts';
import type { Grant, TokenSet } from './grants.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { CoreSettings, Ports } from './ports.ts';

type Settings = { settings: Pick<CoreSettings, 'keepAliveSeconds' | 'warmSeconds'> };

/** Of a token's life, the share before its end at which it is renewed for readers to come. */
const warmShare = { least: 1 / 12, most: 5 / 12 } as const;
/** Of tokens that live shorter than this, readers wait for the next one, rather than that we ask all the time. */
const warmLifeMillisecondsMin = 600_000;

/** Of several token sets one may be past its moment: if it cannot be renewed, the grant must not be due all the time. */
const againMilliseconds = 120_000;

/** The sooner of the keep-alive and the warm moments of the token sets. */
export const nextDue = (
  ports: Settings & Pick<Ports, 'random'>,
  now: number,
  tokenSets: readonly TokenSet[],
): number =>
  Math.min(
    now + jittered(ports.random, ports.settings.keepAliveSeconds),
    ...tokenSets.map((tokenSet) =>
      Math.max(now + againMilliseconds, warmAt(ports, now, tokenSet) ?? Number.POSITIVE_INFINITY),
    ),
  );

/**
 * When a token set is to be renewed for its readers, which may be past; null when none was there lately, as seen from
 * that moment, or it is not worth while. The same for one token set whoever asks, and how often: the soonest of many draws would be
 * the same for all.
 */
export function warmAt(
  ports: Settings,
  now: number,
  tokenSet: Pick<TokenSet, 'grantId' | 'resource' | 'obtainedAt' | 'expiresAt' | 'readAt'>,
): number | null {
  const { grantId, resource, obtainedAt, expiresAt, readAt } = tokenSet;
  const life = expiresAt - obtainedAt;
  if (life < warmLifeMillisecondsMin || expiresAt <= now) return null;
  const spread = fractionOf(`${grantId} ${resource} ${obtainedAt}`);
  const share = warmShare.least + (warmShare.most - warmShare.least) * spread;
  const at = Math.round(expiresAt - life * share);
  return wasReadLately(ports, Math.max(now, at), readAt) ? at : null;
}

/** Whether it is to be renewed now, or so soon that it is better done with what is due now. */
export function isWarmDue(ports: Settings, now: number, tokenSet: Parameters<typeof warmAt>[2]): boolean {
  const { obtainedAt, expiresAt, readAt } = tokenSet;
  const isOver = expiresAt <= now && expiresAt - obtainedAt >= warmLifeMillisecondsMin;
  if (isOver) return wasReadLately(ports, now, readAt);
  const at = warmAt(ports, now, tokenSet);
  return at !== null && at <= now + againMilliseconds;
}

export const wasReadLately = ({ settings }: Settings, now: number, readAt: number | null): boolean =>
  readAt !== null && readAt > now - settings.warmSeconds * 1000;

/** From 0 to 1, evenly over all texts. */
const fractionOf = (text: string): number => Number.parseInt(hash('sha256', text).slice(0, 12), 16) / 2 ** 48;

export const dayMilliseconds = 24 * 3600 * 1000;

/** Unused for so long, a refresh token is not honoured any more (both providers' documents say it so). */
const idleDaysMax = { google: 183, microsoft: 90 } as const satisfies Record<ProviderName, number>;
/** Google ends what people allow a registration in testing after seven days, and names that end, to the minute or so. */
const testingDays = { least: 6.9, most: 7.1 } as const;

export type EndReason = 'idle' | 'testing_mode' | 'time_limited';
export type Ending = { at: number; reason: EndReason };

export type Endable = Pick<
  Grant,
  'provider' | 'refreshToken' | 'consentedAt' | 'refreshedAt' | 'refreshTokenExpiresAt'
>;

/** The sooner of the end that the provider named and the one that disuse would bring; null where tokens are minted. */
export function endingOf(grant: Endable): Ending | null {
  const { provider, refreshToken, consentedAt, refreshedAt, refreshTokenExpiresAt } = grant;
  if (refreshToken === null) return null;
  const lapsesAt = refreshedAt + idleDaysMax[provider] * dayMilliseconds;
  if (refreshTokenExpiresAt === null || refreshTokenExpiresAt > lapsesAt) {
    return { at: lapsesAt, reason: 'idle' };
  }
  const days = (refreshTokenExpiresAt - consentedAt) / dayMilliseconds;
  const isOfTesting = provider === 'google' && days >= testingDays.least && days <= testingDays.most;
  return { at: refreshTokenExpiresAt, reason: isOfTesting ? 'testing_mode' : 'time_limited' };
}

export const endOf = (grant: Endable): number | null => endingOf(grant)?.at ?? null;
