// What came of the last proof over each transport.
import { Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { Mailbox } from '../../api/mailboxes.ts';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { transportNames } from '../../components/transport-name.ts';
import { actors } from '../../components/verdict-note.tsx';
import classes from './steps.module.css';

export function Transports({ mailbox: { verification } }: { mailbox: Mailbox }) {
  return (
    <Panel
      title="Verification"
      note={
        verification === null ? (
          'Not tried yet.'
        ) : (
          <>
            Tried <Moment at={verification.verified_at} />.
          </>
        )
      }
    >
      {verification === null ? (
        <Text size="sm">
          The first proof follows by itself, shortly after the mailbox was connected or enabled.
        </Text>
      ) : (
        <ul className={classes.steps}>
          {verification.results.map((result) => (
            <li key={result.transport} className={classes.step}>
              <div className={classes.head}>
                <Text fw={600} size="sm">
                  {transportNames[result.transport]}
                </Text>
                <StatusBadge
                  tone={result.ok ? 'ok' : 'bad'}
                  icon={result.ok ? IconCircleCheck : IconCircleX}
                  label={result.ok ? 'Works' : 'Does not work'}
                />
                <Text size="xs" c="dimmed" className="mg-numbers">
                  {result.duration_ms} ms
                </Text>
              </div>
              <Text size="sm">{result.sentence}</Text>
              {!result.ok && (
                <>
                  <Text size="sm">{result.remedy}</Text>
                  <Text size="xs" c="dimmed">
                    Who must act: {actors[result.actor]}
                  </Text>
                </>
              )}
              {result.detail !== null && (
                <Text size="xs" c="dimmed" className={classes.detail}>
                  {result.detail}
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
