// Storage as it is asked about the whole installation: how long its queues are, how much of what there is. Every
// operation walks an index and looks at a bounded number of rows, however many there are.
import type { Breaker } from '../breaker-states.ts';
import type { Block } from '../limits.ts';
import type { ProviderName } from '../oauth-clients.ts';

/** `due` and `overdue` stop counting at the bound that was asked for. Times are milliseconds since the epoch. */
export type RefreshQueue = {
  /** Active grants whose time to be refreshed by themselves has come. */
  due: number;
  /** Those of them whose time came before `overdueBefore`. */
  overdue: number;
  /** Those, among the oldest, that somebody is refreshing now. */
  leased: number;
  oldestDueAt: number | null;
};

/** `pending` and `failed` stop counting at the bound. */
export type WebhookQueue = {
  pending: number;
  /** Of those that should have been sent by now. */
  oldestDueAt: number | null;
  /** Given up since `failedSince`. */
  failed: number;
};

/** So many rows of one provider have this status. */
export type StatusCount = { provider: string; status: string; count: number };

/** Of rows after an id, in their order; `next` = where the following slice begins, null = there is none. */
export type CountedSlice = { counts: StatusCount[]; next: string | null };

/** What was counted last, slice by slice. */
export type InstallationTotals = {
  grants: StatusCount[];
  /** By the status that a mailbox is shown with. */
  mailboxes: StatusCount[];
  countedAt: number;
};

/** An OAuth client as people know it, without anything that is sealed. */
export type NamedOAuthClient = {
  id: string;
  name: string;
  provider: ProviderName;
  /** Null = shared by the installation. */
  workspaceId: string | null;
  deletedAt: number | null;
};

export type InstallationOperations = {
  refreshQueue(ask: { now: number; overdueBefore: number; most: number }): Promise<RefreshQueue>;
  webhookQueue(ask: { now: number; failedSince: number; most: number }): Promise<WebhookQueue>;
  /** Those that hold at `now`, the one that ends last first. */
  blocks(now: number, limit: number): Promise<Block[]>;
  /** Also what is remembered of it, so that the next one is a first one again. False when none holds at `now`. */
  removeBlock(key: string, now: number): Promise<boolean>;
  /** Those that opened and have not closed since, and those that count failures. */
  breakers(limit: number): Promise<Breaker[]>;
  /** Deleted ones too, in no order; what is gone with its workspace is left out. */
  oauthClientNames(ids: readonly string[]): Promise<NamedOAuthClient[]>;
  workspaceNames(ids: readonly string[]): Promise<{ id: string; name: string }[]>;
  countGrants(after: string | null, limit: number): Promise<CountedSlice>;
  countMailboxes(after: string | null, limit: number): Promise<CountedSlice>;
  /** Null when nobody has counted yet. */
  totals(): Promise<InstallationTotals | null>;
  /** True for one process over all nodes, and not before the time that the last one named. */
  claimCounting(now: number, until: number): Promise<boolean>;
  saveTotals(totals: InstallationTotals, nextAt: number): Promise<void>;
};
