// Circuit breakers, one for each provider and one for each OAuth client: when calls fail in a row, nobody is sent there
// for a while, and then one probe. Kept in the database for all nodes; each knows them in memory, so that a call
// through a closed one costs no round trip. Fed by what code exchanges and refreshes come back with.
import { createBoundedMemory } from './bounded-memory.ts';
import {
  afterCalls,
  type Breaker,
  type BreakerRules,
  type NotedCall,
  phaseOf,
  withCall,
} from './breaker-states.ts';
import { GatewayError } from './errors.ts';
import type { InFlight } from './in-flight.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Attempt, Ports, Provider, ProviderFailure, Providers, StoreOperations } from './ports.ts';

export type BreakerSettings = {
  /** This many failures within the window, with no answer in between, open the breaker. */
  breakerFailuresMax: number;
  breakerWindowSeconds: number;
  /** How long it stays open the first time; longer each time after that, or if the provider says so. */
  breakerOpenSeconds: number;
};

/** May a call begin? `leave` is to be called when it is over: a probe that asked nobody is given back. */
export type Passage = { ok: true; leave(): void } | { ok: false; retryAfterSeconds: number };

const openSecondsMax = 600;
/** Nodes contend for a breaker with one another alone, so a few tries are many. */
const changeAttemptsMax = 20;
const keptMax = 20_000;
/** Estimate of what one takes in memory. */
const keptBytes = 400;
const idleMilliseconds = 7 * 24 * 3600 * 1000;

/** Who is told of trouble finds it noted when they come again; but the answer waits no longer than this for it. */
const failureWaitMilliseconds = 1_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'> & { inFlight: InFlight };
type Client = Pick<OAuthClient, 'id' | 'provider' | 'workspaceId'>;
type Meaning = 'failure' | 'answer' | 'nothing';

export type Breakers = ReturnType<typeof createBreakers>;

