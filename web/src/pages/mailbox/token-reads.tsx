// Who read the tokens of the mailbox, and when: by key, as chart and as table.
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTokenUses } from '../../api/mailboxes.ts';
import { ChartWithTable } from '../../components/chart-with-table.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { counted } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { readsOverTime } from './reads-over-time.ts';

export function TokenReads({ mailboxId }: { mailboxId: string }) {
  const { data, error, isPending, refetch } = useTokenUses(mailboxId);
  const shown = useMemo(() => readsOverTime(data?.uses ?? []), [data]);
  return (
    <Panel title="Token reads" note="Who asked for access tokens of this mailbox, by API key.">
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={1} height={250} />}
      {data && data.uses.length === 0 && (
        <Text size="sm">Nobody has read a token yet. Reads are counted and shown some seconds later.</Text>
      )}
      {data && data.uses.length > 0 && (
        <>
          <Text size="sm" mb="sm">
            {counted(shown.total, 'read')}, {shown.unit === 'hour' ? 'by hour' : 'by day'}
            {data.isCut ? '; older ones are not counted here.' : '.'}
          </Text>
          <ChartWithTable title="Token reads" points={shown.points} series={shown.series} />
        </>
      )}
    </Panel>
  );
}
