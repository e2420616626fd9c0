// OAuth clients: registrations at a provider, shared by the installation or private to a workspace.
// The secret goes in and never comes out. A provider's refusal of the client pauses it, never its mailboxes.
import { changedFields, record } from './audit.ts';
import type { ClientCredential, EnteredCredential } from './client-credentials.ts';
import type { ClientExamination } from './client-examination.ts';
import type { ReasonCode } from './diagnosis.ts';
import { type Dialects, mergeDialects } from './dialects.ts';
import { checkCredential } from './entered-credentials.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import { raise } from './events.ts';
import { type Origins, redirectUriOf } from './origins.ts';
import type { Page, PageRequest, Ports, ProviderWords, StoreOperations } from './ports.ts';
import { type Principal, requireScope } from './principal.ts';
import { secret } from './secret.ts';

export type ProviderName = 'google' | 'microsoft';

/**
 * How its tokens are obtained: by a person's consent (RFC 6749 section 4.1), by a service account that an
 * administrator lets act for every mailbox of a domain (RFC 7523), or by the client itself (RFC 6749 section 4.4).
 */
export type GrantType = 'authorization_code' | 'jwt_bearer' | 'client_credentials';

export type OAuthClient = {
  id: string;
  /** Null = shared by the installation: only one that people consent to, see `isUsableBy`. */
  workspaceId: string | null;
  provider: ProviderName;
  name: string;
  grantType: GrantType;
  /** The `client_id` that the provider gave; a service account's numeric id. */
  clientId: string;
  credential: ClientCredential;
  /** Entered ahead of a rotation; takes over when the provider refuses the current one. */
  nextCredential: ClientCredential | null;
  /** Days before the current credential's end that a warning was raised for last; null = none yet. */
  expiryWarnedDays: number | null;
  /** One of the provider's clouds. */
  cloud: string;
  /** Microsoft: `common`, `organizations`, `consumers`, or a directory's id or domain. Null at Google. */
  entraTenant: string | null;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personalAccounts: boolean;
  /** Asked for besides those that the profile needs; also of other resources. */
  extraScopes: string[];
  /** Whether the workspace's customers are offered this client on their own connect page. */
  customersMayUse: boolean;
  /** What the last examination found; null = never examined, or changed since. */
  examination: ClientExamination | null;
  dialects: Dialects;
  status: 'active' | 'paused';
  pausedReason: ReasonCode | null;
  pausedAt: number | null;
  /** What the provider said then, with its correlation ids; null when nothing was said. */
  pausedWords: ProviderWords | null;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
};

/**
 * With the redirect URI to enter at the provider, letter by letter. `isOwn`: whoever reads it may change it; others
 * need not know how it is held or what an examination found.
 */
export type RegisteredClient = OAuthClient & { redirectUri: string; isOwn: boolean };

export type NewOAuthClient = {
  provider: ProviderName;
  name: string;
  grantType?: GrantType;
  /** May be left out where the credential names it (a service account's key). */
  clientId: string | null;
  credential: EnteredCredential;
  cloud: string | null;
  entraTenant: string | null;
  personalAccounts: boolean;
  extraScopes?: string[];
  customersMayUse?: boolean;
  dialects?: Dialects;
};

/** Members of `dialects` are merged with those that are there; the rest is replaced. */
export type OAuthClientChanges = Partial<
  Pick<
    OAuthClient,
    'name' | 'clientId' | 'entraTenant' | 'personalAccounts' | 'extraScopes' | 'customersMayUse' | 'dialects'
  > & {
    credential: EnteredCredential;
    nextCredential: EnteredCredential | null;
    /** The end of the current credential, for whoever learned of it later; not together with another one. */
    credentialExpiresAt: number | null;
  }
>;

/** What the deletion of a client leaves behind. */
export type Removal = {
  /** Mailboxes whose grants were given to it: they must be reconnected. */
  mailboxes: number;
  /** What they are reconnected with: the workspace's next own client, or a shared one; null = none. */
  fallback: RegisteredClient | null;
};

