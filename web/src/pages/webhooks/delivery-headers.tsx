// The headers that come with the body, and what a program does with each.
import { Stack, Text } from '@mantine/core';
import type { WebhookDeliveryDetails } from '../../api/webhook-deliveries.ts';
import { useWebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { Panel } from '../../components/panel.tsx';
import classes from './delivery-headers.module.css';

export function DeliveryHeaders({ delivery }: { delivery: WebhookDeliveryDetails }) {
  const { data: endpoint } = useWebhookEndpoint(delivery.endpoint_id);
  const last = delivery.attempts.at(-1);
  const isPair = endpoint?.signature === 'ed25519';
  const headers = [
    {
      name: 'webhook-id',
      value: delivery.event_id,
      meaning:
        'The event. The same in every attempt and every replay: with it your program tells duplicates.',
    },
    {
      name: 'webhook-timestamp',
      value: last ? String(Math.floor(Date.parse(last.started_at) / 1000)) : 'seconds since 1970',
      meaning: 'When this attempt was signed (here: the last one). Refuse what is older than five minutes.',
    },
    {
      name: 'webhook-signature',
      value: isPair ? 'v1a,…' : 'v1,…',
      meaning: isPair
        ? 'Ed25519 over id, timestamp and body, joined by full stops. Check it with the public key.'
        : 'HMAC-SHA256 over id, timestamp and body, joined by full stops. Several stand side by side while two secrets sign: take any that fits.',
    },
  ];
  return (
    <Panel title="Headers">
      <Stack component="dl" gap="sm" m={0}>
        {headers.map(({ name, value, meaning }) => (
          <div key={name} className={classes.header}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <code className={classes.value}>{value}</code>
              <Text size="sm" c="dimmed">
                {meaning}
              </Text>
            </dd>
          </div>
        ))}
      </Stack>
    </Panel>
  );
}
