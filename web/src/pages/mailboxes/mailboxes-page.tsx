// All mailboxes of the workspace: found by search and filters, changed one by one or many at once.
import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnected, IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useFreshMailboxes, useMailboxPages } from '../../api/mailbox-pages.ts';
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
import classes from './mailboxes-page.module.css';
import { useSelection } from './selection.ts';
import { useMailboxFilter } from './use-mailbox-filter.ts';
import { useTicking } from './use-ticking.ts';

export function MailboxesPage() {
  const filterControl = useMailboxFilter();
  const { filter, clear } = filterControl;
  const may = useMay();
  const announce = useAnnounce();
  const [isRefreshing, refresh] = useRefresh();
  const { view, isOfBefore, error, retry, look, load } = useMailboxPages(filter);
  const control = useSelection(filter);
  const total = view?.length ?? 0;
  const ticking = useTicking({ control, rowAt: view?.rowAt ?? noRow, total, load });
  const found = view?.isExact === true && !isOfBefore ? view.length : null;
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
            loading={isRefreshing}
            onClick={refresh}
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
        <BulkBar
          control={control}
          filter={filter}
          total={total}
          isCounted={found !== null}
          isLoading={ticking.isLoading}
        />
      )}
      {error !== null && (
        <div className={classes.error}>
          <ErrorState error={error} onRetry={retry} />
        </div>
      )}
      {view === null && error === null && <RowsSkeleton rows={8} height={52} />}
      {view !== null && view.length > 0 && (
        <MailboxTable
          view={view}
          look={isOfBefore ? null : look}
          choice={may('mailboxes:update') ? { control, ticking } : null}
        />
      )}
      {view?.length === 0 && !isOfBefore && (
        <Nothing isFiltered={isFiltered} onClear={clear} mayConnect={may('connect_sessions:create')} />
      )}
    </Page>
  );
}

const noRow = (): undefined => undefined;

/** True until what is seen has been asked for again. */
function useRefresh(): [boolean, () => void] {
  const [isRefreshing, setRefreshing] = useState(false);
  const freshen = useFreshMailboxes();
  const refresh = (): void => {
    setRefreshing(true);
    void freshen().finally(() => setRefreshing(false));
  };
  return [isRefreshing, refresh];
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
