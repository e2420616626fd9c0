// One change that a caller makes to a mailbox: its columns, what the audit log says of it, and its event.
import { changedFields, record } from './audit.ts';
import { type EventType, raise } from './events.ts';
import { holdMailbox, settingsColumn } from './held-mailbox.ts';
import type { MailboxChanges } from './mailboxes.ts';
import type { Ports, StoreOperations } from './ports.ts';
import type { Principal } from './principal.ts';

/** Within the caller's transaction; false when the workspace has no such mailbox. Throws `invalid_request`. */
export async function changeMailbox(
  ports: Pick<Ports, 'clock' | 'random'>,
  rows: StoreOperations,
  principal: Principal,
  { workspaceId, id, changes }: { workspaceId: string; id: string; changes: MailboxChanges },
): Promise<boolean> {
  const now = ports.clock.now();
  const { disabled, settings: settingsChanges, ...plain } = changes;
  const mailbox = await holdMailbox(rows, id);
  if (mailbox?.workspaceId !== workspaceId) return false;
  const isSwitched = disabled !== undefined && disabled !== (mailbox.disabledAt !== null);
  await rows.mailboxes.update(id, {
    ...plain,
    ...settingsColumn(mailbox, settingsChanges),
    ...(isSwitched ? { disabledAt: disabled ? now : null, verifyDueAt: disabled ? null : now } : {}),
    updatedAt: now,
  });
  await record(ports, rows, principal, {
    workspaceId,
    action: 'mailbox.updated',
    objectId: id,
    data: changedFields(changes),
  });
  if (isSwitched) {
    const type: EventType = disabled ? 'mailbox.disabled' : 'mailbox.enabled';
    const data = { email: mailbox.email };
    await raise(ports, rows, { workspaceId, type, objectId: id, data, createdAt: now });
  }
  return true;
}
