// Webhooks that wait to be sent, of all workspaces.
import { Text } from '@mantine/core';
import type { Installation } from '../../api/installation-actions.ts';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';

export function WebhookQueue({ queue }: { queue: Installation['webhooks'] }) {
  return (
    <Panel title="Webhooks" note="Of all workspaces together.">
      <Facts
        facts={[
          { name: 'Wait to be sent', value: numberOf(queue.pending) },
          {
            name: 'Oldest due',
            value: queue.oldest_due_at === null ? 'Nothing waits' : <Moment at={queue.oldest_due_at} />,
          },
          { name: 'Given up within a day', value: numberOf(queue.failed) },
        ]}
      />
      {queue.failed > 0 && (
        <Text size="sm" mt="sm">
          Each workspace sees its own on its page “Webhooks” and can send them again.
        </Text>
      )}
    </Panel>
  );
}
