// The door to the providers' token endpoints: whoever calls one is admitted here, while neither the provider's breaker
// nor the OAuth client's is open, and within the budgets of this process. Three kinds of calls do not pass it whole:
// a revocation has one chance, so it waits for its turn but for no breaker; an examination of an OAuth client is what
// somebody makes who looks into the trouble, and is rare; questions about a person go to other hosts with a token.
import type { Breakers } from './breakers.ts';
import { type CallPurpose, createCallBudgets, ownCallsMax, type Place } from './call-budgets.ts';
import type { OAuthClient } from './oauth-clients.ts';
import {
  type Attempt,
  nothingSaid,
  type Ports,
  type Provider,
  type ProviderFailure,
  type ProviderKnowledge,
  type Providers,
} from './ports.ts';

export type { CallPurpose } from './call-budgets.ts';

/** `leave` is to be called when the call is over, `giveBack` when none was made: then none is counted. */
export type Admission = ({ ok: true } & Place) | { ok: false; failure: ProviderFailure };

export type ProviderCalls = ReturnType<typeof createProviderCalls>;

type Needs = Pick<Ports, 'clock' | 'settings'> & {
  providers: Record<OAuthClient['provider'], Pick<ProviderKnowledge, 'tokenHost'>>;
  breakers: Breakers;
};

type Request = { purpose: CallPurpose; deadline: number };

/** What a caller is told who found no room. */
const busySeconds = 5;

export function createProviderCalls({ clock, settings, providers, breakers }: Needs) {
  const budgets = createCallBudgets({ clock, settings });

  const enterBudgets = (client: OAuthClient, { purpose, deadline }: Request) => {
    const host = providers[client.provider].tokenHost(client);
    return budgets.enter({ provider: client.provider, host, client: client.id, purpose }, deadline);
  };

  async function admit(client: OAuthClient, request: Request): Promise<Admission> {
    const openSeconds = await breakers.secondsOpen(client);
    if (openSeconds > 0) return refused('provider_unavailable', openSeconds);
    const place = await enterBudgets(client, request);
    if (!place) return refused('gateway_busy', busySeconds);
    // Asked again: it may have opened while this one waited; and a probe must not be claimed before its turn.
    const passage = await breakers.enter(client).catch((error: unknown) => {
      place.giveBack();
      throw error;
    });
    if (!passage.ok) {
      place.giveBack();
      return refused('provider_unavailable', passage.retryAfterSeconds);
    }
    const ending = (end: () => void) => () => {
      passage.leave();
      end();
    };
    return { ok: true, leave: ending(place.leave), giveBack: ending(place.giveBack) };
  }

  /** The caller's own time-out has begun: half of it is the call's. */
  const halfTime = (): number => clock.now() + settings.providerTimeoutSeconds * 500;

  async function admitted<T>(client: OAuthClient, call: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
    const admission = await admit(client, { purpose: 'read', deadline: halfTime() });
    if (!admission.ok) return admission;
    return call().finally(admission.leave);
  }

  async function inTurn<T>(client: OAuthClient, call: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
    const place = await enterBudgets(client, { purpose: 'own', deadline: halfTime() });
    return place ? call().finally(place.leave) : refused('gateway_busy', busySeconds);
  }

  function guardOne(provider: Provider): Provider {
    const { revoke } = provider;
    return {
      ...provider,
      exchangeCode: (client, exchange, signal) => {
        const call = () => provider.exchangeCode(client, exchange, signal);
        // Nobody is asked about an error that the browser brings.
        return exchange.callbackParameters.has('error') ? call() : admitted(client, call);
      },
      refresh: (client, request, signal) => admitted(client, () => provider.refresh(client, request, signal)),
      mint: (client, request, signal) => admitted(client, () => provider.mint(client, request, signal)),
      revoke:
        revoke === null
          ? null
          : (client, refreshToken, signal) => inTurn(client, () => revoke(client, refreshToken, signal)),
    };
  }

  return {
    /**
     * Refuses at once while a breaker is open; else waits for its turn, until `deadline` (milliseconds since the
     * epoch) at most. One call at a time: whoever is admitted may make several, one after the other.
     */
    admit,

    /** Those whose breaker is open: nobody is to be asked there. */
    async openProviders(): Promise<OAuthClient['provider'][]> {
      const names = ['google', 'microsoft'] as const;
      const seconds = await Promise.all(names.map(breakers.providerSecondsOpen));
      return names.filter((_, index) => seconds[index] !== 0);
    },

    /** How many calls of our own may be under way at once. */
    roomForOwn: (): number => ownCallsMax(settings),

    /** Calls of this process by provider: under way, and waiting for room. */
    figures: budgets.figures,

    /** The same providers, each call admitted by itself: for whoever has no admission of its own. */
    guard: ({ google, microsoft }: Providers): Providers => ({
      google: guardOne(google),
      microsoft: guardOne(microsoft),
    }),
  };
}

const refused = (
  reason: 'provider_unavailable' | 'gateway_busy',
  retryAfterSeconds: number,
): { ok: false; failure: ProviderFailure } => ({
  ok: false,
  failure: { kind: 'transient', reason, retryAfterSeconds, provider: nothingSaid },
});