/**
 * Whether a workspace may use it and hears of it. A client that acts without a sign-in opens every mailbox that an
 * administrator let it into: whoever shared it, would share those. `workspaceId` null = the installation itself.
 */
export const isUsableBy = (
  client: Pick<OAuthClient, 'workspaceId' | 'grantType'>,
  workspaceId: string | null,
): boolean => client.workspaceId === workspaceId || (client.workspaceId === null && !isUnowned(client));

/** One that acts without a sign-in and belongs to no workspace: none is made any more. */
export const isUnowned = (client: Pick<OAuthClient, 'workspaceId' | 'grantType'>): boolean =>
  client.workspaceId === null && !needsConsent(client.grantType);

/** Whether each mailbox owner is asked. */
const needsConsent = (grantType: GrantType): boolean => grantType === 'authorization_code';

const entraTenantForm = /^[0-9a-z][0-9a-z.-]{0,252}$/i;

export type OAuthClients = ReturnType<typeof createOAuthClients>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'providers' | 'credentialSource'> & {
  origins: Origins;
  /** Hands back what sessions of a client hold, while its credentials are there. */
  discardHeldOf: (oauthClientId: string) => Promise<void>;
};

export function createOAuthClients(ports: Needs) {
  const { store, clock, random, providers, origins } = ports;

  /** Another registration refuses the refresh tokens of this one's mailboxes, and so would no registration. */
  async function requireUnused(rows: StoreOperations, id: string): Promise<void> {
    const count = await rows.oauthClients.countMailboxes(id);
    if (count > 0) {
      throw new GatewayError('oauth_client_in_use', `${count} mailboxes depend on this OAuth client.`);
    }
  }

  async function registered({ workspaceId }: Principal, client: OAuthClient): Promise<RegisteredClient> {
    const redirectUri = redirectUriOf(await origins.ofClient(client), client.id);
    return { ...client, redirectUri, isOwn: client.workspaceId === workspaceId };
  }

  async function owned(rows: StoreOperations, principal: Principal, id: string): Promise<OAuthClient> {
    const client = await rows.oauthClients.byId(id);
    if (!client || client.deletedAt !== null || client.workspaceId !== principal.workspaceId) {
      throw notFound('OAuth client', principal.workspaceId);
    }
    return client;
  }

  return {
    /**
     * Made in the principal's workspace, or shared when a key of the installation names none. Throws
     * `invalid_request`, also for one that is to act without a sign-in and belongs to no workspace.
     */
    async create(principal: Principal, request: NewOAuthClient): Promise<RegisteredClient> {
      requireScope(principal, 'oauth_clients:create');
      const provider = providers[request.provider];
      const grantType = request.grantType ?? 'authorization_code';
      if (principal.workspaceId === null && !needsConsent(grantType)) {
        throw invalidField(
          '/grant_type',
          'needs a workspace, named in the header `Mailgrant-Workspace`: shared, it would open its mailboxes to every workspace',
        );
      }
      const cloud = request.cloud ?? provider.clouds[0] ?? '';
      if (!provider.clouds.includes(cloud)) {
        throw invalidField('/cloud', `must be one of: ${provider.clouds.join(', ')}`);
      }
      const checked = await checkCredential(ports, principal, request.credential, {
        provider: request.provider,
        grantType,
        field: '/credential',
      });
      const clientId = request.clientId ?? checked.clientId;
      if (clientId === null) throw invalidField('/client_id', 'is required');
      const now = clock.now();
      const client: OAuthClient = {
        id: random.id(),
        workspaceId: principal.workspaceId,
        provider: request.provider,
        name: request.name,
        grantType,
        clientId,
        credential: checked.credential,
        nextCredential: null,
        expiryWarnedDays: null,
        cloud,
        entraTenant: checkEntraTenant(request.provider, grantType, request.entraTenant),
        personalAccounts: request.personalAccounts,
        extraScopes: request.extraScopes ?? [],
        customersMayUse: request.customersMayUse ?? false,
        examination: null,
        dialects: mergeDialects({}, request.dialects ?? {}),
        status: 'active',
        pausedReason: null,
        pausedAt: null,
        pausedWords: null,
        createdAt: now,
        updatedAt: now,
        deletedAt: null,
      };
      await store.transaction(async (rows) => {
        await rows.oauthClients.insert(client);
        const { id: objectId, workspaceId } = client;
        const data = { provider: client.provider, grant_type: grantType };
        await record(ports, rows, principal, { workspaceId, action: 'oauth_client.created', objectId, data });
      });
      return registered(principal, client);
    },

    /** The workspace's own, and the shared ones that people consent to. */
    async list(principal: Principal, page: PageRequest): Promise<Page<RegisteredClient>> {
      requireScope(principal, 'oauth_clients:read');
      const { items, next } = await store.oauthClients.listVisible(principal.workspaceId, page);
      return { items: await Promise.all(items.map((client) => registered(principal, client))), next };
    },

    async read(principal: Principal, id: string): Promise<RegisteredClient> {
      requireScope(principal, 'oauth_clients:read');
      const client = await store.oauthClients.byId(id);
      if (!client || client.deletedAt !== null || !isUsableBy(client, principal.workspaceId)) {
        throw notFound('OAuth client', principal.workspaceId);
      }
      return registered(principal, client);
    },

    /** The token endpoints that this server calls for a provider, for dialects in which callers name one. */
    tokenUrls: (provider: ProviderName): readonly string[] => providers[provider].tokenUrls,

    /**
     * Only the owner may; changes at once add up. A change of the registration or of a credential makes a paused
     * client active again. Throws `not_found`, `oauth_client_in_use`, `invalid_request`, `permission_denied`.
     */
    async update(principal: Principal, id: string, changes: OAuthClientChanges): Promise<RegisteredClient> {
      requireScope(principal, 'oauth_clients:update');
      const entered = await enteredChanges(principal, await owned(store, principal, id), changes);
      const now = clock.now();
      await store.transaction(async (rows) => {
        await rows.lock(`oauth client ${id}`);
        const client = await owned(rows, principal, id);
        const { columns, isRegistrationChanged, isRepair } = changed(client, entered);
        if (isRegistrationChanged) await requireUnused(rows, id);
        // Always another value: a pause in flight is told by it that it speaks of the client as it was.
        const updatedAt = Math.max(now, client.updatedAt + 1);
        if (!(await rows.oauthClients.update(id, { ...columns, updatedAt }))) throw notFound('OAuth client');
        await record(ports, rows, principal, {
          workspaceId: client.workspaceId,
          action: 'oauth_client.updated',
          objectId: id,
          data: changedFields(changes),
        });
        if (!isRepair || client.status !== 'paused') return;
        await raise(ports, rows, {
          workspaceId: client.workspaceId,
          type: 'oauth_client.resumed',
          objectId: client.id,
          data: {},
          createdAt: now,
        });
      });
      return registered(principal, await owned(store, principal, id));
    },

    /**
     * The credentials are wiped at once. Throws `oauth_client_in_use` while mailboxes depend on it, unless `force`:
     * then these say `needs_reauthorization`, and their reconnect links lead to the client that takes its place.
     */
    async remove(principal: Principal, id: string, { force }: { force: boolean }): Promise<Removal> {
      requireScope(principal, 'oauth_clients:delete');
      const client = await owned(store, principal, id);
      if (!force) await requireUnused(store, id);
      await ports.discardHeldOf(id);
      const now = clock.now();
      const mailboxes = await store.transaction(async (rows) => {
        await rows.lock(`oauth client ${id}`);
        if (!force) await requireUnused(rows, id);
        const wiped = { ...client.credential, held: secret('') };
        await rows.oauthClients.update(id, {
          credential: wiped,
          nextCredential: null,
          deletedAt: now,
          updatedAt: Math.max(now, client.updatedAt + 1),
        });
        await raise(ports, rows, {
          workspaceId: client.workspaceId,
          type: 'oauth_client.deleted',
          objectId: id,
          data: {},
          createdAt: now,
        });
        const count = await rows.oauthClients.countMailboxes(id);
        await record(ports, rows, principal, {
          workspaceId: client.workspaceId,
          action: 'oauth_client.deleted',
          objectId: id,
          data: { mailboxes: count },
        });
        return count;
      });
      const { workspaceId, provider } = client;
      const fallback = workspaceId === null ? null : await store.oauthClients.choose(workspaceId, provider);
      return { mailboxes, fallback: fallback && (await registered(principal, fallback)) };
    },
  };

  /** The changes with their credentials checked, which may ask the operator's sources and so is done beforehand. */
  async function enteredChanges(
    principal: Principal,
    { provider, grantType }: OAuthClient,
    { credential, nextCredential, ...plain }: OAuthClientChanges,
  ): Promise<CheckedChanges> {
    const check = async (entered: EnteredCredential, field: string): Promise<ClientCredential> =>
      (await checkCredential(ports, principal, entered, { provider, grantType, field })).credential;
    const next = nextCredential && (await check(nextCredential, '/next_credential'));
    return {
      ...plain,
      ...(credential === undefined ? {} : { credential: await check(credential, '/credential') }),
      ...(next === undefined ? {} : { nextCredential: next }),
    };
  }
}

