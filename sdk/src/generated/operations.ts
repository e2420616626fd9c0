// Generated from docs/openapi.json by `npm run generate`; not to be changed by hand.
import { type Call, type CallOptions, segment } from '../call.ts';
import { type Page, pagesOf } from '../pages.ts';
import type {
  ApiKey,
  AuditEntry,
  BackgroundJob,
  BeginConsoleSessionBody,
  ChangeSettingsBody,
  ConfirmConnectSessionBody,
  ConnectMailboxBody,
  ConnectSession,
  ConsoleSession,
  ConsoleSignInOptions,
  CreateApiKeyBody,
  CreateConnectSessionBody,
  CreateCustomerLinkBody,
  CreateMailboxJobBody,
  CreateOAuthClientBody,
  CreateWebhookEndpointBody,
  CreateWorkspaceBody,
  Customer,
  CustomerLink,
  DeleteOAuthClientQuery,
  Diagnosis,
  Disconnection,
  ErasePersonBody,
  Examination,
  ExamineOAuthClientBody,
  ExportPersonBody,
  ImportMailboxBody,
  Installation,
  Keyring,
  LackingMailbox,
  ListApiKeysQuery,
  ListAuditEntriesQuery,
  ListBackgroundJobsQuery,
  ListConnectSessionsQuery,
  ListCustomersQuery,
  ListEventsQuery,
  ListLackingScopesQuery,
  ListMailboxesQuery,
  ListOAuthClientsQuery,
  ListTokenUsesQuery,
  ListWebhookDeliveriesQuery,
  ListWebhookEndpointsQuery,
  ListWorkspacesQuery,
  Mailbox,
  MailboxSummary,
  MailgrantEvent,
  NewApiKey,
  NewConnectSession,
  NewWebhookEndpoint,
  OAuthClient,
  Person,
  ReadConnectSessionQuery,
  ReadKeyringQuery,
  ReadTokenBody,
  Removal,
  RenameWorkspaceBody,
  ReplayWebhookEndpointBody,
  Resealing,
  RetireKeyBody,
  RotatedWebhookSecret,
  RotateWebhookSecretBody,
  Settings,
  SetUpList,
  SummarizeMailboxesQuery,
  TestWebhookEndpointBody,
  Token,
  TokenUse,
  UpdateMailboxBody,
  UpdateOAuthClientBody,
  UpdateWebhookEndpointBody,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookEndpoint,
  Whoami,
  Workspace,
} from './types.ts';

export type ConsoleSignInOptionsOperations = {
  /**
   * Say how one may sign in to the console.
   *
   * Needs no API key.
   */
  get(options?: CallOptions): Promise<ConsoleSignInOptions>;
};

export type ConsoleSessionOperations = {
  /**
   * Sign in to the console.
   *
   * For the console, with the header `Mailgrant-Console: 1`: exchanges an API key for a cookie. With the cookie and that header every call works as with the key.
   *
   * Needs no API key.
   */
  begin(body: BeginConsoleSessionBody, options?: CallOptions): Promise<ConsoleSession>;
  /**
   * Say who is signed in.
   *
   * For the console: by the cookie. A caller with an API key has no session.
   *
   * Any valid API key may.
   */
  get(options?: CallOptions): Promise<ConsoleSession>;
  /**
   * Sign out of the console.
   *
   * Any valid API key may.
   */
  end(options?: CallOptions): Promise<void>;
};

export type TopLevelOperations = {
  /**
   * Say who calls.
   *
   * Any valid API key may.
   */
  whoami(options?: CallOptions): Promise<Whoami>;
};

export type WorkspacesOperations = {
  /**
   * Create a workspace.
   *
   * Needs the scope `workspaces:manage`.
   */
  create(body: CreateWorkspaceBody, options?: CallOptions): Promise<Workspace>;
  /**
   * List the workspaces.
   *
   * Needs the scope `workspaces:manage`.
   */
  list(query?: ListWorkspacesQuery, options?: CallOptions): Promise<Page<Workspace>>;
  /** List the workspaces, one by one over all pages. */
  iterate(query?: ListWorkspacesQuery, options?: CallOptions): AsyncIterableIterator<Workspace>;
  /**
   * Read a workspace.
   *
   * A key of a workspace reads its own.
   *
   * Any valid API key may.
   */
  get(id: string, options?: CallOptions): Promise<Workspace>;
  /**
   * Rename a workspace.
   *
   * Needs the scope `workspaces:manage`.
   */
  update(id: string, body: RenameWorkspaceBody, options?: CallOptions): Promise<Workspace>;
  /**
   * Delete a workspace.
   *
   * For ever, with everything in it. Its API keys and links are refused at once; its rows go in the background, and grants that no other workspace uses are revoked where the provider can do that.
   *
   * Needs the scope `workspaces:manage`.
   */
  delete(id: string, options?: CallOptions): Promise<void>;
};

