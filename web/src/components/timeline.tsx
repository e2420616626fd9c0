// What happened to one object, newest first.
import { Button, Text } from '@mantine/core';
import { type MailgrantEvent, useTimeline } from '../api/events.ts';
import { ErrorState } from './error-state.tsx';
import { eventWords } from './event-words.ts';
import { Moment } from './moment.tsx';
import { Panel } from './panel.tsx';
import { RowsSkeleton } from './rows-skeleton.tsx';
import classes from './timeline.module.css';

export function Timeline({ objectId }: { objectId: string }) {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useTimeline(objectId);
  const events = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title="Timeline">
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={3} height={32} />}
      {data && events.length === 0 && <Text size="sm">No change of its state yet.</Text>}
      <ol className={classes.events}>
        {events.map((event) => (
          <Line key={event.id} event={event} />
        ))}
      </ol>
      {hasNextPage && (
        <Button
          size="xs"
          variant="default"
          mt="sm"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
    </Panel>
  );
}

function Line({ event: { type, data, created_at: at } }: { event: MailgrantEvent }) {
  const { words, tone } = eventWords(type);
  const reason =
    typeof data.reason === 'string' ? data.reason : typeof data.code === 'string' ? data.code : null;
  return (
    <li className={classes.event} data-tone={tone}>
      <Text size="sm" fw={550}>
        {words}
        {reason !== null && (
          <>
            {' '}
            <code className={classes.reason}>{reason}</code>
          </>
        )}
      </Text>
      <Text size="xs" c="dimmed">
        <Moment at={at} form="full" /> · {type}
      </Text>
    </li>
  );
}
