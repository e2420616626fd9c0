// What was won and lost in the last two weeks, day by day.
import { Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useEventsSince } from '../../api/events.ts';
import { useMay } from '../../app/session-context.tsx';
import { ChartWithTable } from '../../components/chart-with-table.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { changeSeries, changesByDay, daysShown, startOfDay } from './changes-by-day.ts';

export function RecentChanges() {
  const may = useMay();
  return may('events:read') ? <Changes /> : null;
}

const title = `Mailboxes connected and lost, last ${daysShown} days`;

function Changes() {
  const [since] = useState(() => startOfDay(Date.now(), daysShown - 1));
  const events = useEventsSince(since);
  const points = useMemo(() => changesByDay(events.data?.events ?? [], since), [events.data, since]);
  return (
    <Panel title={title}>
      {events.error !== null && <ErrorState error={events.error} onRetry={() => void events.refetch()} />}
      {events.isPending && <RowsSkeleton rows={1} height={250} />}
      {events.data && (
        <>
          <ChartWithTable title={title} points={points} series={changeSeries} />
          {events.data.isCut && (
            <Text size="xs" c="dimmed" mt="xs">
              There were more changes than are counted here; the oldest days are not whole.
            </Text>
          )}
        </>
      )}
    </Panel>
  );
}