export type ApiKeysOperations = {
  /**
   * Create an API key.
   *
   * In the workspace of the call; a key of the installation that names none makes another such key. A key cannot give scopes that it does not have.
   *
   * Needs the scope `api_keys:create`.
   */
  create(body: CreateApiKeyBody, options?: CallOptions): Promise<NewApiKey>;
  /**
   * List the API keys.
   *
   * Needs the scope `api_keys:read`.
   */
  list(query?: ListApiKeysQuery, options?: CallOptions): Promise<Page<ApiKey>>;
  /** List the API keys, one by one over all pages. */
  iterate(query?: ListApiKeysQuery, options?: CallOptions): AsyncIterableIterator<ApiKey>;
  /**
   * Revoke an API key.
   *
   * It is refused from now on.
   *
   * Needs the scope `api_keys:delete`.
   */
  revoke(id: string, options?: CallOptions): Promise<void>;
};

export type OauthClientsOperations = {
  /**
   * List what to do in the provider's console.
   *
   * Step by step, with the exact texts to paste, computed from the OAuth client as it is.
   *
   * Needs the scope `oauth_clients:read`.
   */
  setUp(id: string, options?: CallOptions): Promise<SetUpList>;
  /**
   * Examine an OAuth client.
   *
   * Tries at the provider what can be tried of a registration without a person. What fails is a step with a verdict, not an error. One whose registration the provider refuses is paused; a paused one that works is active again. The body may be left out.
   *
   * Needs the scope `oauth_clients:update`.
   */
  examine(id: string, body?: ExamineOAuthClientBody, options?: CallOptions): Promise<Examination>;
  /**
   * List the mailboxes that lack additional scopes.
   *
   * Mailboxes of the workspace that were connected before a scope was added, each with a link for its owner. A page may hold fewer items than `limit`, or none, and still have a next one.
   *
   * Needs the scope `mailboxes:read`.
   */
  listLackingScopes(
    id: string,
    query?: ListLackingScopesQuery,
    options?: CallOptions,
  ): Promise<Page<LackingMailbox>>;
  /** List the mailboxes that lack additional scopes, one by one over all pages. */
  iterateLackingScopes(
    id: string,
    query?: ListLackingScopesQuery,
    options?: CallOptions,
  ): AsyncIterableIterator<LackingMailbox>;
  /**
   * Create an OAuth client.
   *
   * In the workspace of the call; shared when a key of the installation names no workspace.
   *
   * Needs the scope `oauth_clients:create`.
   */
  create(body: CreateOAuthClientBody, options?: CallOptions): Promise<OAuthClient>;
  /**
   * List the OAuth clients.
   *
   * The workspace's own and the shared ones.
   *
   * Needs the scope `oauth_clients:read`.
   */
  list(query?: ListOAuthClientsQuery, options?: CallOptions): Promise<Page<OAuthClient>>;
  /** List the OAuth clients, one by one over all pages. */
  iterate(query?: ListOAuthClientsQuery, options?: CallOptions): AsyncIterableIterator<OAuthClient>;
  /**
   * Read an OAuth client.
   *
   * Needs the scope `oauth_clients:read`.
   */
  get(id: string, options?: CallOptions): Promise<OAuthClient>;
  /**
   * Change an OAuth client.
   *
   * A changed id, credential or directory makes a paused OAuth client active again at once. A `next_credential` is entered ahead of a rotation and takes over by itself; null removes it. Id and directory stay while mailboxes depend on it.
   *
   * Needs the scope `oauth_clients:update`.
   */
  update(id: string, body: UpdateOAuthClientBody, options?: CallOptions): Promise<OAuthClient>;
  /**
   * Delete an OAuth client.
   *
   * Its credentials are wiped at once.
   *
   * Needs the scope `oauth_clients:delete`.
   */
  delete(id: string, query?: DeleteOAuthClientQuery, options?: CallOptions): Promise<Removal | undefined>;
};

