// A provider's refusal of the OAuth client itself pauses the client, with one event to its owner. Its mailboxes and
// their grants stay as they are.
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import { GatewayError } from './errors.ts';
import { raise } from './events.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports, ProviderWords } from './ports.ts';

/**
 * Null when the client was changed since it was read: the refusal was of what it was before.
 */
export async function pauseOAuthClient(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  client: OAuthClient,
  { reason, provider }: { reason: ReasonCode; provider: ProviderWords | null },
): Promise<OAuthClient | null> {
  const { store, clock } = ports;
  const at = clock.now();
  await store.transaction(async (rows) => {
    if (
      !(await rows.oauthClients.pause(client.id, {
        updatedAt: client.updatedAt,
        reason,
        at,
        words: provider,
      }))
    )
      return;
    await raise(ports, rows, {
      workspaceId: client.workspaceId,
      type: 'oauth_client.paused',
      objectId: client.id,
      data: {
        reason,
        trace_id: provider?.traceId ?? null,
        correlation_id: provider?.correlationId ?? null,
      },
      createdAt: at,
    });
  });
  const now = await store.oauthClients.byId(client.id);
  return now?.status === 'paused' ? now : null;
}

/** The error for whoever needs a client that the provider refuses. */
export function oauthClientPaused(client: OAuthClient): GatewayError {
  const verdict = verdictOf(client.pausedReason ?? 'client_misconfigured');
  return new GatewayError('oauth_client_paused', `${verdict.sentence} ${verdict.remedy}`, {
    extras: {
      verdict,
      oauthClientId: client.id,
      ...(client.pausedWords ? { provider: client.pausedWords } : {}),
    },
  });
}
