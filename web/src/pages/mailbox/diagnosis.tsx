// Goes from the mailbox's switch to its domain, step by step, when somebody asks for it.
import { Button, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconStethoscope,
} from '@tabler/icons-react';
import { type Mailbox, useMailboxActions } from '../../api/mailboxes.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { VerdictNote } from '../../components/verdict-note.tsx';
import classes from './steps.module.css';

const results = {
  passed: { tone: 'ok', icon: IconCircleCheck, label: 'Passed' },
  failed: { tone: 'bad', icon: IconCircleX, label: 'Failed' },
  warned: { tone: 'warn', icon: IconAlertTriangle, label: 'Warning' },
  skipped: { tone: 'off', icon: IconCircleMinus, label: 'Skipped' },
} as const;

export function Diagnosis({ mailbox }: { mailbox: Mailbox }) {
  const { diagnose } = useMailboxActions(mailbox.id);
  const announce = useAnnounce();
  const found = diagnose.data;
  const hasFailed = found?.steps.some(({ result }) => result === 'failed') ?? false;
  const run = (): void =>
    diagnose.mutate(undefined, { onSuccess: ({ summary }) => announce(`Diagnosed: ${summary.sentence}`) });
  return (
    <Panel
      title="Diagnosis"
      note="Tries everything from the mailbox's switch to its domain. It may take half a minute."
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconStethoscope size={15} aria-hidden="true" />}
          loading={diagnose.isPending}
          onClick={run}
        >
          {found ? 'Diagnose again' : 'Diagnose'}
        </Button>
      }
    >
      {diagnose.error !== null && <ErrorState error={diagnose.error} onRetry={run} />}
      {diagnose.isPending && <RowsSkeleton rows={6} height={36} />}
      {found && !diagnose.isPending && (
        <>
          <VerdictNote verdict={found.summary} tone={hasFailed ? 'bad' : 'ok'} />
          <ol className={classes.steps} style={{ marginTop: '1rem' }}>
            {found.steps.map(({ step, title, result, verdict, detail, duration_ms: duration }) => (
              <li key={step} className={classes.step}>
                <div className={classes.head}>
                  <Text fw={600} size="sm">
                    {title}
                  </Text>
                  <StatusBadge {...results[result]} />
                  <Text size="xs" c="dimmed" className="mg-numbers">
                    {duration} ms
                  </Text>
                </div>
                {verdict !== null && result !== 'passed' && (
                  <Text size="sm">
                    {verdict.sentence} {verdict.remedy}
                  </Text>
                )}
                {detail !== null && (
                  <Text size="xs" c="dimmed" className={classes.detail}>
                    {detail}
                  </Text>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}
