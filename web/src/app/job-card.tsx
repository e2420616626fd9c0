// One job: its progress, spoken at every quarter and at its end, and what failed in it.
import { Button, CloseButton, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { type BackgroundJob, isUnderWay, useCancelJob } from '../api/background-jobs.ts';
import { useAnnounce } from '../components/announcer.tsx';
import { notifyProblem } from '../components/notify.ts';
import { numberOf } from '../components/numbers.ts';
import classes from './job-dock.module.css';
import { JobFailures } from './job-failures.tsx';
import { jobTitle, jobWords } from './job-words.ts';

export function JobCard({ job, onDismiss }: { job: BackgroundJob; onDismiss: () => void }) {
  const cancel = useCancelJob();
  const announce = useAnnounce();
  const [areFailuresOpen, failures] = useDisclosure(false);
  const title = jobTitle(job);
  const words = jobWords(job);
  const isRunning = isUnderWay(job);
  const percent = percentOf(job);
  const quarter = Math.floor(percent / 25);
  // biome-ignore lint/correctness/useExhaustiveDependencies: said at every quarter and at the end, not at every mailbox.
  useEffect(() => announce(`${title}: ${words}`), [quarter, isRunning]);
  return (
    <div className={classes.card}>
      <Group justify="space-between" wrap="nowrap" mb={6}>
        <Text fw={600} size="sm">
          {title}
        </Text>
        {!isRunning && <CloseButton aria-label={`Dismiss ${title}`} onClick={onDismiss} size="sm" />}
      </Group>
      <Progress
        value={percent}
        aria-label={title}
        color={job.failed > 0 ? 'var(--mg-warn-solid)' : 'pine'}
        animated={isRunning}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="xs" className="mg-numbers">
          {words}
        </Text>
        <Group gap={6}>
          {job.failures.length > 0 && (
            <Button size="compact-xs" variant="default" onClick={failures.open}>
              See what failed
            </Button>
          )}
          {isRunning && (
            <Button
              size="compact-xs"
              variant="default"
              loading={cancel.isPending}
              onClick={() => cancel.mutate(job.id, { onError: notifyProblem })}
            >
              Cancel
            </Button>
          )}
        </Group>
      </Group>
      <Modal
        opened={areFailuresOpen}
        onClose={failures.close}
        title={`${title}: what failed`}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          {job.failed > job.failures.length && (
            <Text size="sm" c="dimmed">
              The first {numberOf(job.failures.length)} of {numberOf(job.failed)}.
            </Text>
          )}
          <JobFailures failures={job.failures} />
        </Stack>
      </Modal>
    </div>
  );
}

function percentOf({ total, done, failed, status }: BackgroundJob): number {
  // One that was cancelled before anything was counted has done nothing.
  if (total === null || total === 0) return status === 'succeeded' ? 100 : 0;
  return Math.min(100, ((done + failed) / total) * 100);
}
