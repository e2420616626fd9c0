// One circuit breaker a provider: when its authorization server is in trouble or limits our rate, nobody is sent
// there for a while. Fed by what code exchanges and refreshes come back with; closes by itself.
import { GatewayError } from './errors.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Attempt, Ports, Provider, ProviderFailure, Providers } from './ports.ts';

/** Open while `openUntil` lies ahead. */
export type Breaker = { key: string; failures: number; windowStart: number; openUntil: number };

export type BreakerSettings = {
  /** This many failures within the window, with no success seen in between, open the breaker. */
  breakerFailuresMax: number;
  breakerWindowSeconds: number;
  /** How long it stays open; longer when the provider itself says so, up to `openSecondsMax`. */
  breakerOpenSeconds: number;
};

const openSecondsMax = 600;

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'>;

export type Breakers = ReturnType<typeof createBreakers>;

export function createBreakers({ clock, log, store, settings }: Needs) {
  /** Providers whose failures this process has written: only then is a success worth a write. */
  const failing = new Set<ProviderName>();

  async function note(provider: ProviderName, attempt: Attempt<unknown>): Promise<void> {
    if (!attempt.ok && attempt.failure.kind === 'transient') {
      failing.add(provider);
      const at = clock.now();
      const asked = Math.min(attempt.failure.retryAfterSeconds ?? 0, openSecondsMax);
      const breaker = await store.breakers.recordFailure(keyOf(provider), {
        at,
        windowMilliseconds: settings.breakerWindowSeconds * 1000,
        failuresMax: settings.breakerFailuresMax,
        openUntil: at + Math.max(settings.breakerOpenSeconds, asked) * 1000,
      });
      if (breaker.openUntil > at) log.warn('the breaker of a provider is open', { ...breaker });
    } else if (failing.delete(provider)) {
      await store.breakers.recordSuccess(keyOf(provider));
    }
  }

  /** The attempt, unchanged; a database that cannot note it is not the provider's fault. */
  async function watched<T>(client: OAuthClient, attempting: Promise<Attempt<T>>): Promise<Attempt<T>> {
    const startedAt = clock.now();
    const attempt = await attempting;
    if (!attempt.ok && isOurOwn(client, attempt.failure, clock.now() - startedAt)) return attempt;
    await note(client.provider, attempt).catch((error: unknown) =>
      log.warn('the outcome of a provider call could not be noted', { provider: client.provider, error }),
    );
    return attempt;
  }

  /** The quota of one workspace's registration, or a call that we had given less than its usual time. */
  function isOurOwn(client: OAuthClient, { reason }: ProviderFailure, tookMilliseconds: number): boolean {
    if (reason === 'credential_unavailable') return true;
    if (reason === 'provider_rate_limited') return client.workspaceId !== null;
    return reason === 'provider_timeout' && tookMilliseconds < settings.providerTimeoutSeconds * 900;
  }

  const watchOne = (provider: Provider): Provider => ({
    ...provider,
    exchangeCode: (client, exchange, signal) => {
      const attempting = provider.exchangeCode(client, exchange, signal);
      // An error in a callback comes from a browser: anybody can type one, and nobody asked the provider.
      return exchange.callbackParameters.has('error') ? attempting : watched(client, attempting);
    },
    refresh: (client, request, signal) => watched(client, provider.refresh(client, request, signal)),
    mint: (client, request, signal) => watched(client, provider.mint(client, request, signal)),
  });

  /** How long the breaker stays open yet; 0 = it is closed. */
  async function openSeconds(provider: ProviderName): Promise<number> {
    const breaker = await store.breakers.find(keyOf(provider));
    return Math.max(0, Math.ceil(((breaker?.openUntil ?? 0) - clock.now()) / 1000));
  }

  return {
    /** The same providers, each feeding its breaker. */
    watch: ({ google, microsoft }: Providers): Providers => ({
      google: watchOne(google),
      microsoft: watchOne(microsoft),
    }),

    openSeconds,

    /** Throws `provider_unavailable` with `retryAfterSeconds` while the breaker is open. */
    async check(provider: ProviderName): Promise<void> {
      const retryAfterSeconds = await openSeconds(provider);
      if (retryAfterSeconds === 0) return;
      throw new GatewayError('provider_unavailable', 'The provider is in trouble at the moment.', {
        extras: { retryAfterSeconds },
      });
    },
  };
}

const keyOf = (provider: ProviderName): string => `provider:${provider}`;
