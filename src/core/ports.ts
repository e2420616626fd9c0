// What the core asks of the outside: storage, authorization servers, mail servers, time, chance, sealing, log.
// Every port is plain functions over plain data, so that an adapter is one file and a fake is a few lines.
import type { ApiKey } from './api-keys.ts';
import type { AuthorizationRequest } from './authorization.ts';
import type { BackgroundJob } from './background-jobs.ts';
import type { Breaker, BreakerSettings } from './breakers.ts';
import type { ConnectSession } from './connect.ts';
import type { Customer } from './customers.ts';
import type { ReasonCode } from './diagnosis.ts';
import type { GatewayEvent } from './events.ts';
import type { Grant, GrantFailure, TokenSet } from './grants.ts';
import type { Block, LimitSettings } from './limits.ts';
import type { Mailbox, MailboxFilter } from './mailboxes.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Secret } from './secret.ts';
import type { Tag } from './tags.ts';
import type { TransportResult, Verification } from './verification.ts';
import type { Workspace, WorkspaceSettings } from './workspaces.ts';

/** Milliseconds since the epoch, and a wait that ends early, without an error, when the signal aborts. */
export type Clock = {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A signal that aborts after this time. */
  deadline(milliseconds: number): AbortSignal;
};

export type Random = {
  /** Cryptographically strong bytes. */
  bytes(count: number): Uint8Array;
  /** A UUID of version 7 (RFC 9562 section 5.7): ids sort by creation. */
  id(): string;
  /** Uniform in [0, 1); for jitter only. */
  fraction(): number;
};

/** Keyed digest with the installation's current key, for links that need no row. Hex text. */
export type LinkSigner = {
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, signature: string): boolean;
};

export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (message: string, fields?: Record<string, unknown>) => void
>;

/**
 * One outbound HTTP call, shaped like `fetch` so that the OAuth and JOSE libraries take it as theirs. Follows
 * no redirect, holds every answer below a size limit, ends by its own time-out or at once by `signal`.
 * Rejects with `EgressError` only.
 */
export type EgressFetch = (url: string, init: EgressRequest) => Promise<Response>;

export type EgressRequest = {
  method: string;
  headers?: Headers | Record<string, string>;
  body?: string | URLSearchParams | null | undefined;
  signal?: AbortSignal | undefined;
  /** True for a URL that a workspace chose (webhooks): refuses every address that is not public. */
  publicOnly?: boolean;
};

/** `timeout`: no answer in time. `aborted`: the caller's signal. `forbidden`: the URL may not be called. */
export type EgressErrorCode = 'timeout' | 'aborted' | 'unreachable' | 'too_large' | 'forbidden';

/** Why an outbound call has no answer. Thrown by the egress, told apart by the adapters that called it. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

// ---------------------------------------------------------------------------------------------------------
// Storage

/** A slice of a list ordered by id (so by creation); `next` is the cursor of the following slice. */
export type Page<T> = { items: T[]; next: string | null };
export type PageRequest = { after: string | null; limit: number };

/** Everything that joins for one token read. */
export type MailboxWithGrant = { mailbox: Mailbox; grant: Grant; oauthClient: OAuthClient };

/**
 * Row operations. Each is atomic by itself; several together go through `Store.transaction`. Secrets are
 * sealed and opened inside. An operation that finds no row returns null or false, never throws for it.
 */
