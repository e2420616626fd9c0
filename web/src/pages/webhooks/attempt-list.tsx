// Every attempt of a delivery: when, how long, what was answered.
import { Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { Attempt } from '../../api/webhook-deliveries.ts';
import { CodeBlock, prettyJson } from '../../components/code-block.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import classes from './attempt-list.module.css';
import { attemptWords, hasSucceeded } from './attempt-words.ts';

export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <Text size="sm">It was not tried yet.</Text>;
  return (
    <ol className={classes.attempts}>
      {attempts.map((attempt) => (
        <li key={attempt.number} className={classes.attempt}>
          <div className={classes.head}>
            <Text size="sm" fw={600}>
              Attempt {attempt.number}
            </Text>
            <StatusBadge
              tone={hasSucceeded(attempt) ? 'ok' : 'bad'}
              icon={hasSucceeded(attempt) ? IconCircleCheck : IconCircleX}
              label={attempt.response_status === null ? 'No answer' : String(attempt.response_status)}
            />
            <Text size="xs" c="dimmed" className="mg-numbers">
              <Moment at={attempt.started_at} form="full" /> · {numberOf(attempt.duration_ms)} ms
            </Text>
          </div>
          {!hasSucceeded(attempt) && <Text size="sm">{attemptWords(attempt)}.</Text>}
          {attempt.response_body !== null && attempt.response_body !== '' && (
            <CodeBlock
              label={`Beginning of the answer to attempt ${attempt.number}`}
              text={prettyJson(attempt.response_body)}
            />
          )}
        </li>
      ))}
    </ol>
  );
}
