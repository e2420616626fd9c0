// Rows to store, each valid by itself, with ids that sort by creation and names that no test shares.
import { randomBytes } from 'node:crypto';
import type { AuthorizationRequest } from '../../src/core/authorization.ts';
import type { ClientCredential } from '../../src/core/client-credentials.ts';
import type { ConnectSession } from '../../src/core/connect-session.ts';
import type { Customer } from '../../src/core/customers.ts';
import type { Grant, TokenSet } from '../../src/core/grants.ts';
import type { BackgroundJob } from '../../src/core/jobs/background-jobs.ts';
import { noSettings } from '../../src/core/mailbox-settings.ts';
import type { Mailbox } from '../../src/core/mailboxes.ts';
import type { OAuthClient } from '../../src/core/oauth-clients.ts';
import type { Log, Page, Store } from '../../src/core/ports.ts';
import { Secret, secret } from '../../src/core/secret.ts';
import type { Tag } from '../../src/core/tags.ts';
import { noWorkspaceSettings, type Workspace } from '../../src/core/workspaces.ts';
import type { Engine } from '../../src/stores/engine.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { createKeyring, generateKey, type Keyring, parseKeyring } from '../../src/stores/keyring.ts';

/** A database of the test's own, which outlives the stores opened on it. */
export type TestDatabase = {
  keyring: Keyring;
  /** Two nodes where the engine serves several; the one store twice where it does not. */
  openTwo(): Promise<[OpenStore, OpenStore]>;
  open(keyring?: Keyring): Promise<OpenStore>;
  /** Without migration. The caller closes it before a store is opened. */
  openEngine(): Promise<Engine>;
  /** A statement beside the store, `?` for parameters. */
  raw(statement: string, ...parameters: (string | number | Uint8Array)[]): Promise<void>;
  /** Closes what was opened and removes the database. */
  drop(): Promise<void>;
};

/** `isMigrated`: it may have the schema of this release already, and no rows. New and empty when left out. */
export type CreateDatabaseOptions = { isMigrated?: boolean };
export type CreateDatabase = (options?: CreateDatabaseOptions) => Promise<TestDatabase>;

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const newKeyring = (...keys: string[]): Keyring =>
  createKeyring(parseKeyring(keys.length === 0 ? generateKey() : keys.join(',')));

let lastId = 0;

export const newId = (): string => {
  lastId += 1;
  return `0190a000-0000-7000-8000-${String(lastId).padStart(12, '0')}`;
};

export const hash = (): string => randomBytes(32).toString('hex');

/** The time of the tests. */
export const now = 1_790_000_000_000;

export const workspace = (more: Partial<Workspace> = {}): Workspace => ({
  id: newId(),
  name: 'new',
  settings: noWorkspaceSettings,
  createdAt: now,
  ...more,
});

/** A client secret as most clients have it. */
export const clientSecret = (
  text = 'client-secret',
  more: Partial<ClientCredential> = {},
): ClientCredential => ({
  kind: 'secret',
  held: secret(text),
  expiresAt: null,
  addedAt: now,
  ...more,
});

export const client = (more: Partial<OAuthClient> = {}): OAuthClient => ({
  id: newId(),
  workspaceId: null,
  provider: 'google',
  name: 'Shared',
  grantType: 'authorization_code',
  clientId: 'client-1.apps.example',
  credential: clientSecret(),
  nextCredential: null,
  expiryWarnedDays: null,
  cloud: 'google',
  entraTenant: null,
  personalAccounts: true,
  extraScopes: [],
  customersMayUse: false,
  examination: null,
  dialects: {},
  status: 'active',
  pausedReason: null,
  pausedAt: null,
  pausedWords: null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  ...more,
});

export const grant = (
  owner: { workspaceId: string; oauthClientId: string },
  more: Partial<Grant> = {},
): Grant => {
  const id = newId();
  return {
    id,
    workspaceId: owner.workspaceId,
    oauthClientId: owner.oauthClientId,
    provider: 'google',
    issuer: 'https://accounts.example',
    subject: `subject of ${id}`,
    entraTenantId: null,
    scope: 'openid https://mail.google.com/',
    lostScopes: [],
    refreshToken: secret('refresh-token-1'),
    refreshTokenExpiresAt: null,
    status: 'active',
    failure: null,
    version: 1,
    leaseOwner: null,
    leaseUntil: 0,
    retryAt: null,
    refreshedAt: now,
    consentedAt: now,
    keepAliveAt: now + 1_000,
    endsAt: null,
    endWarnedDays: null,
    createdAt: now,
    updatedAt: now,
    ...more,
  };
};

