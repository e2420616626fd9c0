// All mailboxes of the workspace: found by search and filters, changed one by one or many at once.
import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnected, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import { useApi } from '../../api/api-context.tsx';
import { useMailboxSummary } from '../../api/mailbox-summary.ts';
import { useMailboxPages } from '../../api/mailboxes.ts';
import { useMay } from '../../app/session-context.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { counted } from '../../components/numbers.ts';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { FilterBar } from './filter-bar.tsx';
import { MailboxTable } from './mailbox-table.tsx';
import { useSelection } from './selection.ts';
import { useMailboxFilter } from './use-mailbox-filter.ts';

export function MailboxesPage() {
  const filterControl = useMailboxFilter();
  const { filter, clear } = filterControl;
  const may = useMay();
  const { key } = useApi();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const summary = useMailboxSummary(filter);
  const pages = useMailboxPages(filter);
  const control = useSelection(filter);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isPlaceholderData } = pages;
  // What is not counted yet is at least as long as what is loaded, and a little longer when there is more.
  const counting = rows.length + (hasNextPage ? 20 : 0);
  const isCounted = summary.data !== undefined && !summary.isPlaceholderData;
  const total = hasNextPage && isCounted ? Math.max(summary.data.total, counting) : counting;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const found = isCounted ? summary.data.total : null;
  useEffect(() => {
    if (found !== null) announce(counted(found, 'mailbox', 'mailboxes'));
  }, [found, announce]);
  const isFiltered = Object.keys(filter).length > 0;

  return (
    <Page
      title="Mailboxes"
      beside={
        <Text c="dimmed" className="mg-numbers">
          {found === null
            ? ''
            : counted(found, isFiltered ? 'match' : 'mailbox', isFiltered ? 'matches' : 'mailboxes')}
        </Text>
      }
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden="true" />}
            loading={pages.isRefetching && !isFetchingNextPage}
            onClick={() => void queries.resetQueries({ queryKey: key('mailboxes') })}
          >
            Refresh
          </Button>
          {may('connect_sessions:create') && (
            <Button
              component={Link}
              href="/connect"
              leftSection={<IconPlugConnected size={16} aria-hidden="true" />}
            >
              Connect a mailbox
            </Button>
          )}
        </>
      }
    >
      <FilterBar {...filterControl} />
      {may('mailboxes:update') && (
        <BulkBar control={control} filter={filter} total={found ?? total} loadedCount={rows.length} />
      )}
      {pages.error !== null && <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <RowsSkeleton rows={8} height={52} />}
      {rows.length > 0 && (
        <div aria-busy={isPlaceholderData}>
          <MailboxTable
            rows={rows}
            total={total}
            hasMore={hasNextPage && !isPlaceholderData}
            isLoadingMore={isFetchingNextPage}
            onMore={more}
            control={may('mailboxes:update') ? control : null}
          />
        </div>
      )}
      {pages.isSuccess && !isPlaceholderData && rows.length === 0 && (
        <Nothing isFiltered={isFiltered} onClear={clear} mayConnect={may('connect_sessions:create')} />
      )}
    </Page>
  );
}

type NothingProps = { isFiltered: boolean; onClear: () => void; mayConnect: boolean };

function Nothing({ isFiltered, onClear, mayConnect }: NothingProps) {
  if (isFiltered) {
    return (
      <EmptyState title="No mailbox matches">
        <Text>Search for a shorter part of the address, or take a filter away.</Text>
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No mailbox is connected yet">
      <Text>Make a connect link, send it to the mailbox owner, and the mailbox appears here.</Text>
      {mayConnect && (
        <Group>
          <Button component={Link} href="/connect">
            Connect a mailbox
          </Button>
        </Group>
      )}
    </EmptyState>
  );
}
