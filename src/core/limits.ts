// How often somebody may call, and who is kept out for a time. Two kinds: few and dear requests (starting an
// authorization) are counted in the database one by one, so that all processes agree; many and cheap ones are
// counted in the process, which shares its totals.
// Windows are fixed (whole seconds and minutes of the clock), so around the turn of one up to twice the limit can
// pass within its length.
import { GatewayError } from './errors.ts';
import { networkOf } from './networks.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { Ports } from './ports.ts';
import { createRequestCounter } from './request-counter.ts';

/** One caller who is kept out for a time. Levels rise with each repetition. */
export type Block = {
  key: string;
  level: number;
  until: number;
  /** Until when the level is remembered. */
  rememberedUntil: number;
};

/** The workspace that a block keeps out by itself; null for one of whoever comes from the address. */
export const workspaceOfBlock = (key: string): string | null =>
  key.startsWith('init:') ? (key.split(' ')[1] ?? null) : null;

export type LimitSettings = {
  /** Connect sessions that one workspace may begin in a minute, each provider by itself. */
  initWorkspaceMinuteMax: number;
  /** The same for one address. */
  initAddressMinuteMax: number;
  /**
   * With this many refused attempts within `abuseWindowSeconds` an address is blocked; a workspace that goes beyond
   * its own limit is, at this address alone.
   */
  abuseRefusalsMax: number;
  abuseWindowSeconds: number;
  /** Lengths of the first, second, third ... block in a row; the last one repeats. */
  blockSeconds: readonly number[];
  /** How long after its end a block still makes the next one longer. */
  blockMemorySeconds: number;
  /** Requests of any kind, of one workspace. */
  workspaceSecondMax: number;
  workspaceMinuteMax: number;
  /** Attempts of one address to sign in to the console, in a minute. */
  consoleSignInMinuteMax: number;
};

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'>;

const minute = 60_000;

export type Limits = ReturnType<typeof createLimits>;

export function createLimits({ clock, log, store, settings }: Needs) {
  const requests = createRequestCounter({ clock, log, store, settings });

  /** Adds one to the window that `now` lies in; answers the total and the seconds until the window ends. */
  async function count(key: string, milliseconds: number, now: number) {
    const start = now - (now % milliseconds);
    const end = start + milliseconds;
    return { total: await store.limits.hit(key, { start, end }, 1), seconds: secondsUntil(end, now) };
  }

  /** Notes a refusal; from the last one allowed on the caller is blocked, longer than the last time. */
  async function noteRefusal(key: string, now: number): Promise<Block | null> {
    const { total } = await count(`abuse:${key}`, settings.abuseWindowSeconds * 1000, now);
    // Every process gets another total, so one of them blocks. Beyond the first multiple only after a block that
    // was shorter than the window.
    if (total % settings.abuseRefusalsMax !== 0) return null;
    const before = await store.limits.blockOf(key);
    const levelBefore = before && before.rememberedUntil > now ? before.level : 0;
    const level = Math.min(levelBefore + 1, settings.blockSeconds.length);
    const until = now + (settings.blockSeconds[level - 1] ?? 0) * 1000;
    const rememberedUntil = until + settings.blockMemorySeconds * 1000;
    const block = { key, level, until, rememberedUntil };
    await store.limits.saveBlock(block);
    log.warn('an address is blocked', { key, level, until: new Date(until).toISOString() });
    return block;
  }

  async function refusal(key: string, now: number, seconds: number): Promise<GatewayError> {
    const blocked = await noteRefusal(key, now);
    return refused(blocked ? secondsUntil(blocked.until, now) : seconds);
  }

  return {
    /**
     * Counts the beginning of one connect session. Throws `rate_limited` with `retryAfterSeconds`: the rest of
     * the window, or of the block. Attempts during a block are not counted: it ends when it said it would.
     */
    async beginSession(
      provider: ProviderName,
      { workspaceId, address }: { workspaceId: string; address: string },
    ): Promise<void> {
      const now = clock.now();
      const addressKey = `init:${provider}:${networkOf(address)}`;
      // Behind one address there may be many workspaces: the excess of one is not the others'.
      const callerKey = `${addressKey} ${workspaceId}`;
      const blocks = await Promise.all([addressKey, callerKey].map((key) => store.limits.blockOf(key)));
      const until = Math.max(...blocks.map((block) => block?.until ?? 0));
      if (until > now) throw refused(secondsUntil(until, now));

      const ofWorkspace = await count(`init:${provider}:${workspaceId}`, minute, now);
      if (ofWorkspace.total > settings.initWorkspaceMinuteMax) {
        throw await refusal(callerKey, now, ofWorkspace.seconds);
      }
      const ofAddress = await count(addressKey, minute, now);
      if (ofAddress.total > settings.initAddressMinuteMax) {
        throw await refusal(addressKey, now, ofAddress.seconds);
      }
    },

    /**
     * Counts one attempt to sign in to the console, whatever comes of it. Throws `rate_limited` with
     * `retryAfterSeconds`; an address that goes on is blocked as above.
     */
    async beginSignIn(address: string): Promise<void> {
      const now = clock.now();
      const key = `console:${networkOf(address)}`;
      const block = await store.limits.blockOf(key);
      if (block && block.until > now) throw tooManySignIns(secondsUntil(block.until, now));
      const { total, seconds } = await count(key, minute, now);
      if (total <= settings.consoleSignInMinuteMax) return;
      const blocked = await noteRefusal(key, now);
      throw tooManySignIns(blocked ? secondsUntil(blocked.until, now) : seconds);
    },

    /** Counts one request of any kind, without waiting for the database. Throws `rate_limited`. */
    countRequest(workspaceId: string): void {
      const seconds = requests.count(workspaceId);
      if (seconds !== null)
        throw new GatewayError('rate_limited', 'Rate limit exceeded', retryAfter(seconds));
    },

    /** Deletes what is over; says how much that was. */
    prune: (): Promise<number> => store.limits.prune(clock.now(), 500),
  };
}

const refused = (seconds: number): GatewayError =>
  new GatewayError('rate_limited', 'Rate limit exceeded for OAuth session creation', retryAfter(seconds));

const tooManySignIns = (seconds: number): GatewayError =>
  new GatewayError('rate_limited', 'Too many attempts to sign in from this address.', retryAfter(seconds));

const retryAfter = (retryAfterSeconds: number) => ({ extras: { retryAfterSeconds } });

const secondsUntil = (end: number, now: number): number => Math.max(1, Math.ceil((end - now) / 1000));
