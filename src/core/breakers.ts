// Circuit breakers, one for each provider and one for each OAuth client: when calls fail in a row, nobody is sent there
// for a while, and then one probe. Kept in the database for all nodes; each knows them in memory, so that a call
// through a closed one costs no round trip. Fed by what code exchanges and refreshes come back with.
import { createBoundedMemory } from './bounded-memory.ts';
import {
  afterAnswer,
  afterFailure,
  type Breaker,
  type BreakerRules,
  type FailedCall,
  phaseOf,
} from './breaker-states.ts';
import { GatewayError } from './errors.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Attempt, Ports, Provider, ProviderFailure, Providers } from './ports.ts';

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

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'>;
type Client = Pick<OAuthClient, 'id' | 'provider' | 'workspaceId'>;
type Meaning = 'failure' | 'answer' | 'nothing';

export type Breakers = ReturnType<typeof createBreakers>;

export function createBreakers({ clock, log, store, settings }: Needs) {
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

  /** Compare-and-swap until it takes. `decide` gives the same object back for no change. */
  function change(
    key: string,
    decide: (known: Breaker | null) => Breaker | null,
  ): Promise<{ before: Breaker | null; after: Breaker | null }> {
    return inLine(key, async () => {
      for (let attempt = 1; attempt <= changeAttemptsMax; attempt += 1) {
        const [before = null] = await known([key]);
        const after = decide(before);
        if (after === before) return { before, after };
        if (await store.breakers.replace(key, { known: before, next: after })) return { before, after };
        kept.remove(key);
        readings.clear();
      }
      throw new GatewayError('internal_error', `The breaker ${key} changes too fast to be changed.`);
    });
  }

  async function noteFailure(key: string, call: FailedCall): Promise<void> {
    const { before, after } = await change(key, (breaker) => afterFailure(key, breaker, call, rules));
    if (after !== null && after !== before && after.openUntil > call.at) {
      log.warn('a breaker is open', { ...after });
    }
  }

  async function noteAnswer(key: string, call: { startedAt: number; at: number }): Promise<void> {
    const { before, after } = await change(key, (breaker) => afterAnswer(breaker, call));
    if (before !== null && after === null && before.trips > 0) log.info('a breaker is closed', { key });
  }

  async function note(client: Client, attempt: Attempt<unknown>, startedAt: number): Promise<void> {
    const at = clock.now();
    const asked = attempt.ok ? 0 : (attempt.failure.retryAfterSeconds ?? 0);
    const call = { startedAt, at, askedMilliseconds: asked * 1000 };
    const keys = keysOf(client);
    const meanings = meaningsOf(client, attempt, at - startedAt);
    // The common case costs nothing: it went well, and nothing is known against them.
    if (!meanings.includes('failure') && recall(keys)?.every((breaker) => breaker === null)) return;
    const noted = keys.map((key, index) => {
      const meaning = meanings[index];
      if (meaning === 'failure') return noteFailure(key, call);
      return meaning === 'answer' ? noteAnswer(key, call) : Promise.resolve();
    });
    const results = await Promise.allSettled(noted);
    // A database that cannot note it is not the provider's fault.
    for (const result of results) {
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
    await note(client, attempt, startedAt);
    return attempt;
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

    /** Throws `provider_unavailable` with `retryAfterSeconds` while the provider's breaker is open. */
    async check(provider: ProviderName): Promise<void> {
      const retryAfterSeconds = secondsOpen(await known([providerKey(provider)]), clock.now());
      if (retryAfterSeconds === 0) return;
      throw new GatewayError('provider_unavailable', 'The provider is in trouble at the moment.', {
        extras: { retryAfterSeconds },
      });
    },

    /** Forgets those of OAuth clients that nobody uses any more. */
    prune: (): Promise<number> => store.breakers.prune(clock.now() - idleMilliseconds, 500),
  };
}

const providerKey = (provider: ProviderName): string => `provider:${provider}`;

/** By our id, not by the `client_id`: another workspace may enter the same one, and must not close ours. */
const keysOf = ({ provider, id }: Client): [string, string] => [providerKey(provider), `oauth_client:${id}`];
