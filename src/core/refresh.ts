// The refresh of one grant, safe among any number of callers and processes:
// one flight per process -> nobody else's lease -> may the provider be asked now? -> a lease on the row, with the row as it is now -> fresh
// again? -> the provider, with no transaction open and a deadline inside the lease -> compare-and-swap on the
// version -> only then the token is handed out.
// A refresh token may be single use (RFC 9700 section 4.14.2), so a second use of one can end the grant. Processes
// compare lease times by their own clocks: these must agree to within a second or two.
import { jittered } from './backoff.ts';
import { holdsBack, retrySecondsMax } from './clock-skew.ts';
import { verdictTable } from './diagnosis.ts';
import { createFlights } from './flights.ts';
import type { Grant, GrantFailure, TokenSet } from './grants.ts';
import type { InFlight } from './in-flight.ts';
import type { Measures } from './measures/measures.ts';
import { pauseOAuthClient } from './oauth-client-pause.ts';
import type { OAuthClient } from './oauth-clients.ts';
import { askForPart } from './partial-consent.ts';
import {
  type Attempt,
  type IssuedTokens,
  type Lease,
  type LoadedGrant,
  nothingSaid,
  type Ports,
  type ProviderFailure,
  type Tracer,
} from './ports.ts';
import type { CallPurpose, ProviderCalls } from './provider-calls.ts';
import { createRefreshRecords, doubt, type Loaded } from './refresh-records.ts';

export type RefreshRequest = {
  grantId: string;
  resource: string;
  /** Decides whether a stored token set is good enough; asked again whenever the row was re-read. */
  isFresh: (tokenSet: TokenSet) => boolean;
  /** What the caller has just read of it. */
  known?: LoadedGrant;
  purpose: CallPurpose;
  /** A server did not take the stored token: other processes must not hand it out from memory either. */
  isRefused?: boolean;
  /** To be called when what was got cannot be stored in the time that a caller would wait. */
  letGo?: () => void;
};

export type RefreshOutcome =
  /** `isAnnounced`: other processes have been told to forget the token set that they have. */
  | { outcome: 'token'; tokenSet: TokenSet; refreshed: boolean; isAnnounced?: boolean }
  | { outcome: 'not_granted' }
  | { outcome: 'dead'; grant: Grant }
  | { outcome: 'client_paused'; oauthClient: OAuthClient }
  /** Its credentials are wiped: no token can be had, though the provider may still honour the grant. */
  | { outcome: 'client_deleted' }
  | { outcome: 'failed'; failure: ProviderFailure }
  /** Somebody else holds the lease for longer than we may wait. */
  | { outcome: 'timeout' };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  inFlight: InFlight;
  providerCalls: ProviderCalls;
  measures: Pick<Measures, 'refreshes' | 'refreshSeconds'>;
  tracer: Tracer;
};

/** What became of a turn under the lease. `again` = the rows changed under us: begin with what they are now. */
type Turn = { outcome: RefreshOutcome | 'again'; isLeaseDropped: boolean; retry: Retry | null };
type Retry = { at: number; failure: GrantFailure };

/** After a failure without a `Retry-After`; bounds how often a provider in trouble is asked per grant. */
const retrySeconds = 5;
const doubtMilliseconds = 60_000;
/** The part of a lease that is kept for storing what the provider gave. */
const savingShare = 0.25;
/** One that ends later was written by a clock that has been put back since. */
const leaseMillisecondsMax = 300_000;
/** A call with less time than this is not worth beginning. */
const callMillisecondsMin = 500;

export type Refresher = ReturnType<typeof createRefresher>;

