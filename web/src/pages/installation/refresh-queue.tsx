// Grants that are due to be refreshed by themselves: how many wait now, and how that went while somebody looks.
import { Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Installation } from '../../api/installation-actions.ts';
import { ChartWithTable } from '../../components/chart-with-table.tsx';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useSamples } from './use-samples.ts';

type Queue = Installation['refresh_queue'];

const timeForm = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const series = [
  { name: 'onTime', label: 'Due', color: 'var(--mg-ok-solid)' },
  { name: 'late', label: 'Late by ten minutes or more', color: 'var(--mg-bad-solid)' },
];

export function RefreshQueue({ queue, lookedAt }: { queue: Queue; lookedAt: number }) {
  const samples = useSamples(queue, lookedAt);
  const points = useMemo(
    () =>
      samples.map(({ at, value }) => ({
        at: timeForm.format(at),
        onTime: Math.max(0, value.due - value.overdue),
        late: value.overdue,
      })),
    [samples],
  );
  return (
    <Panel title="Refresh queue" note="Grants that are renewed by themselves, weekly and ahead of use.">
      <Stack gap="md">
        <Facts
          facts={[
            {
              name: 'State',
              value:
                queue.overdue === 0 ? (
                  <StatusBadge tone="ok" icon={IconCircleCheck} label="Keeps up" />
                ) : (
                  <StatusBadge tone="warn" icon={IconAlertTriangle} label="Is behind" />
                ),
            },
            { name: 'Due now', value: numberOf(queue.due) },
            { name: 'Under way', value: numberOf(queue.leased) },
            { name: 'Late by ten minutes or more', value: numberOf(queue.overdue) },
            {
              name: 'Oldest due',
              value: queue.oldest_due_at === null ? 'Nothing waits' : <Moment at={queue.oldest_due_at} />,
            },
          ]}
        />
        {queue.overdue > 0 && (
          <Text size="sm">
            A provider in trouble is the usual reason; it is made up for by itself afterwards. If providers
            answer, this server needs more processes or larger budgets for calls.
          </Text>
        )}
        <div>
          <Text size="xs" c="dimmed" mb="xs">
            Since you opened this page, ten minutes at most
          </Text>
          <ChartWithTable title="Refresh queue" points={points} series={series} height={180} />
        </div>
      </Stack>
    </Panel>
  );
}
