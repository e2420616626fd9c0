// Which registration imported tokens were given to: named, chosen, or entered together with the tokens. An entered
// one becomes a private OAuth client of the workspace, once per `client_id`, and only when the tokens proved good.
import { record } from './audit.ts';
import type { ClientCredential } from './client-credentials.ts';
import { raise } from './events.ts';
import type { ImportRequest } from './imports.ts';
import { isUsableBy, type OAuthClient, type ProviderName } from './oauth-clients.ts';
import type { Ports, StoreOperations } from './ports.ts';
import type { Principal } from './principal.ts';
import { secret } from './secret.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers'>;

export function createImportClients({ clock, random, store, providers }: Needs) {
  async function findClient(
    workspaceId: string,
    { provider, oauthClient: wanted }: ImportRequest,
  ): Promise<OAuthClient | null> {
    switch (wanted.kind) {
      case 'id': {
        const client = await store.oauthClients.byId(wanted.id);
        const isUsable = client && isUsableBy(client, workspaceId);
        return isUsable && client.deletedAt === null && client.provider === provider ? client : null;
      }
      case 'chosen':
        return store.oauthClients.choose(workspaceId, provider, wanted.owner);
      case 'entered':
        return enteredClient(workspaceId, provider, wanted);
      default:
        return wanted satisfies never;
    }
  }

  /** The workspace's registration with this `client_id`, with the secret as entered now; not yet stored. */
  async function enteredClient(
    workspaceId: string,
    provider: ProviderName,
    entered: Extract<ImportRequest['oauthClient'], { kind: 'entered' }>,
  ): Promise<OAuthClient> {
    const before = await store.oauthClients.byClientId(workspaceId, provider, entered.clientId);
    const now = clock.now();
    const held = secret(entered.clientSecret);
    const credential: ClientCredential = { kind: 'secret', held, expiresAt: null, addedAt: now };
    const asEntered = { credential, updatedAt: now } as const;
    if (before) return { ...before, ...asEntered };
    return {
      id: random.id(),
      workspaceId,
      provider,
      name: entered.name,
      grantType: 'authorization_code',
      clientId: entered.clientId,
      ...asEntered,
      cloud: providers[provider].clouds[0] ?? '',
      entraTenant: provider === 'microsoft' ? (entered.entraTenant ?? 'common') : null,
      personalAccounts: true,
      extraScopes: [],
      nextCredential: null,
      expiryWarnedDays: null,
      customersMayUse: false,
      examination: null,
      dialects: {},
      status: 'active',
      pausedReason: null,
      pausedAt: null,
      pausedWords: null,
      createdAt: now,
      deletedAt: null,
    };
  }

  /**
   * Of many imports at once with one registration, the first enters it and the others find it. Two locks, in this order
   * everywhere: the registration's, which may have no row yet, then the row's, which its other writers take alone.
   */
  async function storeEntered(
    rows: StoreOperations,
    by: Principal,
    client: OAuthClient,
  ): Promise<OAuthClient> {
    const { workspaceId, provider, clientId, credential } = client;
    if (workspaceId === null) throw new Error('an entered registration belongs to a workspace');
    await rows.lock(`oauth client ${workspaceId} ${provider} ${clientId}`);
    const found = await rows.oauthClients.byClientId(workspaceId, provider, clientId);
    if (found) await rows.lock(`oauth client ${found.id}`);
    const before = found && (await rows.oauthClients.byId(found.id));
    if (!before || before.deletedAt !== null) {
      const isGone = (await rows.oauthClients.byId(client.id)) !== null;
      const entered = isGone ? anew(client) : client;
      await rows.oauthClients.insert(entered);
      await record({ clock, random }, rows, by, {
        workspaceId,
        action: 'oauth_client.created',
        objectId: entered.id,
        data: { provider, grant_type: entered.grantType },
      });
      return entered;
    }
    const active = {
      status: 'active',
      pausedReason: null,
      pausedAt: null,
      pausedWords: null,
      expiryWarnedDays: null,
    } as const;
    const columns = { credential, ...active, examination: null };
    const updatedAt = Math.max(client.updatedAt, before.updatedAt + 1);
    await rows.oauthClients.update(before.id, { ...columns, updatedAt });
    await record({ clock, random }, rows, by, {
      workspaceId,
      action: 'oauth_client.updated',
      objectId: before.id,
      data: { fields: ['credential'] },
    });
    if (before.status === 'paused') {
      await raise({ random }, rows, {
        workspaceId,
        type: 'oauth_client.resumed',
        objectId: before.id,
        data: {},
        createdAt: updatedAt,
      });
    }
    return before;
  }

  /** In place of one that was deleted since it was found: of what that one had besides, nothing comes back. */
  const anew = (client: OAuthClient): OAuthClient => ({
    ...client,
    id: random.id(),
    nextCredential: null,
    expiryWarnedDays: null,
    examination: null,
    dialects: {},
    status: 'active',
    pausedReason: null,
    pausedAt: null,
    pausedWords: null,
    createdAt: client.updatedAt,
  });

  return { findClient, storeEntered };
}
