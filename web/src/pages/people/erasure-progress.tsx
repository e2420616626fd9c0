// Forgetting a person, while it goes on in the background, and what it came to.
import { Stack, Text } from '@mantine/core';
import { isUnderWay } from '../../api/background-jobs.ts';
import { useErasureJob } from '../../api/people.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { ErasureReport } from './erasure-report.tsx';

export function ErasureProgress({ jobId }: { jobId: string }) {
  const { data: job, error, refetch } = useErasureJob(jobId);
  if (error !== null && !job) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!job || isUnderWay(job)) {
    return (
      <Panel title="The person is being forgotten" note="You may leave this page: it goes on.">
        <RowsSkeleton rows={3} height={32} />
      </Panel>
    );
  }
  return (
    <Stack gap="lg">
      {job.status !== 'succeeded' && (
        <Panel title="It did not come to its end" tone="bad">
          <Text size="sm">
            What is done stays done. Forget the person once more: it goes on with what is left.
          </Text>
        </Panel>
      )}
      {job.failures.length > 0 && (
        <Panel title="What failed" tone="warn">
          {job.failures.map(({ mailbox_id: id, email, detail }) => (
            <Text key={id} size="sm">
              {email ?? id}: {detail}
            </Text>
          ))}
        </Panel>
      )}
      {job.erasure !== null && <ErasureReport erasure={job.erasure} isOver={job.status === 'succeeded'} />}
    </Stack>
  );
}
