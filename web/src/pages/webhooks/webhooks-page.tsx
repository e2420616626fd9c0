// The webhook endpoints, each with how it is.
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconListDetails, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useWebhookEndpoints, type WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { useMay } from '../../app/session-context.tsx';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { counted } from '../../components/numbers.ts';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { CreateEndpointDialog } from './create-endpoint-dialog.tsx';
import { EndpointHealth } from './endpoint-health.tsx';

export function WebhooksPage() {
  const may = useMay();
  const { workspaceId } = useWorkspace();
  const list = useWebhookEndpoints();
  const { items, error, isPending, refetch } = list;
  const [isMaking, setMaking] = useState(false);
  const add = may('webhooks:create') && (
    <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
      Add an endpoint
    </Button>
  );
  return (
    <Page
      title="Webhooks"
      lead={
        workspaceId === null
          ? "URLs that are told of the installation's own events: shared OAuth clients, deleted workspaces."
          : 'URLs of your programs that are told what happens in this workspace, signed as Standard Webhooks.'
      }
      actions={
        <>
          <Button
            component={Link}
            href="/webhooks/deliveries"
            variant="default"
            leftSection={<IconListDetails size={16} aria-hidden="true" />}
          >
            All deliveries
          </Button>
          {add}
        </>
      }
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={3} height={52} />}
      {items && items.length > 0 && (
        <DataTable
          title="Webhook endpoints"
          minWidth={680}
          columns={['URL', 'Status', 'Events', 'Signature', 'Made']}
        >
          {items.map((endpoint) => (
            <Row key={endpoint.id} endpoint={endpoint} />
          ))}
        </DataTable>
      )}
      {items?.length === 0 && (
        <EmptyState title="There is no endpoint yet">
          <Text>
            Instead of asking again and again, your program is told when a mailbox is connected, degraded or
            must be reconnected.
          </Text>
          <Group>{add}</Group>
        </EmptyState>
      )}
      <MoreButton list={list} />
      {isMaking && <CreateEndpointDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Row({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { id, url, description, event_types: types, failing_since: failingSince } = endpoint;
  return (
    <Table.Tr>
      <Table.Td maw="24rem">
        <Stack gap={2}>
          <TextLink href={`/webhooks/${id}`} isStrong>
            {url}
          </TextLink>
          {description !== '' && (
            <Text size="xs" c="dimmed">
              {description}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Stack gap={2} align="flex-start">
          <EndpointHealth endpoint={endpoint} />
          {endpoint.status === 'enabled' && failingSince !== null && (
            <Text size="xs">
              since <Moment at={failingSince} />
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>{types === null ? 'All' : counted(types.length, 'type')}</Table.Td>
      <Table.Td>{endpoint.signature === 'hmac' ? 'Shared secret' : 'Ed25519'}</Table.Td>
      <Table.Td>
        <Moment at={endpoint.created_at} />
      </Table.Td>
    </Table.Tr>
  );
}
