// Which lists are read where: those that are read off an index at once, and those that may look at much before they
// have a page together.
import type { MailboxFilter } from '../../core/mailboxes.ts';
import type { Session } from '../engine.ts';
import type { Database } from './context.ts';

type Readers = Pick<Session, 'reader' | 'scannerFor'>;

/** What matches these may be far apart, and whatever lies in between is looked at. */
export const listingBy = (
  { reader, scannerFor }: Readers,
  workspaceId: string | null,
  filters: Readonly<Record<string, string | number | undefined>>,
): Database =>
  Object.values(filters).every((value) => value === undefined) ? reader : scannerFor(workspaceId);

/**
 * By address there is one mailbox at most; without a filter a page begins where it is to begin, unless rows are
 * skipped.
 */
export const mailboxListing = (
  { reader, scannerFor }: Readers,
  workspaceId: string,
  { filter, skip }: { filter: MailboxFilter; skip: number },
): Database => {
  const { email, ...others } = filter;
  const isFiltered = Object.values(others).some((value) => value !== undefined);
  return email !== undefined || (skip === 0 && !isFiltered) ? reader : scannerFor(workspaceId);
};