export type ConnectSessionsOperations = {
  /**
   * Create a connect session.
   *
   * Makes a link for one mailbox owner, good for ten minutes and longer only while it waits for somebody. With `mailbox_id` it reconnects that mailbox.
   *
   * Needs the scope `connect_sessions:create`.
   */
  create(body?: CreateConnectSessionBody, options?: CallOptions): Promise<NewConnectSession>;
  /**
   * List the connect sessions.
   *
   * Without their links, which only their makers have. They are forgotten some time after their end.
   *
   * Needs the scope `connect_sessions:read`.
   */
  list(query?: ListConnectSessionsQuery, options?: CallOptions): Promise<Page<ConnectSession>>;
  /** List the connect sessions, one by one over all pages. */
  iterate(query?: ListConnectSessionsQuery, options?: CallOptions): AsyncIterableIterator<ConnectSession>;
  /**
   * Read a connect session, or wait for its next status.
   *
   * Needs the scope `connect_sessions:read`.
   */
  get(id: string, query?: ReadConnectSessionQuery, options?: CallOptions): Promise<ConnectSession>;
  /**
   * Cancel a connect session.
   *
   * Its link no longer works.
   *
   * Needs the scope `connect_sessions:create`.
   */
  cancel(id: string, options?: CallOptions): Promise<ConnectSession>;
  /**
   * Confirm a connect session.
   *
   * For sessions with the completion `confirm`: says that the browser that came back was the right person's. Connects the mailbox; a refusal at this point is a session that `failed`.
   *
   * Needs the scope `connect_sessions:create`.
   */
  confirm(id: string, body: ConfirmConnectSessionBody, options?: CallOptions): Promise<ConnectSession>;
};

export type CustomerLinksOperations = {
  /**
   * Create a link for a customer.
   *
   * A page that offers the providers that the customer may connect with, until it ends, at most 30 times an hour. An OAuth client of the workspace is used where `customers_may_use` is true, else a shared one.
   *
   * Needs the scope `connect_sessions:create`.
   */
  create(body: CreateCustomerLinkBody, options?: CallOptions): Promise<CustomerLink>;
  /**
   * Take back all customer links.
   *
   * Ends every customer link that the workspace has handed out so far; make new ones for those who shall go on. Mailboxes that are connected, and connect sessions that were begun, stay as they are.
   *
   * Needs the scope `settings:update`.
   */
  revoke(options?: CallOptions): Promise<void>;
};

export type CustomersOperations = {
  /**
   * List the customers.
   *
   * Whom the mailboxes of the workspace belong to, by name, and how many belong to each.
   *
   * Needs the scope `mailboxes:read`.
   */
  list(query?: ListCustomersQuery, options?: CallOptions): Promise<Page<Customer>>;
  /** List the customers, one by one over all pages. */
  iterate(query?: ListCustomersQuery, options?: CallOptions): AsyncIterableIterator<Customer>;
};

