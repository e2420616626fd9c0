// Asks before many mailboxes are changed, says how many, and begins the job.
import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type MailboxJobRequest, useBeginMailboxJob } from '../../api/background-jobs.ts';
import type { MailboxFilter } from '../../api/mailboxes.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { numberOf } from '../../components/numbers.ts';
import type { BulkAction } from './bulk-actions.ts';
import type { Selection } from './selection.ts';

type Props = {
  /** Null = nothing is asked. */
  action: BulkAction | null;
  count: number;
  filter: MailboxFilter;
  selection: Selection;
  onClose: () => void;
  onBegun: () => void;
};

export function BulkDialog({ action, count, filter, selection, onClose, onBegun }: Props) {
  const begin = useBeginMailboxJob();
  const announce = useAnnounce();
  const [customer, setCustomer] = useState('');
  if (action === null) return null;
  const mailboxes = count === 1 ? '1 mailbox' : `${numberOf(count)} mailboxes`;
  const isCustomer = action.action === 'set_customer';
  const confirm = async (): Promise<void> => {
    const what = isCustomer
      ? { action: action.action, customer: customer.trim() === '' ? null : customer.trim() }
      : { action: action.action };
    for (const target of targetsOf(selection, filter)) await begin.mutateAsync({ ...what, ...target });
    announce(`${action.label} has begun for ${mailboxes}`);
    onBegun();
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`${action.label}: ${mailboxes}`}
      confirmLabel={`${action.label} ${isCustomer ? `of ${mailboxes}` : mailboxes}`}
      isDangerous={action.isDangerous}
      onConfirm={confirm}
      {...(action.isDangerous ? { typed: 'disconnect' } : {})}
    >
      <Text size="sm">{action.explanation}</Text>
      {isCustomer && (
        <TextInput
          mt="md"
          label="Customer"
          maxLength={200}
          value={customer}
          onChange={(event) => setCustomer(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <Text size="sm" mt="sm" c="dimmed">
        It runs in the background. Its progress is shown at the edge of the page, and it can be cancelled
        there.
      </Text>
    </ConfirmDialog>
  );
}

/** As many as one job takes by id. */
const idsMax = 1_000;

/** Whoever ticked more than a job takes gets several, which are done one after the other. */
function targetsOf(
  selection: Selection,
  filter: MailboxFilter,
): Pick<MailboxJobRequest, 'filter' | 'mailbox_ids'>[] {
  if (selection.kind === 'all') return [{ filter }];
  const ids = [...selection.ids];
  return Array.from({ length: Math.ceil(ids.length / idsMax) }, (_, turn) => ({
    mailbox_ids: ids.slice(turn * idsMax, (turn + 1) * idsMax),
  }));
}
