// The refresh of one grant, safe among any number of callers and processes:
// one flight per process -> a lease on the row -> fresh again? -> the provider, with no transaction open and a
// time-out shorter than the lease -> compare-and-swap on the version -> only then the token is handed out.
// A refresh token may be single use (RFC 9700 section 4.14.2), so a second use of one can end the grant.
import { jittered } from './backoff.ts';
import type { Grant, TokenSet } from './grants.ts';
import { type OAuthClient, pauseOAuthClient } from './oauth-clients.ts';
import type { Attempt, IssuedTokens, Ports, ProviderFailure } from './ports.ts';

export type RefreshRequest = {
  grantId: string;
  resource: string;
  /** Decides whether a stored token set is good enough; asked again whenever the row was re-read. */
  isFresh: (tokenSet: TokenSet) => boolean;
};

export type RefreshOutcome =
  | { outcome: 'token'; tokenSet: TokenSet; refreshed: boolean }
  | { outcome: 'not_granted' }
  | { outcome: 'dead'; grant: Grant }
  | { outcome: 'client_paused'; oauthClient: OAuthClient }
  | { outcome: 'failed'; failure: ProviderFailure }
  /** Somebody else holds the lease for longer than we may wait. */
  | { outcome: 'timeout' };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'>;

type Loaded = { grant: Grant; oauthClient: OAuthClient; tokenSet: TokenSet | null };

/** After a failure without a `Retry-After`; bounds how often a provider in trouble is asked per grant. */
const retrySeconds = 5;
/** How often a rotated refresh token is tried to be stored before it is given up: losing it ends the grant. */
const saveAttemptsMax = 6;

export type Refresher = ReturnType<typeof createRefresher>;