export const tokenSet = (grantId: string, more: Partial<TokenSet> = {}): TokenSet => ({
  grantId,
  resource: 'https://mail.google.com/',
  accessToken: secret('access-token-1'),
  scope: 'https://mail.google.com/',
  obtainedAt: now,
  expiresAt: now + 3_600_000,
  readAt: null,
  ...more,
});

export const mailbox = (of: Grant, more: Partial<Mailbox> = {}): Mailbox => {
  const id = newId();
  return {
    id,
    workspaceId: of.workspaceId,
    grantId: of.id,
    provider: of.provider,
    email: `${id}@mail.example`,
    delegateEmail: null,
    aliases: [],
    name: 'Ada',
    customer: null,
    metadata: {},
    number: lastId,
    externalId: null,
    settings: noSettings,
    disabledAt: null,
    verification: null,
    verifyDueAt: null,
    createdAt: now,
    updatedAt: now,
    ...more,
  };
};

export const customer = (owner: { workspaceId: string }, more: Partial<Customer> = {}): Customer => {
  const id = newId();
  return {
    id,
    number: lastId,
    workspaceId: owner.workspaceId,
    name: 'Customer',
    email: null,
    createdAt: now,
    ...more,
  };
};

export const tag = (owner: { workspaceId: string }, more: Partial<Tag> = {}): Tag => {
  const id = newId();
  return {
    id,
    number: lastId,
    workspaceId: owner.workspaceId,
    name: `Tag ${id}`,
    color: '#00FF00',
    createdAt: now,
    ...more,
  };
};

export const backgroundJob = (
  owner: { workspaceId: string },
  more: Partial<BackgroundJob> = {},
): BackgroundJob => ({
  id: newId(),
  workspaceId: owner.workspaceId,
  type: 'update_warmup',
  status: 'pending',
  progress: 0,
  data: {},
  createdAt: now,
  updatedAt: now,
  ...more,
});

export const session = (
  owner: { workspaceId: string; oauthClientId: string },
  more: Partial<ConnectSession> = {},
): ConnectSession => ({
  id: newId(),
  workspaceId: owner.workspaceId,
  oauthClientId: owner.oauthClientId,
  provider: 'google',
  profile: 'full',
  tokenHash: hash(),
  expectedEmail: null,
  sharedMailbox: null,
  mailboxId: null,
  customer: null,
  mailboxName: null,
  externalId: null,
  completion: 'result_page',
  returnUrl: null,
  managedAccountsOnly: false,
  exclusive: true,
  isRetryable: false,
  surface: 'native',
  setback: null,
  adminConsentedAt: null,
  outcome: null,
  createdAt: now,
  expiresAt: now + 600_000,
  finishedAt: null,
  readAt: null,
  ...more,
});

export const request = (
  of: ConnectSession,
  more: Partial<AuthorizationRequest> = {},
): AuthorizationRequest => ({
  id: newId(),
  sessionId: of.id,
  oauthClientId: of.oauthClientId,
  stateHash: hash(),
  browserHash: hash(),
  codeVerifier: secret('code-verifier'),
  nonce: 'nonce',
  redirectUri: 'https://gateway.example/callback',
  scope: 'openid',
  createdAt: now,
  expiresAt: now + 600_000,
  consumedAt: null,
  ...more,
});

export const storeWorkspace = async (store: Store): Promise<Workspace> => {
  const stored = workspace();
  await store.workspaces.insert(stored);
  return stored;
};

/** A workspace and a shared OAuth client, stored. */
export const storeOwner = async (store: Store): Promise<{ workspaceId: string; oauthClientId: string }> => {
  const { id: workspaceId } = await storeWorkspace(store);
  const oauthClient = client();
  await store.oauthClients.insert(oauthClient);
  return { workspaceId, oauthClientId: oauthClient.id };
};

/** A grant with its owner, stored. */
export const storeGrant = async (store: Store, more: Partial<Grant> = {}): Promise<Grant> => {
  const stored = grant(await storeOwner(store), more);
  await store.grants.insert(stored);
  return stored;
};

/** Secrets as text, at any depth, so that two entities can be compared. */
export const revealed = (value: unknown): unknown => {
  if (value instanceof Secret) return { secret: value.reveal() };
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revealed(inner)]));
};

/** Every item of a list, slice by slice. */
export const allOf = async <T>(
  list: (page: { after: string | null; limit: number }) => Promise<Page<T>>,
  limit: number,
): Promise<T[]> => {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await list({ after, limit });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
};