export type StoreOperations = {
  /** Lets one transaction at a time, over all processes, decide about what has this name; held until its end. */
  lock(name: string): Promise<void>;
  workspaces: {
    insert(workspace: Workspace): Promise<void>;
    byId(id: string): Promise<Workspace | null>;
    list(page: PageRequest): Promise<Page<Workspace>>;
    rename(id: string, name: string): Promise<boolean>;
    saveSettings(id: string, settings: WorkspaceSettings): Promise<boolean>;
  };
  /** The workspace's own clients (customers). */
  customers: {
    insert(customer: Customer): Promise<void>;
    byNumber(workspaceId: string, number: number): Promise<Customer | null>;
    /** By `number`, ascending. */
    list(workspaceId: string): Promise<Customer[]>;
  };
  tags: {
    insert(tag: Tag): Promise<void>;
    update(id: string, changes: Pick<Tag, 'name' | 'color'>): Promise<boolean>;
    byNumbers(workspaceId: string, numbers: readonly number[]): Promise<Tag[]>;
    byName(workspaceId: string, name: string): Promise<Tag | null>;
    /** By `number`, ascending. */
    list(workspaceId: string): Promise<Tag[]>;
    /** Assigning twice and removing what is not assigned change nothing. */
    assign(mailboxIds: readonly string[], tagIds: readonly string[]): Promise<void>;
    unassign(mailboxIds: readonly string[], tagIds: readonly string[]): Promise<void>;
    /** Tags by mailbox id; a mailbox without tags is absent. */
    ofMailboxes(mailboxIds: readonly string[]): Promise<Map<string, Tag[]>>;
  };
  /** Small integers for dialects that count: one line per name over the whole installation, from 1. */
  numbers: { next(name: 'mailbox' | 'customer' | 'tag'): Promise<number> };
  backgroundJobs: {
    insert(job: BackgroundJob): Promise<void>;
    byId(id: string): Promise<BackgroundJob | null>;
    /** Newest first; `after` is the id of the last one seen. */
    list(workspaceId: string, page: PageRequest): Promise<Page<BackgroundJob>>;
    /** Progress, status, what is left to do; drops the claim when the status is final. */
    update(job: BackgroundJob): Promise<boolean>;
    /** The oldest unfinished job that nobody claims at `now`; claims it until `until`. */
    claim(now: number, until: number): Promise<BackgroundJob | null>;
  };
  limits: {
    /** Adds to the counter of a window and answers its new total, over all processes. */
    hit(key: string, window: { start: number; end: number }, count: number): Promise<number>;
    blockOf(key: string): Promise<Block | null>;
    /** Inserts or replaces; a block that ends later than this one stays. */
    saveBlock(block: Block): Promise<void>;
    /** Deletes counters whose window, and blocks whose memory, ended before `before`. */
    prune(before: number, limit: number): Promise<number>;
  };
  breakers: {
    find(key: string): Promise<Breaker | null>;
    /**
     * Counts a failure in a window that begins with the first one; with `failuresMax` of them the breaker is
     * open until `openUntil`. Answers what it is now, over all processes.
     */
    recordFailure(
      key: string,
      failure: { at: number; windowMilliseconds: number; failuresMax: number; openUntil: number },
    ): Promise<Breaker>;
    /** Forgets the failures; an open breaker stays open until its time. */
    recordSuccess(key: string): Promise<void>;
  };
  apiKeys: {
    insert(key: ApiKey): Promise<void>;
    byPrefix(prefix: string): Promise<ApiKey | null>;
    byId(id: string): Promise<ApiKey | null>;
    /** `workspaceId` null lists the keys of the installation. */
    list(workspaceId: string | null, page: PageRequest): Promise<Page<ApiKey>>;
    /** False when it does not exist or was revoked before. */
    revoke(id: string, at: number): Promise<boolean>;
  };
  oauthClients: {
    insert(client: OAuthClient): Promise<void>;
    /** Also finds deleted ones: their grants still name them. */
    byId(id: string): Promise<OAuthClient | null>;
    /** Those of the workspace and the shared ones, not the deleted. */
    listVisible(workspaceId: string | null, page: PageRequest): Promise<Page<OAuthClient>>;
    /** The workspace's newest active one of this provider, else the newest active shared one. */
    choose(
      workspaceId: string,
      provider: ProviderName,
      owner?: 'any' | 'workspace' | 'installation',
    ): Promise<OAuthClient | null>;
    /** The workspace's own, not deleted, with this `client_id`. */
    byClientId(workspaceId: string, provider: ProviderName, clientId: string): Promise<OAuthClient | null>;
    /** Writes these columns and no others. False for one that is deleted. */
    update(
      id: string,
      changes: Partial<Omit<OAuthClient, 'id' | 'workspaceId' | 'createdAt'>>,
    ): Promise<boolean>;
    /**
     * Pauses an active client that was not changed since `updatedAt` was read: a refusal of the old secret must
     * not pause the client with the new one. True for one caller, so that one event is raised.
     */
    pause(id: string, pause: { updatedAt: number; reason: ReasonCode; at: number }): Promise<boolean>;
    /** Mailboxes whose grant was given to this client. */
    countMailboxes(id: string): Promise<number>;
  };
  connectSessions: {
    insert(session: ConnectSession): Promise<void>;
    byId(id: string): Promise<ConnectSession | null>;
    byTokenHash(tokenHash: string): Promise<ConnectSession | null>;
    /** Ends a pending session; false when it was over before. */
    finish(id: string, outcome: ConnectSession['outcome'], at: number): Promise<boolean>;
    /** Marks the result as read once (one-time results of a compatible surface); false when it was. */
    markRead(id: string, at: number): Promise<boolean>;
    /** Deletes sessions that expired before `before`, at most `limit`, with their authorization requests. */
    prune(before: number, limit: number): Promise<number>;
  };
  authorizationRequests: {
    insert(request: AuthorizationRequest): Promise<void>;
    byStateHash(stateHash: string): Promise<AuthorizationRequest | null>;
    /** The atomic single use: true for exactly one caller, and only before `expiresAt`. */
    consume(id: string, at: number): Promise<boolean>;
  };
  grants: {
    insert(grant: Grant): Promise<void>;
    byId(id: string): Promise<Grant | null>;
    /** The grant of one person under one OAuth client in one workspace. */
    bySubject(key: {
      workspaceId: string;
      oauthClientId: string;
      issuer: string;
      subject: string;
    }): Promise<Grant | null>;
    /** Writes what a new consent gave, raises `version`, drops the lease and the failure. */
    replace(grant: Grant): Promise<boolean>;
    /** True when no one holds the lease at `now`; sets holder and end. Only for active grants. */
    takeLease(id: string, lease: { owner: string; now: number; until: number }): Promise<boolean>;
    /** Drops the lease if `owner` still holds it; with `retry` also notes the failure and when to try again. */
    releaseLease(
      id: string,
      lease: { owner: string; retry: { at: number; failure: GrantFailure } | null },
    ): Promise<void>;
    /** Holds the row until the transaction ends, so that what follows is decided by one process at a time. */
    lock(id: string): Promise<Grant | null>;
    /**
     * Compare-and-swap on `version`: stores the refresh token (unchanged when null), the token set, the new
     * due time, drops the lease and the failure, and raises `version`, all or nothing.
     * False when another process changed the grant since `version` was read.
     */
    saveRefreshed(
      id: string,
      refreshed: {
        version: number;
        refreshToken: Secret<string> | null;
        refreshTokenExpiresAt: number | null;
        tokenSet: TokenSet;
        at: number;
        keepAliveAt: number;
      },
    ): Promise<boolean>;
    /** Compare-and-swap on `version` from active to `needs_reauthorization`; false when it changed. */
    markDead(id: string, death: { version: number; failure: GrantFailure; at: number }): Promise<boolean>;
    /** Active grants of the same person at the same registration, in any workspace, except this one. */
    countSiblings(grant: Grant): Promise<number>;
    /** Active grants of a person at a registration (by its `client_id`), in any workspace. */
    countOfPerson(
      client: Pick<OAuthClient, 'provider' | 'clientId'>,
      person: { issuer: string; subject: string },
    ): Promise<number>;
    /** Deletes the grant and its token sets. */
    remove(id: string): Promise<void>;
    /** Puts the next keep-alive off, after one that could not be done. */
    postponeKeepAlive(id: string, until: number): Promise<void>;
    /** Ids of active grants whose keep-alive is due and which no lease or retry time holds back, oldest first. */
    due(now: number, limit: number): Promise<string[]>;
  };
  tokenSets: {
    find(grantId: string, resource: string): Promise<TokenSet | null>;
    save(tokenSet: TokenSet): Promise<void>;
    /** Forgets the access tokens of a grant: after a new consent, or to force a refresh. */
    removeAll(grantId: string): Promise<void>;
  };
  mailboxes: {
    insert(mailbox: Mailbox): Promise<void>;
    byId(id: string): Promise<Mailbox | null>;
    withGrant(id: string): Promise<MailboxWithGrant | null>;
    byEmail(workspaceId: string, email: string): Promise<Mailbox | null>;
    byNumber(workspaceId: string, number: number): Promise<Mailbox | null>;
    byExternalId(workspaceId: string, externalId: string): Promise<Mailbox | null>;
    /** True when a workspace other than this one has the address. */
    existsElsewhere(workspaceId: string, email: string): Promise<boolean>;
    list(workspaceId: string, filter: MailboxFilter, page: PageRequest): Promise<Page<MailboxWithGrant>>;
    /** A slice by position, for dialects that count pages: ordered by number, with the total. */
    slice(
      workspaceId: string,
      filter: MailboxFilter,
      slice: { offset: number; limit: number },
    ): Promise<{ items: MailboxWithGrant[]; total: number }>;
    /** Writes these columns and no others: what another process changes meanwhile stays. */
    update(id: string, changes: Partial<Omit<Mailbox, 'id' | 'workspaceId' | 'createdAt'>>): Promise<boolean>;
    saveVerification(id: string, verification: Verification, verifyDueAt: number | null): Promise<boolean>;
    /** Ids of mailboxes, not disabled, whose verification is due. Claims them until `claimUntil`, oldest first. */
    claimDueVerifications(now: number, claimUntil: number, limit: number): Promise<string[]>;
    countByGrant(grantId: string): Promise<number>;
    listByGrant(grantId: string): Promise<Mailbox[]>;
    remove(id: string): Promise<boolean>;
  };
  events: {
    append(event: GatewayEvent): Promise<void>;
    /** `workspaceId` null = the installation's own. */
    list(workspaceId: string | null, page: PageRequest): Promise<Page<GatewayEvent>>;
  };
};