export function createRefresher(ports: Needs) {
  const { clock, random, log, store, providers, settings } = ports;
  const flights = new Map<string, Promise<RefreshOutcome>>();

  async function load(grantId: string, resource: string): Promise<Loaded | null> {
    const [grant, tokenSet] = await Promise.all([
      store.grants.byId(grantId),
      store.tokenSets.find(grantId, resource),
    ]);
    const oauthClient = grant && (await store.oauthClients.byId(grant.oauthClientId));
    return grant && oauthClient ? { grant, oauthClient, tokenSet } : null;
  }

  /** What needs no provider: a good token, a dead grant, a paused client, a pause after a failure. */
  function settle({ grant, oauthClient, tokenSet }: Loaded, request: RefreshRequest): RefreshOutcome | null {
    if (grant.status !== 'active') return { outcome: 'dead', grant };
    if (tokenSet && request.isFresh(tokenSet)) return { outcome: 'token', tokenSet, refreshed: false };
    const scopes = providers[grant.provider].scopesOfResource(oauthClient, request.resource, grant.scope);
    if (scopes.length === 0) return { outcome: 'not_granted' };
    if (oauthClient.status === 'paused') return { outcome: 'client_paused', oauthClient };
    if (grant.retryAt !== null && grant.retryAt > clock.now()) {
      return { outcome: 'failed', failure: rememberedFailure(grant.retryAt - clock.now()) };
    }
    return null;
  }

  async function refresh(request: RefreshRequest): Promise<RefreshOutcome> {
    const deadline = clock.now() + settings.tokenReadTimeoutSeconds * 1000;
    while (true) {
      const loaded = await load(request.grantId, request.resource);
      if (!loaded) return { outcome: 'not_granted' };
      const settled = settle(loaded, request);
      if (settled) return settled;
      const owner = random.id();
      const now = clock.now();
      const lease = { owner, now, until: now + settings.leaseSeconds * 1000 };
      if (await store.grants.takeLease(request.grantId, lease)) {
        const outcome = await refreshUnderLease(request, owner);
        if (outcome) return outcome;
      }
      if (clock.now() >= deadline) return { outcome: 'timeout' };
      await clock.sleep(jittered(random, 0.1));
    }
  }

  /** Null = the grant changed under us: begin again with what it is now. */
  async function refreshUnderLease(request: RefreshRequest, owner: string): Promise<RefreshOutcome | null> {
    let retryAt: number | null = null;
    let isLeaseDropped = false;
    try {
      const loaded = await load(request.grantId, request.resource);
      if (!loaded) return { outcome: 'not_granted' };
      const settled = settle(loaded, request);
      if (settled) return settled;
      const attempt = await callProvider(loaded, request.resource);
      if (attempt.ok || attempt.failure.kind === 'grant') {
        const outcome = attempt.ok
          ? await keep(loaded, request.resource, attempt.value)
          : await bury(loaded.grant, attempt.failure);
        isLeaseDropped = outcome !== null;
        return outcome;
      }
      if (attempt.failure.kind === 'oauth_client') {
        await pauseOAuthClient(ports, loaded.oauthClient, attempt.failure.reason);
        return {
          outcome: 'client_paused',
          oauthClient: { ...loaded.oauthClient, status: 'paused', pausedReason: attempt.failure.reason },
        };
      }
      retryAt = clock.now() + retryMilliseconds(attempt.failure);
      return { outcome: 'failed', failure: attempt.failure };
    } finally {
      if (!isLeaseDropped) await store.grants.releaseLease(request.grantId, { owner, retryAt });
    }
  }

  function callProvider({ grant, oauthClient }: Loaded, resource: string): Promise<Attempt<IssuedTokens>> {
    const provider = providers[grant.provider];
    return provider.refresh(
      oauthClient,
      {
        refreshToken: grant.refreshToken,
        scopes: provider.scopesOfResource(oauthClient, resource, grant.scope),
        entraTenantId: grant.entraTenantId,
      },
      clock.deadline(settings.providerTimeoutSeconds * 1000),
    );
  }

  async function keep(
    { grant }: Loaded,
    resource: string,
    issued: IssuedTokens,
  ): Promise<RefreshOutcome | null> {
    const tokenSet = tokenSetOf(grant.id, resource, issued, grant.scope, clock.now());
    const stored = await saveWithPatience(grant, {
      version: grant.version,
      refreshToken: issued.refreshToken,
      refreshTokenExpiresAt:
        expiryOf(issued.refreshTokenExpiresInSeconds, tokenSet.obtainedAt) ?? grant.refreshTokenExpiresAt,
      tokenSet,
      at: tokenSet.obtainedAt,
      keepAliveAt: nextKeepAlive(ports, tokenSet.obtainedAt),
    });
    // Somebody replaced the grant meanwhile (a reconnect): theirs is newer, ours is dropped.
    return stored ? { outcome: 'token', tokenSet, refreshed: true } : null;
  }

  /** The provider has spent the old refresh token: a database hiccup must not lose the new one. */
  async function saveWithPatience(
    grant: Grant,
    refreshed: Parameters<typeof store.grants.saveRefreshed>[1],
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store.grants.saveRefreshed(grant.id, refreshed);
      } catch (error) {
        log.error('a refreshed token set could not be stored', { grantId: grant.id, attempt, error });
        if (attempt === saveAttemptsMax) throw error;
        await clock.sleep(jittered(random, 0.2 * 2 ** attempt));
      }
    }
  }

  /** `invalid_grant` is final only if the refused refresh token is still the stored one. */
  async function bury(grant: Grant, failure: ProviderFailure): Promise<RefreshOutcome | null> {
    const at = clock.now();
    const isBuried = await store.transaction(async (rows) => {
      const death = {
        version: grant.version,
        failure: { reason: failure.reason, provider: failure.provider },
        at,
      };
      if (!(await rows.grants.markDead(grant.id, death))) return false;
      for (const mailbox of await rows.mailboxes.listByGrant(grant.id)) {
        await rows.events.append({
          id: random.id(),
          workspaceId: grant.workspaceId,
          type: 'mailbox.needs_reauthorization',
          objectId: mailbox.id,
          data: { email: mailbox.email, reason: failure.reason },
          createdAt: at,
        });
      }
      return true;
    });
    if (!isBuried) return null;
    const dead = await store.grants.byId(grant.id);
    return dead ? { outcome: 'dead', grant: dead } : { outcome: 'not_granted' };
  }

  function retryMilliseconds(failure: ProviderFailure): number {
    return failure.retryAfterSeconds === null
      ? jittered(random, retrySeconds)
      : failure.retryAfterSeconds * 1000;
  }

  return {
    /** Never throws for what a provider does; throws when the database fails. */
    async refresh(request: RefreshRequest): Promise<RefreshOutcome> {
      const key = `${request.grantId} ${request.resource}`;
      while (true) {
        const flight = flights.get(key);
        if (!flight) break;
        const outcome = await flight;
        // A flight with a laxer idea of freshness may end with a token that is not good enough for us.
        if (outcome.outcome !== 'token' || outcome.refreshed || request.isFresh(outcome.tokenSet))
          return outcome;
      }
      const flight = refresh(request).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}

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
  };
}

export const expiryOf = (seconds: number | null, now: number): number | null =>
  seconds === null ? null : now + seconds * 1000;

/** Jittered, so that a bulk import does not refresh in step. */
export const nextKeepAlive = (
  { random, settings }: Pick<Ports, 'random' | 'settings'>,
  now: number,
): number => now + jittered(random, settings.keepAliveSeconds);

const rememberedFailure = (waitMilliseconds: number): ProviderFailure => ({
  kind: 'transient',
  reason: 'provider_unavailable',
  retryAfterSeconds: Math.ceil(waitMilliseconds / 1000),
  provider: {
    httpStatus: null,
    error: null,
    suberror: null,
    description: null,
    errorCodes: [],
    traceId: null,
    correlationId: null,
  },
});
