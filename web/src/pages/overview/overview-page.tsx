// Where one looks first: how the mailboxes are, and what needs somebody now.
import { Button, SimpleGrid, Stack } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useMailboxSummary } from '../../api/mailbox-summary.ts';
import { useMay } from '../../app/session-context.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { FirstSteps } from './first-steps.tsx';
import { NeedsSomebody } from './needs-somebody.tsx';
import { ProviderShares } from './provider-shares.tsx';
import { RecentChanges } from './recent-changes.tsx';
import { RefreshHealth } from './refresh-health.tsx';
import { StatusCounts } from './status-counts.tsx';

export function OverviewPage() {
  const may = useMay();
  const summary = useMailboxSummary();
  return (
    <Page
      title="Overview"
      actions={
        may('connect_sessions:create') && (
          <Button
            component={Link}
            href="/connect"
            leftSection={<IconPlugConnected size={16} aria-hidden="true" />}
          >
            Connect a mailbox
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {summary.error !== null && (
          <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
        )}
        {summary.isPending && <RowsSkeleton rows={1} height={118} />}
        {summary.data && <StatusCounts summary={summary.data} />}
        {summary.data?.total === 0 && <FirstSteps />}
        <NeedsSomebody />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
          <RecentChanges />
          <Stack gap="lg">
            {summary.data && <ProviderShares summary={summary.data} />}
            <RefreshHealth />
          </Stack>
        </SimpleGrid>
      </Stack>
    </Page>
  );
}
