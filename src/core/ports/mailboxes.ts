// Storage of mailboxes: alone, joined with what they live by, found and counted by a filter.
import type { Mailbox, MailboxFilter } from '../mailboxes.ts';
import type { ProviderName } from '../oauth-clients.ts';
import type { MailboxStatusName, Verification } from '../verification.ts';
import type { LoadedGrant, MailboxWithGrant, Page, PageRequest } from './store.ts';

/** `skip` = how many of those behind `after` are passed over, 0 or more; 0 when left out. */
export type MailboxPageRequest = PageRequest & { skip?: number };

export type MailboxOperations = {
  insert(mailbox: Mailbox): Promise<void>;
  byId(id: string): Promise<Mailbox | null>;
  withGrant(id: string): Promise<MailboxWithGrant | null>;
  /** Everything that joins for one token read. */
  forTokenRead(id: string): Promise<(MailboxWithGrant & LoadedGrant) | null>;
  byEmail(workspaceId: string, email: string): Promise<Mailbox | null>;
  byNumber(workspaceId: string, number: number): Promise<Mailbox | null>;
  byExternalId(workspaceId: string, externalId: string): Promise<Mailbox | null>;
  /** True when a workspace other than this one has the address. */
  existsElsewhere(workspaceId: string, email: string): Promise<boolean>;
  /** By id, ascending. Whoever skips many pays for looking at their ids, and for no more of them. */
  list(workspaceId: string, filter: MailboxFilter, page: MailboxPageRequest): Promise<Page<MailboxWithGrant>>;
  /**
   * How many of the next `limit` mailboxes there are of each status and provider; `next` as of a page, null when there
   * are none behind them.
   */
  tally(
    workspaceId: string,
    filter: MailboxFilter,
    page: PageRequest,
  ): Promise<{
    counts: { status: MailboxStatusName; provider: ProviderName; count: number }[];
    next: string | null;
  }>;
  /** Addresses by id, of those of these that the workspace has. */
  emailsOf(workspaceId: string, ids: readonly string[]): Promise<Map<string, string>>;
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
