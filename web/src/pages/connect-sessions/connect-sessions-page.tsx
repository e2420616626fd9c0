// The connect sessions of the workspace, newest first, live.
import { Button, Group, Select, Text } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import { useConnectSessions } from '../../api/connect-sessions.ts';
import { useMay } from '../../app/session-context.tsx';
import { connectStatuses, connectStatusNames } from '../../components/connect-status.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { SessionTable } from './session-table.tsx';

const choice = connectStatusNames.map((value) => ({ value, label: connectStatuses[value].label }));

export function ConnectSessionsPage() {
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const status = connectStatusNames.find((known) => known === params.get('status')) ?? null;
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useConnectSessions(status);
  const sessions = data?.pages.flatMap(({ items }) => items) ?? [];
  const connect = may('connect_sessions:create') && (
    <Button component={Link} href="/connect" leftSection={<IconPlugConnected size={16} aria-hidden="true" />}>
      Connect a mailbox
    </Button>
  );
  return (
    <Page
      title="Connect sessions"
      lead="Every link that was made to connect a mailbox, and what became of it."
      actions={connect}
    >
      <Group mb="md">
        <Select
          label="Status"
          placeholder="Any"
          clearable
          data={choice}
          value={status}
          onChange={(value) => setParams(value === null ? {} : { status: value })}
        />
      </Group>
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={5} height={44} />}
      {sessions.length > 0 && <SessionTable sessions={sessions} />}
      {data && sessions.length === 0 && (
        <EmptyState title={status === null ? 'No connect session yet' : 'None has this status'}>
          <Text>A connect session is one link for one owner and one mailbox.</Text>
        </EmptyState>
      )}
      {hasNextPage && (
        <Button variant="default" mt="md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older ones
        </Button>
      )}
    </Page>
  );
}
