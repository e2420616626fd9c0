// OAuth clients: registrations at a provider, shared by the installation or private to a workspace.
// The secret goes in and never comes out. A provider's refusal of the client pauses it, never its mailboxes.
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import { GatewayError, notFound } from './errors.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, requireScope } from './principal.ts';
import { type Secret, secret } from './secret.ts';

export type ProviderName = 'google' | 'microsoft';

export type OAuthClient = {
  id: string;
  /** Null = shared by the installation. */
  workspaceId: string | null;
  provider: ProviderName;
  name: string;
  /** The `client_id` that the provider gave. */
  clientId: string;
  clientSecret: Secret<string>;
  /** One of the provider's clouds. */
  cloud: string;
  /** Microsoft: `common`, `organizations`, `consumers`, or a directory's id or domain. Null at Google. */
  entraTenant: string | null;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personalAccounts: boolean;
  status: 'active' | 'paused';
  pausedReason: ReasonCode | null;
  pausedAt: number | null;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
};

export type NewOAuthClient = {
  provider: ProviderName;
  name: string;
  clientId: string;
  clientSecret: string;
  cloud: string | null;
  entraTenant: string | null;
  personalAccounts: boolean;
};

export type OAuthClientChanges = Partial<
  Pick<OAuthClient, 'name' | 'clientId' | 'entraTenant' | 'personalAccounts'> & { clientSecret: string }
>;

/** Where the provider sends the browser back to. One path per OAuth client (RFC 9700 section 4.4.2). */
export const redirectUriOf = (publicUrl: string, oauthClientId: string): string =>
  `${publicUrl}/oauth/callback/${oauthClientId}`;

const entraTenantForm = /^[0-9a-z][0-9a-z.-]{0,252}$/i;

export type OAuthClients = ReturnType<typeof createOAuthClients>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'providers'>;

export function createOAuthClients({ store, clock, random, providers }: Needs) {
  async function owned(principal: Principal, id: string): Promise<OAuthClient> {
    const client = await store.oauthClients.byId(id);
    if (!client || client.deletedAt !== null || client.workspaceId !== principal.workspaceId) {
      throw notFound('OAuth client');
    }
    return client;
  }

  return {
    /** Made in the principal's workspace, or shared when a key of the installation names none. */
    async create(principal: Principal, request: NewOAuthClient): Promise<OAuthClient> {
      requireScope(principal, 'oauth_clients:create');
      const provider = providers[request.provider];
      const cloud = request.cloud ?? provider.clouds[0] ?? '';
      if (!provider.clouds.includes(cloud)) {
        throw badField('/cloud', `must be one of: ${provider.clouds.join(', ')}`);
      }
      const now = clock.now();
      const client: OAuthClient = {
        id: random.id(),
        workspaceId: principal.workspaceId,
        provider: request.provider,
        name: request.name,
        clientId: request.clientId,
        clientSecret: secret(request.clientSecret),
        cloud,
        entraTenant: checkEntraTenant(request.provider, request.entraTenant),
        personalAccounts: request.personalAccounts,
        status: 'active',
        pausedReason: null,
        pausedAt: null,
        createdAt: now,
        updatedAt: now,
        deletedAt: null,
      };
      await store.oauthClients.insert(client);
      return client;
    },

    /** The workspace's own and the shared ones. */
    async list(principal: Principal, page: PageRequest): Promise<Page<OAuthClient>> {
      requireScope(principal, 'oauth_clients:read');
      return store.oauthClients.listVisible(principal.workspaceId, page);
    },

    async read(principal: Principal, id: string): Promise<OAuthClient> {
      requireScope(principal, 'oauth_clients:read');
      const client = await store.oauthClients.byId(id);
      const isVisible = client?.workspaceId === principal.workspaceId || client?.workspaceId === null;
      if (!client || client.deletedAt !== null || !isVisible) throw notFound('OAuth client');
      return client;
    },

    /** Only the owner may. A change of the registration or its secret makes a paused client active again. */
    async update(principal: Principal, id: string, changes: OAuthClientChanges): Promise<OAuthClient> {
      requireScope(principal, 'oauth_clients:update');
      const client = await owned(principal, id);
      const { clientSecret, ...plain } = changes;
      const isRepair =
        client.status === 'paused' &&
        (clientSecret !== undefined || changes.clientId !== undefined || changes.entraTenant !== undefined);
      const updated: OAuthClient = {
        ...client,
        ...plain,
        ...(changes.entraTenant === undefined
          ? {}
          : { entraTenant: checkEntraTenant(client.provider, changes.entraTenant) }),
        ...(clientSecret === undefined ? {} : { clientSecret: secret(clientSecret) }),
        ...(isRepair ? { status: 'active' as const, pausedReason: null, pausedAt: null } : {}),
        updatedAt: clock.now(),
      };
      await store.transaction(async (rows) => {
        if (!(await rows.oauthClients.update(updated))) throw notFound('OAuth client');
        if (isRepair) {
          await rows.events.append({
            id: random.id(),
            workspaceId: client.workspaceId,
            type: 'oauth_client.resumed',
            objectId: client.id,
            data: {},
            createdAt: updated.updatedAt,
          });
        }
      });
      return updated;
    },

    /** Throws `oauth_client_in_use` while mailboxes depend on it. */
    async remove(principal: Principal, id: string): Promise<void> {
      requireScope(principal, 'oauth_clients:delete');
      const client = await owned(principal, id);
      const count = await store.oauthClients.countMailboxes(id);
      if (count > 0) {
        throw new GatewayError('oauth_client_in_use', `${count} mailboxes depend on this OAuth client.`);
      }
      const now = clock.now();
      await store.oauthClients.update({ ...client, deletedAt: now, updatedAt: now });
    },
  };
}

/** Pauses a client that the provider refuses, with one event to its owner; the grants stay as they are. */
export async function pauseOAuthClient(
  { store, clock, random }: Pick<Ports, 'store' | 'clock' | 'random'>,
  client: OAuthClient,
  reason: ReasonCode,
): Promise<void> {
  const now = clock.now();
  await store.transaction(async (rows) => {
    if (!(await rows.oauthClients.pause(client.id, reason, now))) return;
    await rows.events.append({
      id: random.id(),
      workspaceId: client.workspaceId,
      type: 'oauth_client.paused',
      objectId: client.id,
      data: { reason },
      createdAt: now,
    });
  });
}

/** The error for whoever needs a client that the provider refuses. */
export function oauthClientPaused(client: OAuthClient): GatewayError {
  const verdict = verdictOf(client.pausedReason ?? 'client_misconfigured');
  return new GatewayError('oauth_client_paused', `${verdict.sentence} ${verdict.remedy}`, {
    extras: { verdict, oauthClientId: client.id },
  });
}

function checkEntraTenant(provider: ProviderName, entraTenant: string | null): string | null {
  if (provider === 'google') {
    if (entraTenant !== null) throw badField('/entra_tenant', 'belongs to Microsoft only');
    return null;
  }
  const value = entraTenant ?? 'common';
  if (!entraTenantForm.test(value)) {
    throw badField('/entra_tenant', 'must be common, organizations, consumers, a directory id or its domain');
  }
  return value.toLowerCase();
}

const badField = (field: string, message: string): GatewayError =>
  new GatewayError('invalid_request', 'A field is not valid.', { extras: { fields: [{ field, message }] } });