export type MailboxesOperations = {
  /**
   * List the mailboxes.
   *
   * Page after page by `cursor`, which neither misses nor repeats what stays as it is, whatever else changes meanwhile; or any page at once by `skip`.
   *
   * Needs the scope `mailboxes:read`.
   */
  list(query?: ListMailboxesQuery, options?: CallOptions): Promise<Page<Mailbox>>;
  /** List the mailboxes, one by one over all pages. */
  iterate(query?: ListMailboxesQuery, options?: CallOptions): AsyncIterableIterator<Mailbox>;
  /**
   * Connect a mailbox without a sign-in.
   *
   * For OAuth clients that an administrator lets act for mailboxes. A token is issued and every transport proved before anything is stored. For all others make a connect session.
   *
   * Needs the scope `mailboxes:create`.
   */
  connect(body: ConnectMailboxBody, options?: CallOptions): Promise<Mailbox>;
  /**
   * Read a mailbox.
   *
   * Needs the scope `mailboxes:read`.
   */
  get(id: string, options?: CallOptions): Promise<Mailbox>;
  /**
   * Change a mailbox.
   *
   * Members that are not sent stay as they are; `metadata` is replaced as a whole.
   *
   * Needs the scope `mailboxes:update`.
   */
  update(id: string, body: UpdateMailboxBody, options?: CallOptions): Promise<Mailbox>;
  /**
   * Disconnect a mailbox.
   *
   * Revokes its grant at the provider where that is possible, and forgets it here.
   *
   * Needs the scope `mailboxes:delete`.
   */
  disconnect(id: string, options?: CallOptions): Promise<Disconnection>;
  /**
   * Count the mailboxes.
   *
   * By status and by provider, of all or of those that a filter lets through.
   *
   * Needs the scope `mailboxes:read`.
   */
  summary(query?: SummarizeMailboxesQuery, options?: CallOptions): Promise<MailboxSummary>;
  /**
   * Prove a mailbox now.
   *
   * Signs in over each transport. A failed proof is an answer with a verdict, not an error.
   *
   * Needs the scope `mailboxes:update`.
   */
  verify(id: string, options?: CallOptions): Promise<Mailbox>;
  /**
   * Find out what is wrong with a mailbox.
   *
   * Goes from its switch to its domain: renews each token that is not a minute old, proves each transport. What fails is a step with a verdict, not an error.
   *
   * Needs the scope `mailboxes:update`.
   */
  diagnose(id: string, options?: CallOptions): Promise<Diagnosis>;
  /**
   * List who read the tokens of a mailbox.
   *
   * Counted by API key and minute, and written some seconds later; a process that is killed loses what it had not written. Kept for as long as the installation says, 30 days by default.
   *
   * Needs the scope `mailboxes:read`.
   */
  listTokenUses(id: string, query?: ListTokenUsesQuery, options?: CallOptions): Promise<Page<TokenUse>>;
  /** List who read the tokens of a mailbox, one by one over all pages. */
  iterateTokenUses(
    id: string,
    query?: ListTokenUsesQuery,
    options?: CallOptions,
  ): AsyncIterableIterator<TokenUse>;
  /**
   * Get an access token.
   *
   * Answers at once with the stored token while it is fresh. The body may be left out.
   *
   * Needs the scope `tokens:read`.
   */
  token(id: string, body?: ReadTokenBody, options?: CallOptions): Promise<Token>;
};

export type BackgroundJobsOperations = {
  /**
   * List the background jobs.
   *
   * They are forgotten thirty days after their end.
   *
   * Needs the scope `mailboxes:read`.
   */
  list(query?: ListBackgroundJobsQuery, options?: CallOptions): Promise<Page<BackgroundJob>>;
  /** List the background jobs, one by one over all pages. */
  iterate(query?: ListBackgroundJobsQuery, options?: CallOptions): AsyncIterableIterator<BackgroundJob>;
  /**
   * Read a background job.
   *
   * An erasure is told to keys with `people:delete` too.
   *
   * Needs the scope `mailboxes:read`.
   */
  get(id: string, options?: CallOptions): Promise<BackgroundJob>;
  /**
   * Cancel a background job.
   *
   * What is done stays done, and the few mailboxes under way are finished. An erasure needs `people:delete`.
   *
   * Needs the scope `mailboxes:update`.
   */
  cancel(id: string, options?: CallOptions): Promise<BackgroundJob>;
};

export type MailboxJobsOperations = {
  /**
   * Change many mailboxes.
   *
   * Begins a background job that verifies, switches, disconnects or assigns mailboxes, by id or by filter. At most 20 unfinished jobs a workspace; they are done one after the other.
   *
   * Needs the scope `mailboxes:update`.
   */
  create(body: CreateMailboxJobBody, options?: CallOptions): Promise<BackgroundJob>;
};

export type MailboxImportsOperations = {
  /**
   * Take over a mailbox with a refresh token.
   *
   * For mailboxes that another system has connected. Nothing is believed: the refresh token is used, the address asked for, and every transport proved before anything is stored.
   *
   * Needs the scope `mailboxes:create`.
   */
  import(body: ImportMailboxBody, options?: CallOptions): Promise<Mailbox>;
};

export type EventsOperations = {
  /**
   * List the events.
   *
   * Needs the scope `events:read`.
   */
  list(query?: ListEventsQuery, options?: CallOptions): Promise<Page<MailgrantEvent>>;
  /** List the events, one by one over all pages. */
  iterate(query?: ListEventsQuery, options?: CallOptions): AsyncIterableIterator<MailgrantEvent>;
};

