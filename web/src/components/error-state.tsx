// What went wrong, what to do about it, and the way to try again.
import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { isProblem } from '../api/problem.ts';
import { wordsOf } from './words-of-error.ts';

type Props = { error: unknown; onRetry?: () => void; retryLabel?: string };

export function ErrorState({ error, onRetry, retryLabel = 'Try again' }: Props) {
  const { title, detail, remedy, requestId } = wordsOf(error);
  return (
    <Alert
      role="alert"
      variant="default"
      title={title}
      icon={<IconAlertTriangle aria-hidden="true" color="var(--mg-bad-solid)" />}
      styles={{ root: { borderColor: 'var(--mg-bad-solid)' }, title: { color: 'var(--mg-bad-fg)' } }}
    >
      <Stack gap="xs">
        <Text size="sm">{detail}</Text>
        {remedy !== null && <Text size="sm">{remedy}</Text>}
        {requestId !== null && (
          <Text size="xs" c="dimmed">
            Request <Code>{requestId}</Code>
          </Text>
        )}
        {/* A key does not get its rights by asking again. */}
        {onRetry && !(isProblem(error) && error.code === 'permission_denied') && (
          <Group>
            <Button size="xs" variant="default" onClick={onRetry}>
              {retryLabel}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