export function createRefresher(ports: Needs) {
  const { clock, random, store, providers, settings, inFlight, providerCalls, measures, tracer } = ports;
  const { keep, bury, tellOfTrouble } = createRefreshRecords(ports);
  const flights = createFlights<RefreshOutcome | 'again'>({ inFlight, late: { outcome: 'timeout' } });

  /** What needs no provider: a good token, a dead grant, a paused client, a pause after a failure. */
  function settle({ grant, oauthClient, tokenSet }: Loaded, request: RefreshRequest): RefreshOutcome | null {
    if (grant.status !== 'active') return { outcome: 'dead', grant };
    if (oauthClient.deletedAt !== null) return { outcome: 'client_deleted' };
    if (tokenSet && request.isFresh(tokenSet)) return { outcome: 'token', tokenSet, refreshed: false };
    const scopes = providers[grant.provider].scopesOfResource(oauthClient, request.resource, grant.scope);
    if (scopes.length === 0) return { outcome: 'not_granted' };
    if (oauthClient.status === 'paused') return { outcome: 'client_paused', oauthClient };
    if (grant.retryAt !== null && holdsBack(grant.retryAt, clock.now())) {
      return { outcome: 'failed', failure: rememberedFailure(grant.failure, grant.retryAt - clock.now()) };
    }
    return null;
  }

  const newLease = (): Lease => {
    const now = clock.now();
    return { owner: random.id(), now, until: now + settings.leaseSeconds * 1000 };
  };

  async function refresh(request: RefreshRequest): Promise<RefreshOutcome> {
    const deadline = clock.now() + settings.tokenReadTimeoutSeconds * 1000;
    let known = request.known ?? (await store.grants.load(request.grantId));
    while (known) {
      const settled = settle(forResource(known, request.resource), request);
      if (settled) return settled;
      // Whoever waits for somebody else's refresh calls nobody, so he takes no place from those who do, nor a probe.
      const outcome = isLeased(known.grant, clock.now())
        ? 'again'
        : await refreshIfAdmitted(known, request, deadline);
      if (outcome !== 'again') return outcome;
      if (clock.now() >= deadline) return { outcome: 'timeout' };
      await clock.sleep(jittered(random, 0.1));
      known = await store.grants.load(request.grantId);
    }
    return { outcome: 'not_granted' };
  }

  /** `again` when somebody else was faster to the lease. The admission comes first: a lease must not wait for it. */
  async function refreshIfAdmitted(
    { oauthClient }: LoadedGrant,
    request: RefreshRequest,
    deadline: number,
  ): Promise<RefreshOutcome | 'again'> {
    const admission = await providerCalls.admit(oauthClient, { purpose: request.purpose, deadline });
    if (!admission.ok) return { outcome: 'failed', failure: admission.failure };
    try {
      const lease = newLease();
      const claimed = await store.grants.claim(request.grantId, lease);
      if (claimed) return await holdLease(claimed, request, lease);
      admission.giveBack();
      return 'again';
    } finally {
      admission.leave();
    }
  }

  /** Counted, timed and traced: one turn, whoever waits for it. */
  function holdLease(
    claimed: LoadedGrant,
    request: RefreshRequest,
    lease: Lease,
  ): Promise<RefreshOutcome | 'again'> {
    const { provider } = claimed.grant;
    const startedAt = clock.now();
    return tracer.span('refresh grant', { provider, purpose: request.purpose }, async (span) => {
      let outcome = 'internal_error';
      try {
        const turn = await holdLeaseOnce(claimed, request, lease);
        outcome = wordOf(turn);
        return turn;
      } finally {
        span.set('outcome', outcome);
        measures.refreshes.add({ provider, outcome });
        measures.refreshSeconds.add({ provider }, (clock.now() - startedAt) / 1000);
      }
    });
  }

  async function holdLeaseOnce(
    claimed: LoadedGrant,
    request: RefreshRequest,
    lease: Lease,
  ): Promise<RefreshOutcome | 'again'> {
    let turn: Turn = { outcome: 'again', isLeaseDropped: false, retry: null };
    try {
      turn = await refreshUnderLease(forResource(claimed, request.resource), request, lease);
      return turn.outcome;
    } finally {
      if (!turn.isLeaseDropped) {
        await store.grants.releaseLease(request.grantId, { owner: lease.owner, retry: turn.retry });
      }
    }
  }

  async function refreshUnderLease(loaded: Loaded, request: RefreshRequest, lease: Lease): Promise<Turn> {
    const settled = settle(loaded, request);
    if (settled) return { outcome: settled, isLeaseDropped: false, retry: null };
    const { grant, oauthClient } = loaded;

    const deadline = callDeadline(lease);
    if (!deadline) return { outcome: 'again', isLeaseDropped: false, retry: null };
    const attempt = await ask(loaded, request.resource, deadline);
    if (attempt.ok) {
      const outcome = await keep(loaded, { ...request, issued: attempt.value });
      return { outcome, isLeaseDropped: outcome !== 'again', retry: null };
    }
    const { failure } = attempt;
    switch (failure.kind) {
      case 'grant': {
        const part = await askForPart(providers[grant.provider], loaded, {
          refused: request.resource,
          failure,
          deadline: () => callDeadline(lease),
        });
        if (part) {
          const outcome = await keep(loaded, { ...request, ...part });
          const isOther = outcome !== 'again' && part.resource !== request.resource;
          return {
            outcome: isOther ? { outcome: 'not_granted' } : outcome,
            isLeaseDropped: outcome !== 'again',
            retry: null,
          };
        }
        if (failure.isDoubtful && grant.failure?.reason !== doubt) return doubtful(failure);
        const outcome = await bury(grant, failure);
        return { outcome, isLeaseDropped: outcome !== 'again', retry: null };
      }
      case 'oauth_client': {
        const paused = await pauseOAuthClient(ports, oauthClient, failure);
        const outcome = paused
          ? { outcome: 'client_paused' as const, oauthClient: paused }
          : ('again' as const);
        return { outcome, isLeaseDropped: false, retry: null };
      }
      case 'transient':
      case 'request':
        await tellOfTrouble(grant, failure);
        return {
          outcome: { outcome: 'failed', failure },
          isLeaseDropped: false,
          retry: retryAfter(failure, retryMilliseconds(failure), grant),
        };
      default:
        return failure.kind satisfies never;
    }
  }

  /** A grant without a refresh token is a person's in name only: its tokens are minted for the address. */
  function ask(
    { grant, oauthClient }: Loaded,
    resource: string,
    deadline: AbortSignal,
  ): Promise<Attempt<IssuedTokens>> {
    const provider = providers[grant.provider];
    const scopes = provider.scopesOfResource(oauthClient, resource, grant.scope);
    const { refreshToken, entraTenantId, subject } = grant;
    return refreshToken === null
      ? provider.mint(oauthClient, { email: subject, resource, scopes }, deadline)
      : provider.refresh(oauthClient, { refreshToken, scopes, entraTenantId }, deadline);
  }

  /** The provider is known to say this at times without meaning it: only a second refusal, later, is believed. */
  function doubtful(failure: ProviderFailure): Turn {
    const doubted: ProviderFailure = { ...failure, kind: 'transient', reason: doubt };
    const retry = {
      at: clock.now() + doubtMilliseconds,
      failure: { reason: doubt, provider: failure.provider },
    };
    return { outcome: { outcome: 'failed', failure: doubted }, isLeaseDropped: false, retry };
  }

  /**
   * What is remembered. Passing trouble hides neither a doubt nor a refusal that waiting does not mend: both would begin
   * anew afterwards, as if for the first time.
   */
  function retryAfter({ reason, provider }: ProviderFailure, milliseconds: number, grant: Grant): Retry {
    const { failure: known } = grant;
    const isLasting = known !== null && (known.reason === doubt || !verdictTable[known.reason].healsItself);
    const failure = isLasting && verdictTable[reason].healsItself ? known : { reason, provider };
    return { at: clock.now() + milliseconds, failure };
  }

  /** Ends before the lease does, with time left to store what comes; null when too little is left to begin. */
  function callDeadline({ until }: Lease): AbortSignal | null {
    const saving = settings.leaseSeconds * 1000 * savingShare;
    const milliseconds = Math.min(settings.providerTimeoutSeconds * 1000, until - clock.now() - saving);
    return milliseconds < callMillisecondsMin ? null : clock.deadline(milliseconds);
  }

  function retryMilliseconds(failure: ProviderFailure): number {
    return failure.retryAfterSeconds === null
      ? jittered(random, retrySeconds)
      : Math.min(failure.retryAfterSeconds, retrySecondsMax) * 1000;
  }

  /** The one flight of this process for a grant and resource; joins the one that there is. */
  async function fly(
    request: RefreshRequest,
    work: (letGo: () => void) => Promise<RefreshOutcome>,
  ): Promise<RefreshOutcome> {
    const key = `${request.grantId} ${request.resource}`;
    while (true) {
      const joined = flights.find(key);
      const outcome = await (joined ?? flights.start(key, work));
      if (outcome !== 'again') {
        if (!joined) return outcome;
        // A flight with a laxer idea of freshness may end with a token that is not good enough for us.
        if (outcome.outcome !== 'token' || outcome.refreshed || request.isFresh(outcome.tokenSet))
          return outcome;
      }
      // What the caller knew is older than this flight.
      delete request.known;
    }
  }

  return {
    newLease,

    /** Never throws for what a provider does; throws when the database fails. */
    refresh: (request: RefreshRequest): Promise<RefreshOutcome> => {
      const own = { ...request };
      return fly(own, (letGo) => refresh({ ...own, letGo }));
    },

    /**
     * The same for a grant whose lease the caller has taken, and for whose call it has been admitted. `again` = its
     * rows changed meanwhile, or somebody here is at it. The lease is dropped in any case.
     */
    async refreshClaimed(
      claimed: LoadedGrant,
      request: RefreshRequest,
      lease: Lease,
    ): Promise<RefreshOutcome | 'again'> {
      const key = `${request.grantId} ${request.resource}`;
      if (flights.find(key)) {
        // It waits for this very lease.
        await store.grants.releaseLease(request.grantId, { owner: lease.owner, retry: null });
        return 'again';
      }
      return flights.start(key, (letGo) => holdLease(claimed, { ...request, letGo }, lease));
    },
  };
}

/** As the row said when it was read. stores/operations/grant-claims.ts holds the same not to be leases. */
const isLeased = ({ leaseUntil }: Grant, now: number): boolean =>
  leaseUntil > now && leaseUntil <= now + leaseMillisecondsMax;

const forResource = ({ grant, oauthClient, tokenSets }: LoadedGrant, resource: string): Loaded => ({
  grant,
  oauthClient,
  tokenSet: tokenSets.find((tokenSet) => tokenSet.resource === resource) ?? null,
  tokenSets,
});

/** While the provider is left alone after a failure, the answer is that failure. */
const rememberedFailure = (failure: GrantFailure | null, waitMilliseconds: number): ProviderFailure => ({
  kind: 'transient',
  reason: failure?.reason ?? 'provider_unavailable',
  retryAfterSeconds: Math.ceil(waitMilliseconds / 1000),
  provider: failure?.provider ?? nothingSaid,
});

/** For who counts: a token that somebody else had got meanwhile is told apart from a new one. */
function wordOf(turn: RefreshOutcome | 'again'): string {
  if (turn === 'again') return 'changed_meanwhile';
  if (turn.outcome === 'token') return turn.refreshed ? 'refreshed' : 'still_fresh';
  return turn.outcome;
}
