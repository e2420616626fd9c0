// Sends a test event now, and shows what the endpoint said.
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { allEventTypes, type EventType } from '../../api/event-types.ts';
import { useWebhookEndpointActions, type WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { AttemptList } from './attempt-list.tsx';
import { attemptWords } from './attempt-words.ts';

export function TestEvent({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { test } = useWebhookEndpointActions(endpoint.id);
  const announce = useAnnounce();
  const [type, setType] = useState<EventType>('webhook.test');
  const send = (): void =>
    test.mutate(type, {
      onSuccess: ({ attempts }) => {
        const [attempt] = attempts;
        announce(attempt ? `Tried: ${attemptWords(attempt)}` : 'Tried');
      },
    });
  return (
    <Panel
      title="Try it"
      note="Sends a test event once, marked as one. It counts neither for nor against the endpoint."
    >
      <Stack gap="sm">
        <Group align="flex-end">
          <Select
            label="Event"
            flex="1 1 14rem"
            data={[...allEventTypes]}
            allowDeselect={false}
            searchable
            value={type}
            onChange={(value) => setType(allEventTypes.find((known) => known === value) ?? 'webhook.test')}
          />
          <Button
            variant="default"
            leftSection={<IconSend size={15} aria-hidden="true" />}
            loading={test.isPending}
            onClick={send}
          >
            Send a test event
          </Button>
        </Group>
        {test.error !== null && <ErrorState error={test.error} onRetry={send} />}
        {test.isPending && <RowsSkeleton rows={2} height={36} />}
        {test.data && !test.isPending && (
          <>
            <AttemptList attempts={test.data.attempts} />
            <Text size="sm">
              <TextLink href={`/webhooks/deliveries/${test.data.id}`}>See what was sent</TextLink>
            </Text>
          </>
        )}
      </Stack>
    </Panel>
  );
}
