// Grants that are refreshed without anybody asking: kept alive, or kept warm for those who read lately. Claimed in
// batches by lease, so that any number of processes share the work; as many at once as provider-calls.ts has room for.
import { jittered } from './backoff.ts';
import { liesAhead } from './clock-skew.ts';
import { verdictTable } from './diagnosis.ts';
import { wasReadLately } from './due-times.ts';
import type { TokenSet } from './grants.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { ClaimedGrants, Lease, LoadedGrant, Ports } from './ports.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { Refresher, RefreshOutcome } from './refresh.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  refresher: Refresher;
  providerCalls: ProviderCalls;
};

export type DueRefreshes = ReturnType<typeof createDueRefreshes>;

const batchMax = 100;
/** Half the room is worth a claim, and is not too much to wait for a turn under a lease. */
const aheadOf = (room: number): number => Math.min(batchMax, Math.ceil(room / 2));

type Claimed = { claimed: LoadedGrant; lease: Lease };

/** Until one that waiting alone does not mend (an OAuth client is paused) is looked at again. */
const postponedSeconds = 3600;
/** After a failure that passes, if nobody said when. */
const passingSeconds = 300;
/** Somebody else is at it, or nothing was asked: they are spread over as long, so as not to come back in step. */
const againSeconds = 60;
/** A token younger than this is not renewed: what made the grant due was done by somebody else. */
const youngMilliseconds = 10_000;
/** Further ahead than the keep-alive and this, nothing is put off. */
const mendBeyondMilliseconds = 24 * 3600 * 1000;

export function createDueRefreshes(ports: Needs) {
  const { clock, random, log, store, providers, settings, refresher, providerCalls } = ports;

  /** Those read lately; if there are none, the one of the mailbox's first transport. */
  function resourcesOf({ grant, oauthClient, tokenSets }: LoadedGrant): string[] {
    const now = clock.now();
    const warm = tokenSets.filter(({ readAt }) => wasReadLately(ports, now, readAt));
    if (warm.length > 0) return warm.map(({ resource }) => resource);
    const provider = providers[grant.provider];
    const [transport] = provider.transports(oauthClient, effectiveScope(grant));
    const resource = transport ? provider.resourceOf(oauthClient, transport) : null;
    return resource === null ? [] : [resource];
  }

  function isYoung({ obtainedAt, expiresAt }: TokenSet): boolean {
    const now = clock.now();
    return obtainedAt > now - youngMilliseconds && !liesAhead(obtainedAt, now) && expiresAt > now;
  }

  async function refreshOne(claimed: LoadedGrant, lease: Lease): Promise<RefreshOutcome | 'again'> {
    const { grant, oauthClient } = claimed;
    const [first, ...others] = resourcesOf(claimed);
    const deadline = lease.until;
    const admission =
      first === undefined ? null : await providerCalls.admit(oauthClient, { purpose: 'own', deadline });
    if (first === undefined || !admission?.ok) {
      await store.grants.releaseLease(grant.id, { owner: lease.owner, retry: null });
      return admission && !admission.ok
        ? { outcome: 'failed', failure: admission.failure }
        : { outcome: 'not_granted' };
    }
    const request = { grantId: grant.id, isFresh: isYoung, purpose: 'own' } as const;
    const outcome = await refresher
      .refreshClaimed(claimed, { ...request, resource: first }, lease)
      .finally(admission.leave);
    // The rest under leases of their own: the first has used this one up.
    for (const resource of others) await refresher.refresh({ ...request, resource });
    return outcome;
  }

  async function work(claimed: LoadedGrant, lease: Lease): Promise<void> {
    const { id } = claimed.grant;
    try {
      const outcome = await refreshOne(claimed, lease);
      const isDone = outcome !== 'again' && ['token', 'dead'].includes(outcome.outcome);
      if (!isDone) await putOff(id, pauseAfter(outcome));
    } catch (error) {
      log.error('a due grant could not be refreshed', { grantId: id, error });
      await putOff(id, jittered(random, postponedSeconds));
    }
  }

  /** Milliseconds. A breaker that is open for half a minute must not cost an hour, nor half a minute too many calls. */
  function pauseAfter(outcome: RefreshOutcome | 'again'): number {
    if (outcome === 'again' || outcome.outcome === 'timeout') return jittered(random, againSeconds);
    if (outcome.outcome !== 'failed' || !verdictTable[outcome.failure.reason].healsItself) {
      return jittered(random, postponedSeconds);
    }
    const seconds = Math.min(outcome.failure.retryAfterSeconds ?? passingSeconds, postponedSeconds);
    return Math.round(seconds * 1000 + random.fraction() * Math.max(seconds, againSeconds) * 1000);
  }

  /** One that was not refreshed must not be found at once again, or the loop would find nothing else. */
  async function putOff(id: string, milliseconds: number): Promise<void> {
    await store.grants
      .postponeKeepAlive(id, clock.now() + milliseconds)
      .catch((cause: unknown) =>
        log.error('a due grant could not be put off', { grantId: id, error: cause }),
      );
  }

  async function putOffUnreadable(unreadable: ClaimedGrants['unreadable']): Promise<void> {
    for (const { id, error } of unreadable) {
      log.error('a due grant cannot be read', { grantId: id, error });
      await putOff(id, jittered(random, postponedSeconds));
    }
  }

  /** Claimed, but not begun any more: somebody else may have them at once. */
  async function giveBack(unbegun: readonly Claimed[]): Promise<void> {
    for (const { claimed, lease } of unbegun) {
      await store.grants
        .releaseLease(claimed.grant.id, { owner: lease.owner, retry: null })
        .catch((error: unknown) =>
          log.warn('a lease could not be given back', { grantId: claimed.grant.id, error }),
        );
    }
  }

  return {
    /** Refreshes what is due, until nothing is or `signal` aborts; says how much that was. */
    async refreshDueGrants(signal?: AbortSignal): Promise<number> {
      const running = new Set<Promise<void>>();
      /** Claimed ahead, so that no room stands empty while the next ones are claimed. */
      const ready: Claimed[] = [];
      let found = 0;
      let wake = (): void => {};
      const begin = (): void => {
        const room = providerCalls.roomForOwn();
        while (running.size < room && !signal?.aborted) {
          const next = ready.shift();
          if (!next) break;
          const task: Promise<void> = work(next.claimed, next.lease).finally(() => {
            running.delete(task);
            begin();
            if (ready.length === 0 || running.size === 0 || signal?.aborted) wake();
          });
          running.add(task);
        }
      };
      try {
        while (!signal?.aborted) {
          const lease = refresher.newLease();
          const { grants, unreadable } = await store.grants.claimDue(
            lease,
            aheadOf(providerCalls.roomForOwn()),
          );
          if (grants.length + unreadable.length === 0) break;
          found += grants.length;
          for (const claimed of grants) ready.push({ claimed, lease });
          begin();
          await putOffUnreadable(unreadable);
          while (ready.length > 0 && running.size > 0 && !signal?.aborted) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        await giveBack(ready.splice(0));
        await Promise.all(running);
      }
      return found;
    },

    /** Grants that a clock, which was wrong and has been put back, made due far beyond their keep-alive are due now. */
    async mendDueTimes(): Promise<number> {
      const now = clock.now();
      const latest = now + settings.keepAliveSeconds * 1000 + mendBeyondMilliseconds;
      const mended = await store.grants.pullForward({ latest, to: now, limit: batchMax });
      if (mended > 0) log.warn('grants were due too far ahead: was the clock put back?', { count: mended });
      return mended;
    },
  };
}
