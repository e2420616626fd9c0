// The addresses that we hand out for people to open.
import type { OAuthClient } from './oauth-clients.ts';
import type { Origins } from './origins.ts';
import type { Ports } from './ports.ts';
import { signedToken } from './signed-link.ts';

export type Links = ReturnType<typeof createLinks>;

type Needs = Pick<Ports, 'clock' | 'store' | 'linkSigner' | 'settings'> & { origins: Origins };

export function createLinks(ports: Needs) {
  const { store, settings, origins } = ports;

  /** A mailbox whose client is gone is reconnected with another one, which the page finds; its host is ours. */
  async function originOf(client: OAuthClient): Promise<string> {
    if (client.deletedAt === null || client.workspaceId === null) return origins.ofClient(client);
    const fallback = await store.oauthClients.choose(client.workspaceId, client.provider);
    return fallback ? origins.ofClient(fallback) : origins.ofClient(client);
  }

  return {
    /** For the owner of the mailbox; opening it makes a connect session that is pinned to the mailbox. */
    async reconnectUrl(mailboxId: string, client: OAuthClient): Promise<string> {
      const lifeSeconds = settings.reconnectLinkSeconds;
      const token = signedToken(ports, 'reconnect', { parts: [mailboxId], lifeSeconds });
      return `${await originOf(client)}/reconnect/${token}`;
    },

    /** For the administrator of the organisation; says nothing about whose mailbox it is for. */
    async adminConsentUrl(sessionId: string, client: OAuthClient): Promise<string> {
      const lifeSeconds = settings.adminConsentSeconds;
      const token = signedToken(ports, 'admin-consent', { parts: [sessionId], lifeSeconds });
      return `${await origins.ofClient(client)}/admin-consent/${token}`;
    },

    /**
     * For whoever looks into a mailbox's trouble: runs a diagnosis and shows what it finds, and no secret. It leads to
     * nothing more; a reconnect link is handed to callers of the API alone.
     */
    async diagnosisUrl(mailboxId: string, client: OAuthClient): Promise<string> {
      const lifeSeconds = settings.reconnectLinkSeconds;
      const token = signedToken(ports, 'diagnosis', { parts: [mailboxId], lifeSeconds });
      return `${await origins.ofClient(client)}/diagnosis/${token}`;
    },
  };
}
