// OAuth clients: registrations at a provider, shared by the installation or private to a workspace.
// The secret goes in and never comes out. A provider's refusal of the client pauses it, never its mailboxes.
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import { type Dialects, mergeDialects } from './dialects.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import { raise } from './events.ts';
import type { Page, PageRequest, Ports, StoreOperations } from './ports.ts';
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
  /** Asked for besides those that the profile needs; also of other resources. */
  extraScopes: string[];
  dialects: Dialects;
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
  extraScopes?: string[];
  dialects?: Dialects;
};

/** Members of `dialects` are merged with those that are there; the rest is replaced. */
export type OAuthClientChanges = Partial<
  Pick<OAuthClient, 'name' | 'clientId' | 'entraTenant' | 'personalAccounts' | 'extraScopes' | 'dialects'> & {
    clientSecret: string;
  }
>;

/** Where the provider sends the browser back to. One path per OAuth client (RFC 9700 section 4.4.2). */
export const redirectUriOf = (publicUrl: string, oauthClientId: string): string =>
  `${publicUrl}/oauth/callback/${oauthClientId}`;

const entraTenantForm = /^[0-9a-z][0-9a-z.-]{0,252}$/i;

export type OAuthClients = ReturnType<typeof createOAuthClients>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'providers'>;

export function createOAuthClients(ports: Needs) {
  const { store, clock, random, providers } = ports;

  /** Another registration refuses the refresh tokens of this one's mailboxes, and so would no registration. */
  async function requireUnused(rows: StoreOperations, id: string): Promise<void> {
    const count = await rows.oauthClients.countMailboxes(id);
    if (count > 0) {
      throw new GatewayError('oauth_client_in_use', `${count} mailboxes depend on this OAuth client.`);
    }
  }

  async function owned(rows: StoreOperations, principal: Principal, id: string): Promise<OAuthClient> {
    const client = await rows.oauthClients.byId(id);
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
        throw invalidField('/cloud', `must be one of: ${provider.clouds.join(', ')}`);
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
        extraScopes: request.extraScopes ?? [],
        dialects: mergeDialects({}, request.dialects ?? {}),
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

    /** The token endpoints that this server calls for a provider, for dialects in which callers name one. */
    tokenUrls: (provider: ProviderName): readonly string[] => providers[provider].tokenUrls,

    /**
     * Only the owner may; changes at once add up. A change of the registration or its secret makes a paused client
     * active again. Throws `not_found`, `oauth_client_in_use`, `invalid_request`.
     */
    async update(principal: Principal, id: string, changes: OAuthClientChanges): Promise<OAuthClient> {
      requireScope(principal, 'oauth_clients:update');
      const now = clock.now();
      await store.transaction(async (rows) => {
        await rows.lock(`oauth client ${id}`);
        const client = await owned(rows, principal, id);
        const { columns, isRegistrationChanged, isRepair } = changed(client, changes);
        if (isRegistrationChanged) await requireUnused(rows, id);
        // Always another value: a pause in flight is told by it that it speaks of the client as it was.
        const updatedAt = Math.max(now, client.updatedAt + 1);
        if (!(await rows.oauthClients.update(id, { ...columns, updatedAt }))) throw notFound('OAuth client');
        if (!isRepair || client.status !== 'paused') return;
        await raise(ports, rows, {
          workspaceId: client.workspaceId,
          type: 'oauth_client.resumed',
          objectId: client.id,
          data: {},
          createdAt: now,
        });
      });
      return owned(store, principal, id);
    },

    /** Throws `oauth_client_in_use` while mailboxes depend on it. */
    async remove(principal: Principal, id: string): Promise<void> {
      requireScope(principal, 'oauth_clients:delete');
      await owned(store, principal, id);
      await requireUnused(store, id);
      const now = clock.now();
      await store.oauthClients.update(id, { deletedAt: now, updatedAt: now });
    },
  };
}

/** The columns that the changes write, over the client as it is under its lock. */
function changed(client: OAuthClient, { clientSecret, entraTenant, dialects, ...plain }: OAuthClientChanges) {
  const tenant =
    entraTenant === undefined ? client.entraTenant : checkEntraTenant(client.provider, entraTenant);
  const isRegistrationChanged =
    (plain.clientId !== undefined && plain.clientId !== client.clientId) || tenant !== client.entraTenant;
  // Also when it is active: a pause may be on its way.
  const isRepair = clientSecret !== undefined || isRegistrationChanged;
  const columns = {
    ...plain,
    ...(entraTenant === undefined ? {} : { entraTenant: tenant }),
    ...(clientSecret === undefined ? {} : { clientSecret: secret(clientSecret) }),
    ...(dialects === undefined ? {} : { dialects: mergeDialects(client.dialects, dialects) }),
    ...(isRepair ? { status: 'active' as const, pausedReason: null, pausedAt: null } : {}),
  };
  return { columns, isRegistrationChanged, isRepair };
}

/**
 * Pauses a client that the provider refuses, with one event to its owner; the grants stay as they are. Null when
 * the client was changed since it was read: the refusal was of what it was before.
 */
export async function pauseOAuthClient(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  client: OAuthClient,
  reason: ReasonCode,
): Promise<OAuthClient | null> {
  const { store, clock } = ports;
  const at = clock.now();
  await store.transaction(async (rows) => {
    if (!(await rows.oauthClients.pause(client.id, { updatedAt: client.updatedAt, reason, at }))) return;
    await raise(ports, rows, {
      workspaceId: client.workspaceId,
      type: 'oauth_client.paused',
      objectId: client.id,
      data: { reason },
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
    extras: { verdict, oauthClientId: client.id },
  });
}

function checkEntraTenant(provider: ProviderName, entraTenant: string | null): string | null {
  if (provider === 'google') {
    if (entraTenant !== null) throw invalidField('/entra_tenant', 'belongs to Microsoft only');
    return null;
  }
  const value = entraTenant ?? 'common';
  if (!entraTenantForm.test(value)) {
    throw invalidField(
      '/entra_tenant',
      'must be common, organizations, consumers, a directory id or its domain',
    );
  }
  return value.toLowerCase();
}
