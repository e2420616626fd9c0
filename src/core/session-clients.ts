// Which OAuth client a connect session goes by: the one that is named, the one the mailbox has, or the workspace's own
// before a shared one.
import { GatewayError, invalidField, notFound } from './errors.ts';
import type { Mailbox } from './mailboxes.ts';
import { oauthClientPaused } from './oauth-client-pause.ts';
import { isUsableBy, type OAuthClient, type ProviderName } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

type Request = { oauthClientId: string | null; provider: ProviderName | null };

export function createSessionClients({ store }: Pick<Ports, 'store'>) {
  /** The client that a mailbox was connected with, unless it is gone or no longer the workspace's to use. */
  async function clientOfMailbox(mailbox: Mailbox): Promise<OAuthClient | null> {
    const joined = await store.mailboxes.withGrant(mailbox.id);
    const client = joined?.oauthClient;
    return client && client.deletedAt === null && isUsableBy(client, mailbox.workspaceId) ? client : null;
  }

  return {
    /** Throws `not_found`, `oauth_client_missing`, `oauth_client_paused`, `invalid_request`. */
    async usable(workspaceId: string, request: Request, mailbox: Mailbox | null): Promise<OAuthClient> {
      const client = request.oauthClientId
        ? await store.oauthClients.byId(request.oauthClientId)
        : ((mailbox && (await clientOfMailbox(mailbox))) ??
          (request.provider && (await store.oauthClients.choose(workspaceId, request.provider))));
      if (!client) {
        if (request.oauthClientId) throw notFound('OAuth client');
        throw new GatewayError(
          'oauth_client_missing',
          `There is no OAuth client of the provider ${request.provider}.`,
        );
      }
      if (!isUsableBy(client, workspaceId) || client.deletedAt !== null) throw notFound('OAuth client');
      if (request.provider !== null && client.provider !== request.provider) {
        throw invalidField('/oauth_client_id', `is an OAuth client of ${client.provider}`);
      }
      if (client.status === 'paused') throw oauthClientPaused(client);
      return client;
    },
  };
}
