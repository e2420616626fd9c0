// One delivery: what was sent, how each attempt fared, sending it again.
import { Button, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useParams } from 'wouter';
import {
  useReplayDelivery,
  useWebhookDelivery,
  type WebhookDeliveryDetails,
} from '../../api/webhook-deliveries.ts';
import { useWebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { useMay } from '../../app/session-context.tsx';
import { CodeBlock, prettyJson } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { isMissing, ObjectMissing } from '../../components/object-missing.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { objectHref } from '../audit/object-links.ts';
import { AttemptList } from './attempt-list.tsx';
import { DeliveryHeaders } from './delivery-headers.tsx';
import { DeliveryStatusBadge, meaningOf } from './delivery-status.tsx';

const back = <TextLink href="/webhooks/deliveries">All deliveries</TextLink>;

export function WebhookDeliveryPage() {
  const { id = '' } = useParams<{ id: string }>();
  const may = useMay();
  const replay = useReplayDelivery(id);
  const { data: delivery, error, refetch } = useWebhookDelivery(id);
  if (isMissing(delivery, error)) {
    return <ObjectMissing noun="delivery" error={error} above={back} onRetry={() => void refetch()} />;
  }
  if (!delivery) return <PageSkeleton />;
  return (
    <Page
      title={delivery.event_type}
      above={back}
      lead={meaningOf(delivery)}
      beside={<DeliveryStatusBadge delivery={delivery} />}
      actions={
        !delivery.is_test &&
        may('webhooks:update') && (
          <Button
            variant="default"
            leftSection={<IconRepeat size={16} aria-hidden="true" />}
            loading={replay.isPending}
            onClick={() =>
              replay.mutate(undefined, {
                onSuccess: () => notifyDone('It is sent again, with the same webhook-id.'),
                onError: notifyProblem,
              })
            }
          >
            Send it again
          </Button>
        )
      }
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <DeliveryFacts delivery={delivery} />
          <Panel title="Attempts">
            <AttemptList attempts={delivery.attempts} />
          </Panel>
        </Stack>
        <Stack gap="lg">
          <Panel
            title="Body"
            note="Indented here; signed is the text as it is sent. Reconnect links are withheld."
            actions={<CopyButton text={delivery.body} label="Copy body" />}
          >
            <CodeBlock label="Text of the body" text={prettyJson(delivery.body)} />
          </Panel>
          <DeliveryHeaders delivery={delivery} />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function DeliveryFacts({ delivery }: { delivery: WebhookDeliveryDetails }) {
  const { data: endpoint } = useWebhookEndpoint(delivery.endpoint_id);
  const { object_id: objectId, next_attempt_at: next, finished_at: finished } = delivery;
  const href = objectHref(delivery.event_type, objectId);
  return (
    <Panel title="Facts">
      <Facts
        facts={[
          {
            name: 'Endpoint',
            value: (
              <TextLink href={`/webhooks/${delivery.endpoint_id}`}>
                {endpoint?.url ?? delivery.endpoint_id}
              </TextLink>
            ),
          },
          {
            name: 'Is about',
            value: href === null ? <Code>{objectId}</Code> : <TextLink href={href}>{objectId}</TextLink>,
          },
          { name: 'Made', value: <Moment at={delivery.created_at} form="full" /> },
          ...(next === null ? [] : [{ name: 'Next attempt', value: <Moment at={next} form="full" /> }]),
          ...(finished === null ? [] : [{ name: 'Over', value: <Moment at={finished} form="full" /> }]),
          { name: 'Id', value: <Code>{delivery.id}</Code> },
        ]}
      />
      {delivery.status === 'pending' && (
        <Text size="xs" c="dimmed" mt="sm">
          This page follows by itself.
        </Text>
      )}
    </Panel>
  );
}