export type WebhookEndpointsOperations = {
  /**
   * Create a webhook endpoint.
   *
   * It is told of the events of the workspace from now on. A key of the installation that names no workspace makes one for the events of the installation itself.
   *
   * Needs the scope `webhooks:create`.
   */
  create(body: CreateWebhookEndpointBody, options?: CallOptions): Promise<NewWebhookEndpoint>;
  /**
   * List the webhook endpoints.
   *
   * Needs the scope `webhooks:read`.
   */
  list(query?: ListWebhookEndpointsQuery, options?: CallOptions): Promise<Page<WebhookEndpoint>>;
  /** List the webhook endpoints, one by one over all pages. */
  iterate(query?: ListWebhookEndpointsQuery, options?: CallOptions): AsyncIterableIterator<WebhookEndpoint>;
  /**
   * Read a webhook endpoint.
   *
   * Needs the scope `webhooks:read`.
   */
  get(id: string, options?: CallOptions): Promise<WebhookEndpoint>;
  /**
   * Change a webhook endpoint.
   *
   * Disabling it cancels what waits for it. Enabling it begins with a clean record; what was cancelled or given up can be replayed.
   *
   * Needs the scope `webhooks:update`.
   */
  update(id: string, body: UpdateWebhookEndpointBody, options?: CallOptions): Promise<WebhookEndpoint>;
  /**
   * Delete a webhook endpoint.
   *
   * With its deliveries. Nothing more is sent.
   *
   * Needs the scope `webhooks:delete`.
   */
  delete(id: string, options?: CallOptions): Promise<void>;
  /**
   * Give a webhook endpoint a new secret.
   *
   * For 24 hours each webhook carries two signatures, of the old secret and the new one. Within that time it can be changed again only with `is_immediate`.
   *
   * Needs the scope `webhooks:update`.
   */
  rotateSecret(
    id: string,
    body?: RotateWebhookSecretBody,
    options?: CallOptions,
  ): Promise<RotatedWebhookSecret>;
  /**
   * Try a webhook endpoint.
   *
   * Sends a test event of the type (`webhook.test` if it names none) with `is_test` in its data, waits for the answer, and tries it once. What the endpoint answers is in the attempt; an answer that is no success is 200 here too.
   *
   * Needs the scope `webhooks:update`.
   */
  test(id: string, body?: TestWebhookEndpointBody, options?: CallOptions): Promise<WebhookDeliveryDetails>;
  /**
   * Send again what an endpoint has missed.
   *
   * The oldest thousand of them. When `is_complete` is false, the same call with `cursor` goes on; without it, what was delivered by then may be sent once more.
   *
   * Needs the scope `webhooks:update`.
   */
  replay(
    id: string,
    body: ReplayWebhookEndpointBody,
    options?: CallOptions,
  ): Promise<{
    /** How many are pending again. */
    replayed: number;
    /** False = there are more. */
    is_complete: boolean;
    /** For the call that goes on; null = there are none. */
    next_cursor: string | null;
  }>;
};

export type WebhookDeliveriesOperations = {
  /**
   * List the webhook deliveries.
   *
   * Those that are over are kept for 30 days, unless the operator has set another time.
   *
   * Needs the scope `webhooks:read`.
   */
  list(query?: ListWebhookDeliveriesQuery, options?: CallOptions): Promise<Page<WebhookDelivery>>;
  /** List the webhook deliveries, one by one over all pages. */
  iterate(query?: ListWebhookDeliveriesQuery, options?: CallOptions): AsyncIterableIterator<WebhookDelivery>;
  /**
   * Read a webhook delivery, with its body and its attempts.
   *
   * Needs the scope `webhooks:read`.
   */
  get(id: string, options?: CallOptions): Promise<WebhookDeliveryDetails>;
  /**
   * Send a webhook again.
   *
   * Whatever became of it: it is tried now, with the same `webhook-id`, and has the whole schedule before it.
   *
   * Needs the scope `webhooks:update`.
   */
  replay(id: string, options?: CallOptions): Promise<WebhookDelivery>;
};

export type AuditEntriesOperations = {
  /**
   * List the audit entries.
   *
   * Who changed what, newest first, or as `order` says. To follow the log, read `order=oldest` with the id of an entry as `cursor`, and pass over those that were read: entries of changes that are made side by side may come up to a minute after others with later ids, so begin again at one that is a minute older than the last. A key of the installation that names no workspace reads the entries of the installation itself, and with `workspace_id` those of any workspace, also of one that was deleted.
   *
   * Needs the scope `audit:read`.
   */
  list(query?: ListAuditEntriesQuery, options?: CallOptions): Promise<Page<AuditEntry>>;
  /** List the audit entries, one by one over all pages. */
  iterate(query?: ListAuditEntriesQuery, options?: CallOptions): AsyncIterableIterator<AuditEntry>;
};