export type Store = StoreOperations & {
  /** All of `work` or nothing. Never wait on the network inside. */
  transaction<T>(work: (operations: StoreOperations) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
};

// ---------------------------------------------------------------------------------------------------------
// Authorization servers

/** Ways to reach a mailbox. */
export type Transport = 'imap' | 'smtp' | 'gmail_api' | 'graph';

/** What a connect session asks for: `full` = IMAP and SMTP, `api` = Gmail API or Graph. */
export type Profile = 'full' | 'api';

/** A host to connect to. `implicit` = TLS from the first byte, `starttls` = upgrade, required before login. */
export type MailServer = { host: string; port: number; tls: 'implicit' | 'starttls' };

/** How to reach one transport of a mailbox, for probes and for the token answer. */
export type TransportTarget =
  | { transport: 'imap' | 'smtp'; server: MailServer }
  | { transport: 'gmail_api' | 'graph'; baseUrl: string };

/** Tokens as an authorization server gave them (RFC 6749 section 5.1). */
export type IssuedTokens = {
  accessToken: Secret<string>;
  /** Null when the answer held none: the stored one stays (Google never repeats it on refresh). */
  refreshToken: Secret<string> | null;
  /** Seconds, from the answer. */
  expiresInSeconds: number;
  refreshTokenExpiresInSeconds: number | null;
  /** The granted scope as sent, or null when the answer had none. */
  scope: string | null;
};

/** Who signed in, from the validated ID token. */
export type Identity = {
  issuer: string;
  subject: string;
  /** Lower case; null when the provider named none. */
  email: string | null;
  name: string;
  /** Entra's `tid`; null at Google. */
  entraTenantId: string | null;
  /** False for a consumer account (gmail.com, outlook.com). */
  isManaged: boolean;
};

/**
 * A refusal, told apart once, at the adapter, by HTTP status, OAuth `error`, `suberror`, in that order:
 * `grant` = this person's grant is over; `oauth_client` = our registration is refused; `transient` = try
 * later; `request` = our request is malformed.
 */
export type ProviderFailure = {
  kind: 'grant' | 'oauth_client' | 'transient' | 'request';
  reason: ReasonCode;
  retryAfterSeconds: number | null;
  /** What the provider said, without secrets, cut to 500 characters; for support. */
  provider: ProviderWords;
};
export type ProviderWords = {
  httpStatus: number | null;
  error: string | null;
  suberror: string | null;
  description: string | null;
  errorCodes: number[];
  traceId: string | null;
  correlationId: string | null;
};

/** When there are no words of the provider's to keep. */
export const nothingSaid: ProviderWords = {
  httpStatus: null,
  error: null,
  suberror: null,
  description: null,
  errorCodes: [],
  traceId: null,
  correlationId: null,
};

export type Attempt<T> = { ok: true; value: T } | { ok: false; failure: ProviderFailure };

export type AuthorizationUrlRequest = {
  redirectUri: string;
  scopes: string[];
  state: string;
  nonce: string;
  /** RFC 7636, S256. */
  codeChallenge: string;
  loginHint: string | null;
};

export type CodeExchange = {
  /** The callback's full query, as received. */
  callbackParameters: URLSearchParams;
  expectedState: string;
  expectedNonce: string;
  codeVerifier: Secret<string>;
  redirectUri: string;
  /** The resource whose access token the code is redeemed for, and its scopes. */
  resource: string;
  scopes: string[];
};

/** One provider: pure knowledge of scopes and resources, and the calls to its authorization server. */
export type Provider = {
  name: ProviderName;
  /** Names of its clouds; the first is the default. */
  clouds: readonly string[];
  /** Token endpoints of its clouds, from the endpoint table; Entra's hold `{tenant}`. */
  tokenUrls: readonly string[];
  /** All scopes to ask for at the authorization endpoint, OpenID ones included. */
  scopesFor(client: OAuthClient, profile: Profile): string[];
  /** Those that `granted` lacks; OpenID scopes and `offline_access` are never missed. Case-insensitive. */
  missingScopes(client: OAuthClient, profile: Profile, granted: string): string[];
  /** The transports that the granted scope opens. */
  transports(client: OAuthClient, granted: string): Transport[];
  target(client: OAuthClient, transport: Transport): TransportTarget;
  /** The resource of a transport, or of a URL that a caller names; null when the provider has none such. */
  resourceOf(client: OAuthClient, transportOrUrl: string): string | null;
  /** The resource that the code is redeemed for under this profile. */
  primaryResource(client: OAuthClient, profile: Profile): string;
  /** The granted scopes that belong to one resource, for a token request; empty = not granted. */
  scopesOfResource(client: OAuthClient, resource: string, granted: string): string[];
  /** Every resource that has a scope in the text, those without a transport of ours included. */
  resourcesOf(client: OAuthClient, scope: string): string[];
  authorizationUrl(client: OAuthClient, request: AuthorizationUrlRequest): string;
  /** Throws only for programmer's errors; everything the provider does is an Attempt. Aborts with `signal`. */
  exchangeCode(
    client: OAuthClient,
    exchange: CodeExchange,
    signal: AbortSignal,
  ): Promise<Attempt<{ tokens: IssuedTokens; identity: Identity }>>;
  /** Without scopes: those of the grant (RFC 6749 section 6), of one resource. */
  refresh(
    client: OAuthClient,
    request: { refreshToken: Secret<string>; scopes: string[]; entraTenantId: string | null },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>>;
  /**
   * Who an access token belongs to, asked at the provider; null when its scope lets nobody ask. For tokens that
   * did not come through our own authorization request, so without an ID token.
   */
  identify(
    client: OAuthClient,
    tokens: { accessToken: Secret<string>; scope: string },
    signal: AbortSignal,
  ): Promise<Attempt<Identity | null>>;
  /** Null where the provider has no revocation endpoint (Entra). */
  revoke:
    | ((client: OAuthClient, refreshToken: Secret<string>, signal: AbortSignal) => Promise<Attempt<null>>)
    | null;
};

export type Providers = Record<ProviderName, Provider>;

// ---------------------------------------------------------------------------------------------------------
// Mail servers

/** Proves one transport with one access token. Never throws for what the server does; ends by `signal`. */
export type Probe = (
  target: TransportTarget,
  /** `scope` of the token, where a probe depends on it. */
  login: { email: string; accessToken: Secret<string>; scope?: string },
  signal: AbortSignal,
) => Promise<TransportResult>;

export type Probes = Record<Transport, Probe>;

/**
 * Look-ups in the DNS. `[]` = there is no such record, null = it could not be asked. Never throws; ends by
 * `signal`.
 */
export type DomainResolver = {
  /** Hosts of the MX records. */
  mx(domain: string, signal: AbortSignal): Promise<string[] | null>;
  /** TXT records, the parts of each joined. */
  txt(name: string, signal: AbortSignal): Promise<string[] | null>;
};

export type Ports = {
  clock: Clock;
  random: Random;
  linkSigner: LinkSigner;
  log: Log;
  store: Store;
  providers: Providers;
  probes: Probes;
  domains: DomainResolver;
  settings: CoreSettings;
};

/** Times and bounds, from the configuration. Seconds unless the name says otherwise. */
export type CoreSettings = {
  /** Origin under which browsers reach this server, without a trailing slash. */
  publicUrl: string;
  connectSessionSeconds: number;
  /** One call to a token endpoint; must be shorter than the lease. */
  providerTimeoutSeconds: number;
  leaseSeconds: number;
  /** The longest a token read may wait for a refresh, own or another process's. */
  tokenReadTimeoutSeconds: number;
  probeTimeoutSeconds: number;
  keepAliveSeconds: number;
  reconnectLinkSeconds: number;
} & LimitSettings &
  BreakerSettings;
