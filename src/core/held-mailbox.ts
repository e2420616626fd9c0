// One writer at a time for what is read, decided and written back about a mailbox. Locks are taken in this order
// everywhere: the address, the mailbox, the grant.
import { type MailboxSettingsChanges, mergeSettings } from './mailbox-settings.ts';
import type { Mailbox } from './mailboxes.ts';
import type { StoreOperations } from './ports.ts';

/** The mailbox as it is, and stays, until the caller's transaction ends; null when it is gone. */
export async function holdMailbox(rows: StoreOperations, id: string): Promise<Mailbox | null> {
  await rows.lock(`mailbox ${id}`);
  return rows.mailboxes.byId(id);
}

/**
 * The settings column with the changes, for a mailbox that is held: what somebody else wrote before stays. None for
 * no changes. Throws `invalid_request` for a dialect that would be too large.
 */
export const settingsColumn = (
  held: Pick<Mailbox, 'settings'>,
  changes: MailboxSettingsChanges | undefined,
): Partial<Pick<Mailbox, 'settings'>> =>
  changes === undefined || Object.keys(changes).length === 0
    ? {}
    : { settings: mergeSettings(held.settings, changes) };
