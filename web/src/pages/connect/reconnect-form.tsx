// Makes a link for a mailbox that is known already: nothing is left to choose but to do it.
import { Button, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CreateConnectSessionBody } from '../../../../sdk/src/index.ts';
import { useMailbox } from '../../api/mailboxes.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { MailboxStatusBadge } from '../../components/mailbox-status.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { VerdictNote } from '../../components/verdict-note.tsx';

type Props = {
  mailboxId: string;
  isPending: boolean;
  failure: ReactNode;
  onSubmit: (body: CreateConnectSessionBody) => void;
};

export function ReconnectForm({ mailboxId, isPending, failure, onSubmit }: Props) {
  const { data: mailbox, error } = useMailbox(mailboxId);
  if (error !== null && !mailbox) return <ErrorState error={error} />;
  if (!mailbox) return <RowsSkeleton rows={3} />;
  return (
    <Panel>
      <Stack align="flex-start">
        <Facts
          facts={[
            { name: 'Mailbox', value: mailbox.email },
            { name: 'Provider', value: <ProviderName provider={mailbox.provider} /> },
            { name: 'Status', value: <MailboxStatusBadge status={mailbox.status} /> },
          ]}
        />
        {mailbox.verdict !== null && <VerdictNote verdict={mailbox.verdict} tone="warn" />}
        {failure}
        <Button loading={isPending} onClick={() => onSubmit({ mailbox_id: mailboxId })}>
          Make the reconnect link
        </Button>
      </Stack>
    </Panel>
  );
}
