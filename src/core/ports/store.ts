// Storage: row operations by entity, each atomic by itself, and transactions over several of them.
import type { ApiKey } from '../api-keys.ts';
import type { AuthorizationRequest } from '../authorization.ts';
import type { Breaker } from '../breaker-states.ts';
import type { ConnectSession, ConnectSessionStatus } from '../connect-session.ts';
import type { Customer, CustomerOfMailboxes } from '../customers.ts';
import type { ReasonCode } from '../diagnosis.ts';
import type { EventFilter, GatewayEvent } from '../events.ts';
import type { Grant, GrantFailure, TokenSet } from '../grants.ts';
import type { HeldAuthorization } from '../held-authorization.ts';
import type { Block } from '../limits.ts';
import type { Mailbox } from '../mailboxes.ts';
import type { OAuthClient, ProviderName } from '../oauth-clients.ts';
import type { Secret } from '../secret.ts';
import type { Tag } from '../tags.ts';
import type { Workspace, WorkspaceSettings } from '../workspaces.ts';
import type { AuditOperations } from './audit.ts';
import type { BackgroundJobOperations } from './background-jobs.ts';
import type { ChangeFeed } from './changes.ts';
import type { ConsoleSessionOperations } from './console.ts';
import type { InstallationOperations } from './installation.ts';
import type { MailboxOperations } from './mailboxes.ts';
import type { PeopleOperations } from './people.ts';
import type { ProviderWords } from './providers.ts';
import type { ResealingOperations } from './resealing.ts';
import type { WebhookDeliveryOperations, WebhookEndpointOperations } from './webhooks.ts';

/** A slice of a list ordered by id (so by creation); `next` is the cursor of the following slice. */
export type Page<T> = { items: T[]; next: string | null };
export type PageRequest = { after: string | null; limit: number };

/** A mailbox with what it lives by. */
export type MailboxWithGrant = { mailbox: Mailbox; grant: Grant; oauthClient: OAuthClient };

/** A grant with all that a refresh of it needs. */
export type LoadedGrant = { grant: Grant; oauthClient: OAuthClient; tokenSets: TokenSet[] };

/** With the addresses of the mailboxes that it served. */
export type RemovedGrant = LoadedGrant & { emails: string[] };

export type ClaimedGrants = { grants: LoadedGrant[]; unreadable: { id: string; error: unknown }[] };

/** `postponedUntil` null = it stays due. */
export type DroppedLease = { id: string; postponedUntil: number | null };

/** Ids of OAuth clients. */
export type LeftOut = { providers: readonly ProviderName[]; oauthClients: readonly string[] };

/** The right to refresh a grant, until a moment. */
export type Lease = { owner: string; now: number; until: number };

/** That a mailbox's token was handed out with an API key, so and so often within the minute that began then. */
export type TokenUse = {
  mailboxId: string;
  keyId: string;
  minute: number;
  total: number;
  firstAt: number;
  lastAt: number;
};

