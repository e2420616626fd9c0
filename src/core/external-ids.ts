// Names that callers give to mailboxes. A name belongs to one mailbox of its workspace and a mailbox has one name:
// a connection that would break either is refused before a row is written.
import type { Mailbox } from './mailboxes.ts';
import type { StoreOperations } from './ports.ts';

/** `other_mailbox`: the name belongs to another address. `other_name`: the address has another name. */
export type ExternalIdObjection = { objection: 'other_mailbox' | 'other_name'; mailbox: Mailbox };

/** Null when there is no name, or when it may be given to this address. */
export async function objectionToExternalId(
  { mailboxes }: Pick<StoreOperations, 'mailboxes'>,
  wanted: { workspaceId: string; externalId: string | null; email: string; mailboxId: string | null },
): Promise<ExternalIdObjection | null> {
  const { workspaceId, externalId, email, mailboxId } = wanted;
  if (externalId === null) return null;
  const holder = await mailboxes.byEmail(workspaceId, email);
  const isAnother = mailboxId !== null && holder?.id !== mailboxId;
  const hasOtherName = holder?.externalId != null && holder.externalId !== externalId;
  if (holder && (isAnother || hasOtherName)) return { objection: 'other_name', mailbox: holder };
  const named = await mailboxes.byExternalId(workspaceId, externalId);
  // With `mailboxId` the caller means just this mailbox, whatever its address was.
  if (named && named.email !== email && named.id !== mailboxId) {
    return { objection: 'other_mailbox', mailbox: named };
  }
  return null;
}
