// Scopes that were added to an OAuth client after mailboxes had been connected with it: which mailboxes lack which,
// and the link by which each of their owners gives them.
import { notFound } from './errors.ts';
import type { Links } from './links.ts';
import { effectiveScope } from './lost-scopes.ts';
import { isUsableBy } from './oauth-clients.ts';
import type { MailboxWithGrant, Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { isIdentityWord, scopeKeyOf } from './scope-words.ts';

export type LackingMailbox = {
  mailboxId: string;
  externalId: string | null;
  email: string;
  /** Of the OAuth client's additional scopes, as they are entered there. */
  lackingScopes: string[];
  /** For the mailbox owner. */
  reconnectUrl: string;
};

export type LackingScopes = ReturnType<typeof createLackingScopes>;

type Needs = Pick<Ports, 'store' | 'providers'> & { links: Links };

export function createLackingScopes(ports: Needs) {
  const { store, links } = ports;
  return {
    /**
     * Looks through `page.limit` mailboxes of the workspace; so a page may hold fewer items, or none, and still
     * have a next one. Throws `not_found` for an OAuth client that the workspace does not see.
     */
    async list(
      principal: Principal,
      oauthClientId: string,
      page: PageRequest,
    ): Promise<Page<LackingMailbox>> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const client = await store.oauthClients.byId(oauthClientId);
      if (!client || client.deletedAt !== null || !isUsableBy(client, workspaceId)) {
        throw notFound('OAuth client');
      }
      const { items, next } = await store.mailboxes.list(workspaceId, { provider: client.provider }, page);
      const found = items.map(async (item): Promise<LackingMailbox[]> => {
        if (item.grant.oauthClientId !== client.id) return [];
        const lackingScopes = lackingScopesOf(ports, item);
        const { id, externalId, email } = item.mailbox;
        if (lackingScopes.length === 0) return [];
        const reconnectUrl = await links.reconnectUrl(id, client);
        return [{ mailboxId: id, externalId, email, lackingScopes, reconnectUrl }];
      });
      return { items: (await Promise.all(found)).flat(), next };
    },
  };
}

/** The additional scopes of the mailbox's OAuth client that its grant is without. */
export function lackingScopesOf(
  { providers }: Pick<Ports, 'providers'>,
  { grant, oauthClient }: Pick<MailboxWithGrant, 'grant' | 'oauthClient'>,
): string[] {
  const provider = providers[oauthClient.provider];
  const keyOf = (word: string): string => scopeKeyOf(provider, oauthClient, word);
  const granted = new Set(effectiveScope(grant).split(' ').map(keyOf));
  return oauthClient.extraScopes.filter((scope) => !isIdentityWord(scope) && !granted.has(keyOf(scope)));
}
