// Webhooks at the edges: the rows of endpoints, deliveries and attempts, and the call that brings one to its endpoint.
import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryStatus,
  WebhookFailure,
} from '../webhooks/delivery.ts';
import type { WebhookEndpoint, WebhookEventType } from '../webhooks/endpoint.ts';
import type { Page, PageRequest } from './store.ts';

/** What came of one call. A redirect is an answer like any other: it is not followed. */
export type WebhookResult =
  | {
      status: number;
      /** The header `Retry-After` as received. */
      retryAfter: string | null;
      /** The beginning of the body, without control characters. */
      excerpt: string;
    }
  | { failure: WebhookFailure }
  /** The caller's signal ended it: whether it arrived is not known. */
  | { aborted: true };

/** Calls URLs that workspaces chose. Never throws. */
export type WebhookSender = {
  /**
   * Why this URL may not be called, for people; null = it may. Looks the name up; one that cannot be looked up now
   * passes, because each call looks again.
   */
  objection(url: string): Promise<string | null>;
  /**
   * Posts. The name is looked up once, every address of it is judged, and the connection goes to one that was. Ends by
   * its own time-out, which is that of the settings.
   */
  send(
    url: string,
    call: { headers: Readonly<Record<string, string>>; body: string; signal: AbortSignal },
  ): Promise<WebhookResult>;
};

export type WebhookEndpointOperations = {
  /** Throws `not_found` when the workspace is not there, or on its way out. */
  insert(endpoint: WebhookEndpoint): Promise<void>;
  byId(id: string): Promise<WebhookEndpoint | null>;
  /** As `byId`, but null when its workspace is on its way out. */
  forSending(id: string): Promise<WebhookEndpoint | null>;
  /**
   * Those that stand by themselves, or those of a connect session; oldest first. `workspaceId` null = the
   * installation's.
   */
  list(
    workspaceId: string | null,
    connectSessionId: string | null,
    page: PageRequest,
  ): Promise<Page<WebhookEndpoint>>;
  /** The one of a vendor's format that a workspace has, or that one of its mailboxes has. */
  ofVendor(
    workspaceId: string,
    format: WebhookEndpoint['format'],
    mailboxId: string | null,
  ): Promise<WebhookEndpoint | null>;
  /** Those that stand by themselves and hear of more than one mailbox. */
  count(workspaceId: string | null): Promise<number>;
  /** Writes these columns and no others. */
  update(
    id: string,
    changes: Partial<
      Omit<WebhookEndpoint, 'id' | 'workspaceId' | 'connectSessionId' | 'mailboxId' | 'format' | 'createdAt'>
    >,
  ): Promise<boolean>;
  /** With its deliveries and their attempts. */
  remove(id: string): Promise<boolean>;
  /**
   * Enabled ones of these workspaces (null = the installation), and those of these sessions and these mailboxes alone.
   */
  listening(
    workspaceIds: readonly (string | null)[],
    connectSessionIds: readonly string[],
    mailboxIds: readonly string[],
  ): Promise<WebhookEndpoint[]>;
  /** Which of these are there and enabled; they stay so until the transaction ends. */
  holdEnabled(ids: readonly string[]): Promise<string[]>;
  /** Notes a success: it no longer fails, and is not held. */
  noteSuccess(id: string): Promise<void>;
  /** Notes a failure at `at`, if it is the first since a success; `heldUntil` only makes it wait longer. */
  noteFailure(id: string, failure: { at: number; heldUntil: number }): Promise<void>;
  /** True for the one caller that disabled it. */
  disable(
    id: string,
    change: { reason: 'gone' | 'failing'; at: number; failingBefore: number | null },
  ): Promise<boolean>;
  /** Deletes those of connect sessions that are no more, once none of their deliveries is pending or failed. */
  pruneOfSessions(limit: number): Promise<number>;
  /** The same for those of mailboxes that are no more, of which nothing is left to tell either. */
  pruneOfMailboxes(limit: number): Promise<number>;
};

export type WebhookDeliveryFilter = {
  endpointId?: string;
  status?: WebhookDeliveryStatus;
  eventType?: WebhookEventType;
};

export type WebhookDeliveryOperations = {
  insert(deliveries: readonly WebhookDelivery[]): Promise<void>;
  byId(id: string): Promise<WebhookDelivery | null>;
  attemptsOf(id: string): Promise<WebhookAttempt[]>;
  /** Newest first; `after` is the id of the last one seen. */
  list(
    workspaceId: string | null,
    filter: WebhookDeliveryFilter,
    page: PageRequest,
  ): Promise<Page<WebhookDelivery>>;
  /**
   * Ids of endpoints with something due at `now` that may be sent to, whoever has waited longest first. `isFailing`: of
   * those to which nothing has got through lately, or of the others.
   */
  dueEndpoints(ask: {
    now: number;
    isFailing: boolean;
    limit: number;
    leftOut: readonly string[];
  }): Promise<string[]>;
  /**
   * The deliveries of an endpoint that are due, oldest first; nobody else gets them before `until`, when they are due
   * again.
   */
  claim(endpointId: string, claim: { now: number; until: number; limit: number }): Promise<WebhookDelivery[]>;
  /** Compare-and-swap on the claim: writes what came of it, and drops the claim. False when it is another's by now. */
  settle(
    id: string,
    claimedUntil: number,
    settled: Pick<WebhookDelivery, 'status' | 'attempts' | 'dueAt' | 'finishedAt'>,
  ): Promise<boolean>;
  addAttempt(deliveryId: string, attempt: WebhookAttempt): Promise<void>;
  /** Makes one due now, with the whole schedule before it; one that is under way is left as it is. */
  replay(id: string, now: number): Promise<boolean>;
  /**
   * The same for those of an endpoint with one of these statuses that were made at `since` or later and are no test
   * events, oldest first, behind the one with the id `after`. `last`: the id to go on behind; null = there was none.
   */
  replayOf(
    endpointId: string,
    replay: {
      since: number;
      statuses: readonly WebhookDeliveryStatus[];
      after: string | null;
      now: number;
      limit: number;
    },
  ): Promise<{ count: number; last: string | null }>;
  /** Cancels what is pending of an endpoint, `limit` at most; what is under way is left to who sends it. */
  cancelOf(endpointId: string, now: number, limit: number): Promise<number>;
  /** Deletes those that were over before `before`. */
  prune(before: number, limit: number): Promise<number>;
};
