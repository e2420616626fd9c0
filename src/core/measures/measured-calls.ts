// Calls to the providers' token endpoints, counted, timed and traced: the innermost layer around the adapters, so that
// every call is in it, also a probe's and an examination's. Changes nothing of what comes back.
import type { Tracer } from '../ports/tracer.ts';
import type { Attempt, Provider, Providers } from '../ports.ts';
import type { Measures } from './measures.ts';

type Needs = { measures: Measures; tracer: Tracer; seconds: () => number };

type ProviderOperation = 'exchange_code' | 'refresh' | 'mint' | 'revoke';

/** The same providers. `seconds`: a clock that only goes forward. */
export function measuredCalls({ measures, tracer, seconds }: Needs, providers: Providers): Providers {
  async function measured<T>(
    provider: string,
    operation: ProviderOperation,
    call: () => Promise<Attempt<T>>,
  ): Promise<Attempt<T>> {
    const startedAt = seconds();
    return tracer.span('provider call', { provider, operation }, async (span) => {
      let outcome: string = 'internal_error';
      try {
        const attempt = await call();
        outcome = attempt.ok ? 'ok' : attempt.failure.reason;
        return attempt;
      } finally {
        span.set('outcome', outcome);
        measures.providerCalls.add({ provider, operation, outcome });
        measures.providerCallSeconds.add({ provider, operation }, seconds() - startedAt);
      }
    });
  }

  const measuredOne = (name: keyof Providers, provider: Provider): Provider => {
    const { revoke } = provider;
    return {
      ...provider,
      exchangeCode: (client, exchange, signal) => {
        const call = () => provider.exchangeCode(client, exchange, signal);
        // An error that the browser brings: nobody is asked.
        return exchange.callbackParameters.has('error') ? call() : measured(name, 'exchange_code', call);
      },
      refresh: (client, request, signal) =>
        measured(name, 'refresh', () => provider.refresh(client, request, signal)),
      mint: (client, request, signal) => measured(name, 'mint', () => provider.mint(client, request, signal)),
      revoke:
        revoke === null
          ? null
          : (client, refreshToken, signal) =>
              measured(name, 'revoke', () => revoke(client, refreshToken, signal)),
    };
  };

  return {
    google: measuredOne('google', providers.google),
    microsoft: measuredOne('microsoft', providers.microsoft),
  };
}
