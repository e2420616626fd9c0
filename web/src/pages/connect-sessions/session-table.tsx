// Connect sessions as a table.
import { Anchor, Button, Table } from '@mantine/core';
import { Link } from 'wouter';
import { type ConnectSession, isOver, useCancelConnectSession } from '../../api/connect-sessions.ts';
import { useMay } from '../../app/session-context.tsx';
import { ConnectStatusBadge } from '../../components/connect-status.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { ProviderName } from '../../components/provider-name.tsx';

export function SessionTable({ sessions }: { sessions: readonly ConnectSession[] }) {
  return (
    <DataTable
      title="Connect sessions"
      minWidth={680}
      columns={['Mailbox', 'Status', 'Provider', 'Customer', 'Made', 'Actions']}
    >
      {sessions.map((session) => (
        <Row key={session.id} session={session} />
      ))}
    </DataTable>
  );
}

function Row({ session }: { session: ConnectSession }) {
  const may = useMay();
  const cancel = useCancelConnectSession();
  const name = nameOf(session);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component={Link}
          href={`/connect-sessions/${session.id}`}
          size="sm"
          fw={550}
          underline="always"
        >
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <ConnectStatusBadge status={session.status} />
      </Table.Td>
      <Table.Td>
        <ProviderName provider={session.provider} />
      </Table.Td>
      <Table.Td>{session.customer ?? 'None'}</Table.Td>
      <Table.Td>
        <Moment at={session.created_at} />
      </Table.Td>
      <Table.Td>
        {!isOver(session.status) && may('connect_sessions:create') && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Cancel the session of ${name}`}
            loading={cancel.isPending}
            onClick={() =>
              cancel.mutate(session.id, {
                onSuccess: () => notifyDone('Cancelled. The link no longer works.'),
                onError: notifyProblem,
              })
            }
          >
            Cancel
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const nameOf = ({ email, expected_email: expected, shared_mailbox: shared }: ConnectSession): string =>
  email ?? shared ?? expected ?? 'Any mailbox';