export function createBreakers({ clock, log, store, settings, inFlight }: Needs) {
  const rules: BreakerRules = {
    failuresMax: settings.breakerFailuresMax,
    windowMilliseconds: settings.breakerWindowSeconds * 1000,
    openMilliseconds: settings.breakerOpenSeconds * 1000,
    openMillisecondsMax: Math.max(openSecondsMax, settings.breakerOpenSeconds) * 1000,
  };
  const kept = createBoundedMemory<{ breaker: Breaker | null }>({
    entriesMax: keptMax,
    bytesMax: keptMax * keptBytes,
  });
  const readings = new Map<string, Promise<(Breaker | null)[]>>();
  const lines = new Map<string, Promise<unknown>>();
  /** Calls that are noted when the line has come to them; further ones join them. */
  const waiting = new Map<string, { calls: NotedCall[]; done: Promise<void> }>();
  /** Changes heard of. What was read before one of them is not kept. */
  let heard = 0;

  store.changes.listen((changes) => {
    const keys = changes?.filter(({ kind }) => kind === 'breaker').map(({ id }) => id);
    if (keys?.length === 0) return;
    heard += 1;
    readings.clear();
    if (keys === undefined) kept.clear();
    else keys.forEach(kept.remove);
  });

  /** Null when something may have changed. */
  function recall(keys: readonly string[]): (Breaker | null)[] | null {
    if (!store.changes.isCurrent()) return null;
    const found: (Breaker | null)[] = [];
    for (const key of keys) {
      const entry = kept.find(key);
      if (entry === null) return null;
      found.push(entry.breaker);
    }
    return found;
  }

  /** From memory, or by one statement for all who ask at the same time. */
  async function known(keys: readonly string[]): Promise<(Breaker | null)[]> {
    const recalled = recall(keys);
    if (recalled) return recalled;
    const name = keys.join(' ');
    const reading = readings.get(name) ?? read(keys).finally(() => readings.delete(name));
    readings.set(name, reading);
    return reading;
  }

  async function read(keys: readonly string[]): Promise<(Breaker | null)[]> {
    const mark = heard;
    const found = await store.breakers.find(keys);
    return keys.map((key) => {
      const breaker = found.find((each) => each.key === key) ?? null;
      if (mark === heard) kept.set(key, { breaker }, keptBytes);
      return breaker;
    });
  }

  /** Whoever changes the same breaker in this process waits here, so that only nodes contend. */
  function inLine<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = lines.get(key) ?? Promise.resolve();
    const turn = before.then(work, work);
    lines.set(key, turn);
    const done = (): void => {
      if (lines.get(key) === turn) lines.delete(key);
    };
    turn.then(done, done);
    return turn;
  }

  type Decide = (known: Breaker | null) => Breaker | null;

  const change = (key: string, decide: Decide) => inLine(key, () => changeNow(key, decide));

  /** Compare-and-swap until it takes. `decide` gives the same object back for no change. */
  async function changeNow(
    key: string,
    decide: Decide,
  ): Promise<{ before: Breaker | null; after: Breaker | null }> {
    for (let attempt = 1; attempt <= changeAttemptsMax; attempt += 1) {
      const [before = null] = await known([key]);
      const after = decide(before);
      if (after === before) return { before, after };
      if (await store.breakers.replace(key, { known: before, next: after })) return { before, after };
      kept.remove(key);
      readings.clear();
    }
    throw new GatewayError('internal_error', `The breaker ${key} changes too fast to be changed.`);
  }

  /** However long the row keeps us waiting, one note is under way, and one behind it has what came meanwhile. */
  function noteCall(key: string, call: NotedCall): Promise<void> {
    const behind = waiting.get(key);
    if (behind) {
      behind.calls = withCall(behind.calls, call, rules);
      return behind.done;
    }
    const done = inLine(key, () => {
      const calls = waiting.get(key)?.calls ?? [];
      waiting.delete(key);
      return noteCalls(key, calls);
    });
    waiting.set(key, { calls: [call], done });
    return done;
  }

  async function noteCalls(key: string, calls: readonly NotedCall[]): Promise<void> {
    const { before, after } = await changeNow(key, (breaker) => afterCalls(key, breaker, calls, rules));
    if (after !== null && after !== before && after.openUntil > clock.now()) {
      log.warn('a breaker is open', { ...after });
    }
    if (before !== null && after === null && before.trips > 0) log.info('a breaker is closed', { key });
  }

  /** Null when there is nothing to note. */
  function note(
    client: Client,
    attempt: Attempt<unknown>,
    startedAt: number,
  ): { done: Promise<void>; isOfFailure: boolean } | null {
    const at = clock.now();
    const asked = attempt.ok ? 0 : (attempt.failure.retryAfterSeconds ?? 0);
    const keys = keysOf(client);
    const meanings = meaningsOf(client, attempt, at - startedAt);
    const isOfFailure = meanings.includes('failure');
    // The common case costs nothing: it went well, and nothing is known against them, nor about to be.
    const isUnknown = (): boolean => recall(keys)?.every((breaker) => breaker === null) ?? false;
    if (!isOfFailure && !keys.some((key) => lines.has(key)) && isUnknown()) return null;
    const noted = keys.flatMap((key, index) => {
      const meaning = meanings[index] ?? 'nothing';
      if (meaning === 'nothing') return [];
      const isAnswer = meaning === 'answer';
      return noteCall(key, { startedAt, at, askedMilliseconds: asked * 1000, isAnswer });
    });
    return { done: settled(keys, noted), isOfFailure };
  }

  async function settled(keys: readonly string[], noted: readonly Promise<void>[]): Promise<void> {
    // A database that cannot note it is not the provider's fault.
    for (const result of await Promise.allSettled(noted)) {
      if (result.status === 'rejected') {
        log.warn('the outcome of a provider call could not be noted', { keys, error: result.reason });
      }
    }
  }

  /** For the provider's breaker and the client's, in the order of `keysOf`. */
  function meaningsOf(client: Client, attempt: Attempt<unknown>, tookMilliseconds: number): Meaning[] {
    if (attempt.ok) return ['answer', 'answer'];
    const { failure } = attempt;
    if (isOurOwn(failure, tookMilliseconds)) return ['nothing', 'nothing'];
    if (failure.kind !== 'transient' || failure.isOfGrant) return ['answer', 'answer'];
    // The quota of one workspace's registration says nothing about the others.
    const isForAll = failure.reason !== 'provider_rate_limited' || client.workspaceId === null;
    return [isForAll ? 'failure' : 'nothing', 'failure'];
  }

  /** A call that was not made, or that we had given less than its usual time. */
  function isOurOwn({ kind, reason, provider }: ProviderFailure, tookMilliseconds: number): boolean {
    if (reason === 'credential_unavailable') return true;
    if (kind !== 'transient') return provider.httpStatus === null;
    return reason === 'provider_timeout' && tookMilliseconds < settings.providerTimeoutSeconds * 900;
  }

  async function watched<T>(client: OAuthClient, call: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
    const startedAt = clock.now();
    const attempt = await call();
    const noted = note(client, attempt, startedAt);
    if (noted === null) return attempt;
    inFlight.track(noted.done);
    // What an answer brought has to be stored before its lease is over, so it waits for nothing.
    if (noted.isOfFailure) await atMost(failureWaitMilliseconds, noted.done);
    return attempt;
  }

  async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
    const isDone = new AbortController();
    await Promise.race([work.finally(() => isDone.abort()), clock.sleep(milliseconds, isDone.signal)]);
  }

  const watchOne = (provider: Provider): Provider => ({
    ...provider,
    exchangeCode: (client, exchange, signal) => {
      const call = () => provider.exchangeCode(client, exchange, signal);
      // An error in a callback comes from a browser: anybody can type one, and nobody asked the provider.
      return exchange.callbackParameters.has('error') ? call() : watched(client, call);
    },
    refresh: (client, request, signal) => watched(client, () => provider.refresh(client, request, signal)),
    mint: (client, request, signal) => watched(client, () => provider.mint(client, request, signal)),
  });

  /** 0 = none of them is open. */
  const secondsOpen = (breakers: readonly (Breaker | null)[], now: number): number =>
    Math.max(
      0,
      ...breakers.map((breaker) => {
        const state = phaseOf(breaker, now);
        return state.phase === 'open' ? Math.ceil(state.milliseconds / 1000) : 0;
      }),
    );

  const providerSecondsOpen = async (provider: ProviderName): Promise<number> =>
    secondsOpen(await known([providerKey(provider)]), clock.now());

  /** True for one caller over all nodes; that one then knows the breaker as it has written it. */
  async function claimProbe(key: string): Promise<Breaker | null> {
    const probeUntil = clock.now() + settings.leaseSeconds * 1000;
    const { before, after } = await change(key, (breaker) =>
      breaker !== null && phaseOf(breaker, clock.now()).phase === 'over'
        ? { ...breaker, probeUntil }
        : breaker,
    );
    return after !== null && after !== before ? after : null;
  }

  /** If it was answered, the breaker is another one by now. */
  function giveBack(probe: Breaker): void {
    const isSame = (breaker: Breaker): boolean =>
      breaker.probeUntil === probe.probeUntil && breaker.trips === probe.trips;
    change(probe.key, (breaker) =>
      breaker !== null && isSame(breaker) ? { ...breaker, probeUntil: 0 } : breaker,
    ).catch((error: unknown) => log.warn('a probe could not be given back', { key: probe.key, error }));
  }

  async function enterWithProbes(client: Client): Promise<Passage> {
    const keys = keysOf(client);
    const breakers = await known(keys);
    const retryAfterSeconds = secondsOpen(breakers, clock.now());
    if (retryAfterSeconds > 0) return { ok: false, retryAfterSeconds };
    const probes: Breaker[] = [];
    for (const [index, key] of keys.entries()) {
      if (phaseOf(breakers[index] ?? null, clock.now()).phase !== 'over') continue;
      const probe = await claimProbe(key);
      if (probe) {
        probes.push(probe);
        continue;
      }
      // Somebody else was faster: what came of it, or that it is not over yet.
      const [now = null] = await known([key]);
      if (phaseOf(now, clock.now()).phase === 'closed') continue;
      probes.forEach(giveBack);
      return { ok: false, retryAfterSeconds: Math.max(1, secondsOpen([now], clock.now())) };
    }
    return { ok: true, leave: () => probes.forEach(giveBack) };
  }

  return {
    /** The same providers, each feeding its breaker and those of its OAuth clients. */
    watch: ({ google, microsoft }: Providers): Providers => ({
      google: watchOne(google),
      microsoft: watchOne(microsoft),
    }),

    /** Seconds until a call through both breakers is worth a try; 0 = now, perhaps as the probe. */
    async secondsOpen(client: Client): Promise<number> {
      const keys = keysOf(client);
      return secondsOpen(recall(keys) ?? (await known(keys)), clock.now());
    },

    /** Right before a call. Of a breaker whose time is over, it lets one through over all nodes. */
    async enter(client: Client): Promise<Passage> {
      const recalled = recall(keysOf(client));
      return recalled?.every((breaker) => phaseOf(breaker, clock.now()).phase === 'closed')
        ? { ok: true, leave: () => {} }
        : enterWithProbes(client);
    },

    /** The same of a provider alone. */
    providerSecondsOpen,

    /** Throws `provider_unavailable` with `retryAfterSeconds` while the provider's breaker is open. */
    async check(provider: ProviderName): Promise<void> {
      const retryAfterSeconds = await providerSecondsOpen(provider);
      if (retryAfterSeconds === 0) return;
      throw new GatewayError('provider_unavailable', 'The provider is in trouble at the moment.', {
        extras: { retryAfterSeconds },
      });
    },

    /**
     * Forgets what is known against it: calls go out at once, and new failures count from the first. `alongside` writes
     * in the same transaction. False when there is nothing to forget.
     */
    close: (key: string, alongside: (rows: StoreOperations) => Promise<void>): Promise<boolean> =>
      inLine(key, async () => {
        for (let attempt = 1; attempt <= changeAttemptsMax; attempt += 1) {
          const [before] = await store.breakers.find([key]);
          if (before === undefined) return false;
          const isClosed = await store.transaction(async (rows) => {
            if (!(await rows.breakers.replace(key, { known: before, next: null }))) return false;
            await alongside(rows);
            return true;
          });
          kept.remove(key);
          readings.clear();
          if (isClosed) return true;
        }
        throw new GatewayError('internal_error', `The breaker ${key} changes too fast to be closed.`);
      }),

    /** Forgets those of OAuth clients that nobody uses any more. */
    prune: (): Promise<number> => store.breakers.prune(clock.now() - idleMilliseconds, 500),
  };
}

const providerKey = (provider: ProviderName): string => `provider:${provider}`;

/** By our id, not by the `client_id`: another workspace may enter the same one, and must not close ours. */
const keysOf = ({ provider, id }: Client): [string, string] => [providerKey(provider), `oauth_client:${id}`];
