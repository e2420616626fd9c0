// One webhook endpoint: how it is, what it is told, trying it, its deliveries.
import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useParams } from 'wouter';
import { useWebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { useMay } from '../../app/session-context.tsx';
import { Moment } from '../../components/moment.tsx';
import { isMissing, ObjectMissing } from '../../components/object-missing.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointFacts } from './endpoint-facts.tsx';
import { disabledWords, EndpointHealth } from './endpoint-health.tsx';
import { ReplaySince } from './replay-since.tsx';
import { TestEvent } from './test-event.tsx';

const back = <TextLink href="/webhooks">All endpoints</TextLink>;

export function WebhookEndpointPage() {
  const { id = '' } = useParams<{ id: string }>();
  const may = useMay();
  const { data: endpoint, error, refetch } = useWebhookEndpoint(id);
  if (isMissing(endpoint, error)) {
    return <ObjectMissing noun="endpoint" error={error} above={back} onRetry={() => void refetch()} />;
  }
  if (!endpoint) return <PageSkeleton />;
  const { status, disabled_reason: reason, disabled_at: disabledAt, failing_since: failingSince } = endpoint;
  return (
    <Page
      title={endpoint.url}
      above={back}
      lead={endpoint.description === '' ? undefined : endpoint.description}
      beside={<EndpointHealth endpoint={endpoint} />}
      actions={<EndpointActions endpoint={endpoint} />}
    >
      <Stack gap="lg">
        {status === 'disabled' && reason !== null && (
          <Notice title="It is sent nothing">
            {disabledWords[reason]}{' '}
            {disabledAt !== null && (
              <>
                Since <Moment at={disabledAt} form="full" />.
              </>
            )}{' '}
            What waited for it is cancelled and can be sent again.
          </Notice>
        )}
        {status === 'enabled' && failingSince !== null && (
          <Notice title="Nothing gets through">
            No attempt has succeeded since <Moment at={failingSince} form="full" />. After five days it is
            disabled. The deliveries below say what it answers.
          </Notice>
        )}
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <EndpointFacts endpoint={endpoint} />
          {may('webhooks:update') && <TestEvent endpoint={endpoint} />}
        </SimpleGrid>
        <Panel
          title="Deliveries"
          note="What it was sent, newest first, live."
          actions={may('webhooks:update') && <ReplaySince endpointId={endpoint.id} />}
        >
          <DeliveryList endpointId={endpoint.id} />
        </Panel>
      </Stack>
    </Page>
  );
}

function Notice({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Alert
      variant="default"
      title={title}
      icon={<IconAlertTriangle aria-hidden="true" color="var(--mg-warn-solid)" />}
      styles={{ root: { borderColor: 'var(--mg-warn-solid)' } }}
    >
      <Text size="sm">{children}</Text>
    </Alert>
  );
}
