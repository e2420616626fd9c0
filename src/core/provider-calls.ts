// Who may call a provider's token endpoint now: nobody while its breaker, or that of the OAuth client, is open.
import type { Breakers } from './breakers.ts';
import type { OAuthClient } from './oauth-clients.ts';
import { nothingSaid, type ProviderFailure } from './ports.ts';

/** `read` = somebody waits for a token; `own` = keep-alive, warming, verification. */
export type CallPurpose = 'read' | 'own';

/** `leave` is to be called when the call is over. */
export type Admission = { ok: true; leave(): void } | { ok: false; failure: ProviderFailure };

export type ProviderCalls = ReturnType<typeof createProviderCalls>;

export function createProviderCalls({ breakers }: { breakers: Breakers }) {
  return {
    /** Waits for its turn until `deadline` (milliseconds since the epoch) at most. */
    async admit(
      client: OAuthClient,
      _request: { purpose: CallPurpose; deadline: number },
    ): Promise<Admission> {
      const openSeconds = await breakers.openSeconds(client.provider);
      if (openSeconds > 0) {
        const failure: ProviderFailure = {
          kind: 'transient',
          reason: 'provider_unavailable',
          retryAfterSeconds: openSeconds,
          provider: nothingSaid,
        };
        return { ok: false, failure };
      }
      return { ok: true, leave: () => {} };
    },

    /** How many calls of our own purpose may begin at once. */
    roomForOwn: (): number => 100,
  };
}