export type KeyringOperations = {
  /**
   * Read which keys seal.
   *
   * Needs the scope `installation:read`.
   */
  get(query?: ReadKeyringQuery, options?: CallOptions): Promise<Keyring>;
  /**
   * Seal everything under the first key.
   *
   * Goes on in the background, in small batches. What is written meanwhile is never overwritten.
   *
   * Needs the scope `installation:update`.
   */
  reseal(options?: CallOptions): Promise<Resealing>;
  /**
   * Retire a key.
   *
   * Answers 409 while a process seals with it, a value is sealed under it, or a link may be signed with it. After that it may be taken out of every keyring.
   *
   * Needs the scope `installation:update`.
   */
  retire(body: RetireKeyBody, options?: CallOptions): Promise<void>;
};

export type PeopleOperations = {
  /**
   * Tell everything that is held of a person.
   *
   * Searches the workspace for the address, and for the further addresses of the mailboxes that have it. Goes through everything, which takes its time.
   *
   * Needs the scope `people:read`.
   */
  export(body: ExportPersonBody, options?: CallOptions): Promise<Person>;
  /**
   * Forget a person.
   *
   * For ever: disconnects the person's mailboxes, revokes their grants at the provider where that is possible, removes or rewrites every row that names the person. It is a background job: follow it at `/v1/background-jobs/{id}`, where `erasure` is the report. The same call before it is over answers the same job; after a failure it begins one that goes on with what is left.
   *
   * Needs the scope `people:delete`.
   */
  erase(body: ErasePersonBody, options?: CallOptions): Promise<BackgroundJob>;
};

export type SettingsOperations = {
  /**
   * Read the settings of the workspace.
   *
   * Needs the scope `settings:update`.
   */
  get(options?: CallOptions): Promise<Settings>;
  /**
   * Change the settings of the workspace.
   *
   * Members that are not sent stay as they are, also those of `branding`; `return_urls` is replaced as a whole.
   *
   * Needs the scope `settings:update`.
   */
  update(body: ChangeSettingsBody, options?: CallOptions): Promise<Settings>;
};

export type InstallationOperations = {
  /**
   * Read the state of the installation.
   *
   * What an operator looks at first. It walks no large table, so it may be asked for every few seconds.
   *
   * Needs the scope `installation:read`.
   */
  get(options?: CallOptions): Promise<Installation>;
  /**
   * Lift the block of an address.
   *
   * What is remembered of it goes, too: the next block is a first one again.
   *
   * Needs the scope `installation:update`.
   */
  liftBlock(key: string, options?: CallOptions): Promise<void>;
  /**
   * Close a breaker.
   *
   * Calls go out at once, on every node within a second. If the trouble goes on, new failures open it again.
   *
   * Needs the scope `installation:update`.
   */
  closeBreaker(key: string, options?: CallOptions): Promise<void>;
};

/** Every operation of the API, by noun. */
export type Operations = TopLevelOperations & {
  consoleSignInOptions: ConsoleSignInOptionsOperations;
  consoleSession: ConsoleSessionOperations;
  workspaces: WorkspacesOperations;
  apiKeys: ApiKeysOperations;
  oauthClients: OauthClientsOperations;
  connectSessions: ConnectSessionsOperations;
  customerLinks: CustomerLinksOperations;
  customers: CustomersOperations;
  mailboxes: MailboxesOperations;
  backgroundJobs: BackgroundJobsOperations;
  mailboxJobs: MailboxJobsOperations;
  mailboxImports: MailboxImportsOperations;
  events: EventsOperations;
  webhookEndpoints: WebhookEndpointsOperations;
  webhookDeliveries: WebhookDeliveriesOperations;
  auditEntries: AuditEntriesOperations;
  keyring: KeyringOperations;
  people: PeopleOperations;
  settings: SettingsOperations;
  installation: InstallationOperations;
};