/** That a token set was asked for, and when its grant should therefore be refreshed by itself. */
export type TokenRead = {
  grantId: string;
  resource: string;
  /** Which one: by now another may be stored, and that one's due time is not this one's to change. */
  obtainedAt: number;
  readAt: number;
  /** Null = only the time of the read is noted. */
  dueAt: number | null;
};

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
    /** The workspace whose own host (`name` or `name:port`, lower case) this is. */
    byHost(host: string): Promise<Workspace | null>;
    /**
     * Marks it as on its way out, and revokes its API keys: from then on nothing above finds it. False when it does
     * not exist, or was marked before.
     */
    leave(id: string, at: number): Promise<boolean>;
    /** Ids of those on their way out, the one that is longest first. */
    leaving(limit: number): Promise<string[]>;
    /**
     * Deletes some rows of a workspace on its way out, about `limit` of one kind, last of all its own. Answers how
     * many, 0 = nothing is left, and the grants among them, which may be revoked at their providers.
     */
    removeSome(id: string, limit: number): Promise<{ removed: number; grants: RemovedGrant[] }>;
    /** Throws `conflict` when another workspace has the host of `branding.origin`. */
    saveSettings(id: string, settings: WorkspaceSettings): Promise<boolean>;
  };
  /** The workspace's own clients (customers). */
  customers: {
    insert(customer: Customer): Promise<void>;
    byNumber(workspaceId: string, number: number): Promise<Customer | null>;
    /** By `number`, ascending. */
    list(workspaceId: string): Promise<Customer[]>;
    /** The texts that mailboxes name as their customer, in the database's order; `after` is the last one seen. */
    ofMailboxes(workspaceId: string, page: PageRequest): Promise<Page<CustomerOfMailboxes>>;
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
  backgroundJobs: BackgroundJobOperations;
  limits: {
    /** Adds to the counter of a window and answers its new total, over all processes. */
    hit(key: string, window: { start: number; end: number }, count: number): Promise<number>;
    blockOf(key: string): Promise<Block | null>;
    /** Inserts or replaces; a block that ends later than this one stays. */
    saveBlock(block: Block): Promise<void>;
    /** Deletes counters whose window, and blocks whose memory, ended before `before`. */
    prune(before: number, limit: number): Promise<number>;
  };
  /** Those that are closed and have nothing to count are absent. */
  breakers: {
    find(keys: readonly string[]): Promise<Breaker[]>;
    /**
     * Compare-and-swap over all processes: writes `next`, if what is stored is still `known`. Null = absent. True for
     * exactly one of those who knew the same.
     */
    replace(key: string, change: { known: Breaker | null; next: Breaker | null }): Promise<boolean>;
    /** Deletes those in which nothing happened since `before`. */
    prune(before: number, limit: number): Promise<number>;
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
    /**
     * Of those that people consent to: the workspace's own before a shared one, an active one before a paused one,
     * the newest of each. A paused one of its own is the answer: nobody is led to a shared registration instead.
     */
    choose(
      workspaceId: string,
      provider: ProviderName,
      owner?: 'any' | 'workspace' | 'customers' | 'installation',
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
    pause(
      id: string,
      pause: { updatedAt: number; reason: ReasonCode; at: number; words: ProviderWords | null },
    ): Promise<boolean>;
    /**
     * Clients, not the deleted, whose current credential ends before `before` and whose last warning, if any, was for
     * more than `warnedDays` before the end. Those that are over are among them, and those with a next credential.
     * Those that cannot be read are left out, and `passedOver` is called for each.
     */
    expiringCredentials(
      before: number,
      warnedDays: number,
      limit: number,
      passedOver?: (id: string, error: unknown) => void,
    ): Promise<OAuthClient[]>;
    /** When a grant of this client was last made or refreshed; null = never. */
    lastUsedAt(id: string): Promise<number | null>;
    /** Mailboxes whose grant was given to this client. */
    countMailboxes(id: string): Promise<number>;
  };
  connectSessions: {
    insert(session: ConnectSession): Promise<void>;
    byId(id: string): Promise<ConnectSession | null>;
    byTokenHash(tokenHash: string): Promise<ConnectSession | null>;
    /** Newest first; `wanted`: only those that have this status at this moment. */
    list(
      workspaceId: string,
      wanted: { status: ConnectSessionStatus; now: number } | null,
      page: PageRequest,
    ): Promise<Page<ConnectSession>>;
    /** Writes these columns of a session that is not over; false for one that is. */
    update(
      id: string,
      changes: Partial<Pick<ConnectSession, 'setback' | 'expiresAt' | 'adminConsentedAt'>> & {
        held?: HeldAuthorization | null;
        /** `personKeyOf` of what is held. */
        heldPerson?: string;
      },
    ): Promise<boolean>;
    /** What a session holds until it is confirmed, sealed at rest; null when it holds nothing. */
    held(id: string): Promise<HeldAuthorization | null>;
    /** Sessions, but this one, that hold something of this person. */
    countHolding(heldPerson: string, exceptId: string): Promise<number>;
    /** Ids of the sessions of an OAuth client that hold something; 1000 at most. */
    holdingOf(oauthClientId: string): Promise<string[]>;
    /** True for the one caller that made the session forget what it held. */
    forgetHeld(id: string): Promise<boolean>;
    /** Ids of sessions that expired before `before` and still hold something, at most `limit`. */
    expiredHolding(before: number, limit: number): Promise<string[]>;
    /** Ends a session and forgets what it holds; false when it was over before. */
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
    /** Null when it does not exist. */
    load(id: string): Promise<LoadedGrant | null>;
    /** Takes the lease, if no one holds it at `now` and the grant is active, and answers what there is now; else null. */
    claim(id: string, lease: Lease): Promise<LoadedGrant | null>;
    /**
     * Takes the leases of active grants that are due by `keepAliveAt`, oldest first, and that no lease or retry time
     * holds back. Any number of processes may claim at once: none gets what another one got. A row that cannot be read
     * does not stop the others. Those of the providers and OAuth clients that are left out stay as they are.
     */
    claimDue(lease: Lease, limit: number, leftOut?: LeftOut): Promise<ClaimedGrants>;
    /**
     * Drops the leases of these grants that `owner` still holds. Those with a time are put off until then, if they are
     * still due at `now`.
     */
    dropLeases(owner: string, drop: { now: number; grants: readonly DroppedLease[] }): Promise<void>;
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
        endsAt: number | null;
        /** Left out, these stay. */
        lostScopes?: string[];
        /** Other processes must forget the token set that they have: a server did not take it. */
        isAnnounced?: boolean;
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
    /** Other processes must forget what they keep of it, although nothing is written now. */
    announce(id: string): Promise<void>;
    /** Deletes the grant and its token sets. */
    remove(id: string): Promise<void>;
    /**
     * Puts the next keep-alive off, after one that could not be done; not when it is not due any more at `now`, because
     * somebody else has refreshed the grant meanwhile.
     */
    postponeKeepAlive(id: string, postponed: { now: number; until: number }): Promise<void>;
    /** Makes active grants that are due after `latest` due at `to`; answers how many, `limit` at most. */
    pullForward(due: { latest: number; to: number; limit: number }): Promise<number>;
    /**
     * Notes when token sets were last read, and brings the due times of their grants forward, never back: of those
     * whose stored token set is still the one that was read, and of a due time that is past once: what could not be
     * done then, and was put off, is not brought forward by each further read.
     */
    noteReads(reads: readonly TokenRead[]): Promise<void>;
    /**
     * Active grants that end before `before`, by what is stored of it, and whose last warning, if any, was for more
     * than `warnedDays` before; soonest first, from the one after `after`. Those whose end nobody has worked out yet
     * (`endsAt` 0) come first of all.
     */
    ending(
      before: number,
      warnedDays: number,
      limit: number,
      after?: Pick<Grant, 'id' | 'endsAt'>,
    ): Promise<Grant[]>;
    /**
     * Notes the warning of an active grant that still has `version` and was not warned for so few days before: true for
     * one caller.
     */
    noteEndWarning(id: string, warning: { version: number; days: number }): Promise<boolean>;
    /** Writes when grants end, of those that still have `version`; a warning of an end an hour or more before is forgotten. */
    correctEnds(ends: readonly { id: string; version: number; endsAt: number | null }[]): Promise<void>;
  };
  tokenUses: {
    /** Adds to what is there. */
    add(uses: readonly TokenUse[]): Promise<void>;
    /** Newest minute first; `after` is the `next` of the slice before. */
    list(mailboxId: string, page: PageRequest): Promise<Page<TokenUse>>;
    /** Deletes minutes that began before `before`. */
    prune(before: number, limit: number): Promise<number>;
  };
  tokenSets: {
    find(grantId: string, resource: string): Promise<TokenSet | null>;
    save(tokenSet: TokenSet): Promise<void>;
    /** Forgets the access tokens of a grant: after a new consent, or to force a refresh. */
    removeAll(grantId: string): Promise<void>;
  };
  mailboxes: MailboxOperations;
  consoleSessions: ConsoleSessionOperations;
  audit: AuditOperations;
  resealing: ResealingOperations;
  people: PeopleOperations;
  installation: InstallationOperations;
  webhookEndpoints: WebhookEndpointOperations;
  webhookDeliveries: WebhookDeliveryOperations;
  events: {
    append(event: GatewayEvent): Promise<void>;
    /** Those of which nobody has looked yet whom to tell, oldest first. */
    pending(limit: number): Promise<GatewayEvent[]>;
    /** Marks them as told; answers those that were not before, each to one caller. */
    settle(ids: readonly string[]): Promise<string[]>;
    /** `workspaceId` null = the installation's own. */
    list(workspaceId: string | null, page: PageRequest, filter?: EventFilter): Promise<Page<GatewayEvent>>;
    /** Deletes events of before `before`. */
    prune(before: number, limit: number): Promise<number>;
  };
};

export type Store = StoreOperations & {
  changes: ChangeFeed;
  /** All of `work` or nothing. Never wait on the network inside. */
  transaction<T>(work: (operations: StoreOperations) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
};
