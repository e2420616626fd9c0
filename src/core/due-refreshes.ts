// Grants that are refreshed without anybody asking: kept alive, or kept warm for those who read lately. Claimed in
// batches by lease, so that any number of processes share the work; as many at once as provider-calls.ts has room for.
import { jittered } from './backoff.ts';
import { liesAhead } from './clock-skew.ts';
import { verdictTable } from './diagnosis.ts';
import { isWarmDue, wasReadLately } from './due-times.ts';
import type { TokenSet } from './grants.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { ClaimedGrants, DroppedLease, Lease, LoadedGrant, Ports, ProviderFailure } from './ports.ts';
import type { Admission, ProviderCalls } from './provider-calls.ts';
import type { Refresher, RefreshOutcome } from './refresh.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  refresher: Refresher;
  providerCalls: ProviderCalls;
};

export type DueRefreshes = ReturnType<typeof createDueRefreshes>;

const batchMax = 100;
/** An OAuth client without room is asked again after this, whatever has become of its calls. */
const roomMilliseconds = 1_000;
/** With nothing under way and nothing begun for so long, readers have all the room: later, then. */
const noProgressMilliseconds = 5_000;
/** OAuth clients left out of one claim. */
const leftOutMax = 200;

type Admitted = Extract<Admission, { ok: true }>;

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

  /** Those due for their readers; to keep a grant alive one that was read lately, or the first transport's. */
  function resourcesOf({ grant, oauthClient, tokenSets }: LoadedGrant): string[] {
    const now = clock.now();
    const warm = tokenSets.filter(({ readAt }) => wasReadLately(ports, now, readAt));
    const due = warm.filter((tokenSet) => isWarmDue(ports, now, tokenSet));
    if (warm.length > 0) return (due.length > 0 ? due : warm.slice(0, 1)).map(({ resource }) => resource);
    const provider = providers[grant.provider];
    const [transport] = provider.transports(oauthClient, effectiveScope(grant));
    const resource = transport ? provider.resourceOf(oauthClient, transport) : null;
    return resource === null ? [] : [resource];
  }

  function isYoung({ obtainedAt, expiresAt }: TokenSet): boolean {
    const now = clock.now();
    return obtainedAt > now - youngMilliseconds && !liesAhead(obtainedAt, now) && expiresAt > now;
  }

  async function refreshOne(
    claimed: LoadedGrant,
    lease: Lease,
    admission: Admitted,
  ): Promise<RefreshOutcome | 'again'> {
    const { grant } = claimed;
    const [first, ...others] = resourcesOf(claimed);
    if (first === undefined) throw new Error('A grant without a resource is not to be refreshed.');
    const request = { grantId: grant.id, isFresh: isYoung, purpose: 'own' } as const;
    const outcome = await refresher
      .refreshClaimed(claimed, { ...request, resource: first }, lease)
      .finally(admission.leave);
    // The rest under leases of their own: the first has used this one up.
    for (const resource of others) await refresher.refresh({ ...request, resource });
    return outcome;
  }

  async function work(claimed: LoadedGrant, lease: Lease, admission: Admitted): Promise<void> {
    const { id } = claimed.grant;
    try {
      const outcome = await refreshOne(claimed, lease, admission);
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
      .postponeKeepAlive(id, { now: clock.now(), until: clock.now() + milliseconds })
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

  /** In one statement, however many: an OAuth client that is deleted may have left a million of them. */
  async function drop({ owner }: Lease, grants: readonly DroppedLease[]): Promise<void> {
    if (grants.length === 0) return;
    await store.grants
      .dropLeases(owner, { now: clock.now(), grants })
      .catch((error: unknown) => log.warn('leases of due grants could not be dropped', { error }));
  }

  /** Of a grant that no provider would be asked about: how long it need not be looked at again. */
  function idleMilliseconds(claimed: LoadedGrant): number | null {
    const { oauthClient } = claimed;
    if (oauthClient.deletedAt !== null) return jittered(random, settings.keepAliveSeconds);
    if (oauthClient.status === 'paused' || resourcesOf(claimed).length === 0) {
      return jittered(random, postponedSeconds);
    }
    return null;
  }

  /** OAuth clients that have no room (`running`: calls of ours that were under way then), or an open breaker. */
  function createLeftOut() {
    const clients = new Map<string, { until: number; running: number | null }>();
    return {
      has: (id: string) => clients.has(id),
      add(id: string, { reason, retryAfterSeconds }: ProviderFailure, running: number): void {
        const isForRoom = reason === 'gateway_busy';
        const milliseconds = isForRoom ? roomMilliseconds : (retryAfterSeconds ?? passingSeconds) * 1000;
        clients.set(id, { until: clock.now() + milliseconds, running: isForRoom ? running : null });
      },
      /** Half of its room is worth a claim. */
      takeBack(runningNow: (id: string) => number): void {
        for (const [id, { until, running }] of clients) {
          const hasRoom = running !== null && running > 0 && runningNow(id) <= running / 2;
          if (hasRoom || until <= clock.now()) clients.delete(id);
        }
      },
      list: () => ({
        oauthClients: [...clients.keys()].slice(0, leftOutMax),
        isForRoom: [...clients.values()].some(({ running }) => running !== null),
      }),
    };
  }

  return {
    /**
     * Refreshes what is due, until nothing is that could begin, or `signal` aborts; says how much that was. A grant is
     * claimed when there is room for its call, and let go at once when its OAuth client has none or a breaker is open:
     * who reads it must not wait behind our own work. Such a client is left out of the next claims, so that its backlog
     * does not hold up the others.
     */
    async refreshDueGrants(signal?: AbortSignal): Promise<number> {
      const running = new Map<Promise<void>, string>();
      const leftOut = createLeftOut();
      let found = 0;
      let progressAt = clock.now();
      let wake = new AbortController();
      const ofClient = (id: string): number => [...running.values()].filter((each) => each === id).length;

      /** False when nothing was begun or learned by it: the same again would do nothing else. */
      async function begin(claimed: readonly LoadedGrant[], lease: Lease): Promise<boolean> {
        const dropped: DroppedLease[] = [];
        let hasChanged = false;
        for (const loaded of claimed) {
          const { grant, oauthClient } = loaded;
          const idle = idleMilliseconds(loaded);
          if (idle !== null) {
            dropped.push({ id: grant.id, postponedUntil: clock.now() + idle });
            found += 1;
            hasChanged = true;
            continue;
          }
          const request = { purpose: 'own', deadline: clock.now() } as const;
          const admission =
            signal?.aborted || leftOut.has(oauthClient.id)
              ? null
              : await providerCalls.admit(oauthClient, request);
          if (!admission?.ok) {
            if (admission) {
              leftOut.add(oauthClient.id, admission.failure, ofClient(oauthClient.id));
              hasChanged = true;
            }
            dropped.push({ id: grant.id, postponedUntil: null });
            continue;
          }
          found += 1;
          hasChanged = true;
          progressAt = clock.now();
          const task: Promise<void> = work(loaded, lease, admission).finally(() => {
            running.delete(task);
            progressAt = clock.now();
            wake.abort();
          });
          running.set(task, oauthClient.id);
        }
        await drop(lease, dropped);
        return hasChanged;
      }

      try {
        while (!signal?.aborted) {
          wake = new AbortController();
          leftOut.takeBack(ofClient);
          const room = providerCalls.roomForOwn();
          // What is under way keeps busy while the next ones are claimed.
          if (running.size <= room / 2) {
            const lease = refresher.newLease();
            const most = Math.min(batchMax, room - running.size);
            const { oauthClients, isForRoom } = leftOut.list();
            const providers = await providerCalls.openProviders();
            const { grants, unreadable } = await store.grants.claimDue(lease, most, {
              providers,
              oauthClients,
            });
            const hasChanged = await begin(grants, lease);
            await putOffUnreadable(unreadable);
            // Then the next claim brings others.
            if (hasChanged || unreadable.length > 0) continue;
            if (grants.length + unreadable.length === 0 && !isForRoom) break;
            if (running.size === 0 && clock.now() - progressAt > noProgressMilliseconds) break;
          }
          const ends = signal ? AbortSignal.any([signal, wake.signal]) : wake.signal;
          await clock.sleep(roomMilliseconds, ends);
        }
      } finally {
        await Promise.all(running.keys());
      }
      return found;
    },

    /**
     * Grants that a clock, which was wrong and has been put back, made due far beyond their keep-alive become due over
     * the time of a keep-alive, batch by batch: one that was shortened must not make everything due at once.
     */
    async mendDueTimes(): Promise<number> {
      const now = clock.now();
      const latest = now + settings.keepAliveSeconds * 1000 + mendBeyondMilliseconds;
      const to = now + Math.round(random.fraction() * settings.keepAliveSeconds * 1000);
      const mended = await store.grants.pullForward({ latest, to, limit: batchMax });
      if (mended > 0)
        log.warn('grants were due too far ahead: was the clock put back, or the keep-alive shortened?', {
          count: mended,
        });
      return mended;
    },
  };
}