/** The methods, each over one way to make a call. */
export const operationsOf = (call: Call): Operations => ({
  consoleSignInOptions: {
    get: (options) =>
      call({ method: 'GET', path: '/v1/console-sign-in-options', isRepeatable: true }, options),
  },
  consoleSession: {
    begin: (body, options) => call({ method: 'POST', path: '/v1/console-session', body }, options),
    get: (options) => call({ method: 'GET', path: '/v1/console-session', isRepeatable: true }, options),
    end: (options) => call({ method: 'DELETE', path: '/v1/console-session', isRepeatable: true }, options),
  },
  whoami: (options) => call({ method: 'GET', path: '/v1/whoami', isRepeatable: true }, options),
  workspaces: {
    create: (body, options) => call({ method: 'POST', path: '/v1/workspaces', body }, options),
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/workspaces', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/workspaces',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/workspaces/${segment(id)}`, isRepeatable: true }, options),
    update: (id, body, options) =>
      call({ method: 'PATCH', path: `/v1/workspaces/${segment(id)}`, body }, options),
    delete: (id, options) =>
      call({ method: 'DELETE', path: `/v1/workspaces/${segment(id)}`, isRepeatable: true }, options),
  },
  apiKeys: {
    create: (body, options) => call({ method: 'POST', path: '/v1/api-keys', body }, options),
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/api-keys', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/api-keys',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    revoke: (id, options) =>
      call({ method: 'DELETE', path: `/v1/api-keys/${segment(id)}`, isRepeatable: true }, options),
  },
  oauthClients: {
    setUp: (id, options) =>
      call({ method: 'GET', path: `/v1/oauth-clients/${segment(id)}/set-up`, isRepeatable: true }, options),
    examine: (id, body, options) =>
      call({ method: 'POST', path: `/v1/oauth-clients/${segment(id)}/examine`, body }, options),
    listLackingScopes: (id, query, options) =>
      call(
        { method: 'GET', path: `/v1/oauth-clients/${segment(id)}/lacking-scopes`, query, isRepeatable: true },
        options,
      ),
    iterateLackingScopes: (id, query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: `/v1/oauth-clients/${segment(id)}/lacking-scopes`,
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    create: (body, options) => call({ method: 'POST', path: '/v1/oauth-clients', body }, options),
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/oauth-clients', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/oauth-clients',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/oauth-clients/${segment(id)}`, isRepeatable: true }, options),
    update: (id, body, options) =>
      call({ method: 'PATCH', path: `/v1/oauth-clients/${segment(id)}`, body }, options),
    delete: (id, query, options) =>
      call(
        { method: 'DELETE', path: `/v1/oauth-clients/${segment(id)}`, query, isRepeatable: true },
        options,
      ),
  },
  connectSessions: {
    create: (body, options) => call({ method: 'POST', path: '/v1/connect-sessions', body }, options),
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/connect-sessions', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/connect-sessions',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, query, options) =>
      call(
        { method: 'GET', path: `/v1/connect-sessions/${segment(id)}`, query, isRepeatable: true },
        options,
      ),
    cancel: (id, options) =>
      call({ method: 'DELETE', path: `/v1/connect-sessions/${segment(id)}`, isRepeatable: true }, options),
    confirm: (id, body, options) =>
      call({ method: 'POST', path: `/v1/connect-sessions/${segment(id)}/confirm`, body }, options),
  },
  customerLinks: {
    create: (body, options) => call({ method: 'POST', path: '/v1/customer-links', body }, options),
    revoke: (options) => call({ method: 'POST', path: '/v1/customer-links/revoke' }, options),
  },
  customers: {
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/customers', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/customers',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
  },
  mailboxes: {
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/mailboxes', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/mailboxes',
            query: { ...query, ...(cursor === null ? {} : { skip: undefined, cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    connect: (body, options) => call({ method: 'POST', path: '/v1/mailboxes', body }, options),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/mailboxes/${segment(id)}`, isRepeatable: true }, options),
    update: (id, body, options) =>
      call({ method: 'PATCH', path: `/v1/mailboxes/${segment(id)}`, body }, options),
    disconnect: (id, options) =>
      call({ method: 'DELETE', path: `/v1/mailboxes/${segment(id)}`, isRepeatable: true }, options),
    summary: (query, options) =>
      call({ method: 'GET', path: '/v1/mailboxes/summary', query, isRepeatable: true }, options),
    verify: (id, options) => call({ method: 'POST', path: `/v1/mailboxes/${segment(id)}/verify` }, options),
    diagnose: (id, options) =>
      call({ method: 'POST', path: `/v1/mailboxes/${segment(id)}/diagnose` }, options),
    listTokenUses: (id, query, options) =>
      call(
        { method: 'GET', path: `/v1/mailboxes/${segment(id)}/token-uses`, query, isRepeatable: true },
        options,
      ),
    iterateTokenUses: (id, query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: `/v1/mailboxes/${segment(id)}/token-uses`,
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    token: (id, body, options) =>
      call({ method: 'POST', path: `/v1/mailboxes/${segment(id)}/token`, body, isRepeatable: true }, options),
  },
  backgroundJobs: {
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/background-jobs', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/background-jobs',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/background-jobs/${segment(id)}`, isRepeatable: true }, options),
    cancel: (id, options) =>
      call({ method: 'POST', path: `/v1/background-jobs/${segment(id)}/cancel` }, options),
  },
  mailboxJobs: {
    create: (body, options) => call({ method: 'POST', path: '/v1/mailbox-jobs', body }, options),
  },
  mailboxImports: {
    import: (body, options) => call({ method: 'POST', path: '/v1/mailbox-imports', body }, options),
  },
  events: {
    list: (query, options) => call({ method: 'GET', path: '/v1/events', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/events',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
  },
  webhookEndpoints: {
    create: (body, options) => call({ method: 'POST', path: '/v1/webhook-endpoints', body }, options),
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/webhook-endpoints', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/webhook-endpoints',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/webhook-endpoints/${segment(id)}`, isRepeatable: true }, options),
    update: (id, body, options) =>
      call({ method: 'PATCH', path: `/v1/webhook-endpoints/${segment(id)}`, body }, options),
    delete: (id, options) =>
      call({ method: 'DELETE', path: `/v1/webhook-endpoints/${segment(id)}`, isRepeatable: true }, options),
    rotateSecret: (id, body, options) =>
      call({ method: 'POST', path: `/v1/webhook-endpoints/${segment(id)}/rotate-secret`, body }, options),
    test: (id, body, options) =>
      call({ method: 'POST', path: `/v1/webhook-endpoints/${segment(id)}/test`, body }, options),
    replay: (id, body, options) =>
      call({ method: 'POST', path: `/v1/webhook-endpoints/${segment(id)}/replay`, body }, options),
  },
  webhookDeliveries: {
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/webhook-deliveries', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/webhook-deliveries',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
    get: (id, options) =>
      call({ method: 'GET', path: `/v1/webhook-deliveries/${segment(id)}`, isRepeatable: true }, options),
    replay: (id, options) =>
      call({ method: 'POST', path: `/v1/webhook-deliveries/${segment(id)}/replay` }, options),
  },
  auditEntries: {
    list: (query, options) =>
      call({ method: 'GET', path: '/v1/audit-entries', query, isRepeatable: true }, options),
    iterate: (query, options) =>
      pagesOf((cursor) =>
        call(
          {
            method: 'GET',
            path: '/v1/audit-entries',
            query: { ...query, ...(cursor === null ? {} : { cursor }) },
            isRepeatable: true,
          },
          options,
        ),
      ),
  },
  keyring: {
    get: (query, options) => call({ method: 'GET', path: '/v1/keyring', query, isRepeatable: true }, options),
    reseal: (options) => call({ method: 'POST', path: '/v1/keyring/reseal' }, options),
    retire: (body, options) => call({ method: 'POST', path: '/v1/keyring/retire', body }, options),
  },
  people: {
    export: (body, options) => call({ method: 'POST', path: '/v1/people/export', body }, options),
    erase: (body, options) => call({ method: 'POST', path: '/v1/people/erase', body }, options),
  },
  settings: {
    get: (options) => call({ method: 'GET', path: '/v1/settings', isRepeatable: true }, options),
    update: (body, options) => call({ method: 'PATCH', path: '/v1/settings', body }, options),
  },
  installation: {
    get: (options) => call({ method: 'GET', path: '/v1/installation', isRepeatable: true }, options),
    liftBlock: (key, options) =>
      call(
        { method: 'DELETE', path: `/v1/installation/blocks/${segment(key)}`, isRepeatable: true },
        options,
      ),
    closeBreaker: (key, options) =>
      call({ method: 'POST', path: `/v1/installation/breakers/${segment(key)}/close` }, options),
  },
});