type CheckedChanges = Omit<OAuthClientChanges, 'credential' | 'nextCredential'> &
  Partial<Pick<OAuthClient, 'credential' | 'nextCredential'>>;

/** The columns that the changes write, over the client as it is under its lock. */
function changed(
  client: OAuthClient,
  { entraTenant, dialects, credentialExpiresAt: end, ...plain }: CheckedChanges,
) {
  const tenant =
    entraTenant === undefined
      ? client.entraTenant
      : checkEntraTenant(client.provider, client.grantType, entraTenant);
  const isRegistrationChanged =
    (plain.clientId !== undefined && plain.clientId !== client.clientId) || tenant !== client.entraTenant;
  // Also when it is active: a pause may be on its way.
  const isRepair = Boolean(plain.credential ?? plain.nextCredential) || isRegistrationChanged;
  const columns = {
    ...plain,
    ...(entraTenant === undefined ? {} : { entraTenant: tenant }),
    ...(dialects === undefined ? {} : { dialects: mergeDialects(client.dialects, dialects) }),
    ...(end === undefined ? {} : { credential: { ...client.credential, expiresAt: end } }),
    ...(plain.credential === undefined && end === undefined ? {} : { expiryWarnedDays: null }),
    ...(isRepair ? { status: 'active' as const, pausedReason: null, pausedAt: null, pausedWords: null } : {}),
    ...(isRepair || touchesExamination(plain) || end !== undefined ? { examination: null } : {}),
  };
  return { columns, isRegistrationChanged, isRepair };
}

/** Of what is no repair, that which an examination looks at. */
const touchesExamination = (plain: Partial<CheckedChanges>): boolean =>
  plain.nextCredential !== undefined || plain.extraScopes !== undefined;

/** Names that stand for whatever directory the person belongs to. */
const anyDirectory: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

function checkEntraTenant(
  provider: ProviderName,
  grantType: GrantType,
  entraTenant: string | null,
): string | null {
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
  if (grantType === 'client_credentials' && anyDirectory.has(value.toLowerCase())) {
    throw invalidField('/entra_tenant', 'must name one directory, by its id or domain');
  }
  return value.toLowerCase();
}
