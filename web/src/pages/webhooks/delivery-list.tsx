// Deliveries, newest first, live, filtered by status, event and endpoint.
import { Group, Select, Stack, Table, Text } from '@mantine/core';
import { allEventTypes } from '../../api/event-types.ts';
import {
  deliveryStatusNames,
  useWebhookDeliveries,
  type WebhookDelivery,
} from '../../api/webhook-deliveries.ts';
import { useWebhookEndpoints } from '../../api/webhook-endpoints.ts';
import { DataTable } from '../../components/data-table.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { numberOf } from '../../components/numbers.ts';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { DeliveryStatusBadge, deliveryStatuses } from './delivery-status.tsx';
import { useDeliveryFilter } from './use-delivery-filter.ts';

const statusChoice = deliveryStatusNames.map((value) => ({ value, label: deliveryStatuses[value].label }));

/** `endpointId` null = of all endpoints. */
export function DeliveryList({ endpointId }: { endpointId: string | null }) {
  const { filter, change } = useDeliveryFilter(endpointId);
  const list = useWebhookDeliveries(filter);
  const { items, error, isPending, refetch } = list;
  const isFiltered = filter.status !== undefined || filter.event_type !== undefined;
  return (
    <Stack gap="md">
      <Group gap="sm" align="flex-end">
        <Select
          label="Status"
          placeholder="Any"
          clearable
          data={statusChoice}
          value={filter.status ?? null}
          onChange={(value) => change('status', value)}
        />
        <Select
          label="Event"
          placeholder="Any"
          clearable
          searchable
          data={[...allEventTypes]}
          value={filter.event_type ?? null}
          onChange={(value) => change('event_type', value)}
        />
        {endpointId === null && (
          <EndpointSelect value={filter.endpoint_id ?? null} onChange={(id) => change('endpoint_id', id)} />
        )}
      </Group>
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={5} height={44} />}
      {items && items.length > 0 && (
        <DataTable
          title="Webhook deliveries"
          minWidth={680}
          columns={['Event', 'Status', 'Attempts', 'Made', 'Next attempt']}
        >
          {items.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </DataTable>
      )}
      {items?.length === 0 && (
        <Text size="sm">
          {isFiltered
            ? 'None fits. Take a filter away.'
            : 'Nothing was sent yet. Deliveries appear by themselves.'}
        </Text>
      )}
      <MoreButton list={list} label="Show older ones" />
    </Stack>
  );
}

function EndpointSelect({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (id: string | null) => void;
}) {
  const { items } = useWebhookEndpoints();
  const data = (items ?? []).map(({ id, url }) => ({ value: id, label: url }));
  // One that is not on the first page, or gone, is told by its id.
  const isKnown = value === null || data.some((known) => known.value === value);
  return (
    <Select
      label="Endpoint"
      placeholder="Any"
      clearable
      searchable
      w="min(22rem, 100%)"
      data={isKnown ? data : [{ value, label: value }, ...data]}
      value={value}
      onChange={onChange}
    />
  );
}

function Row({ delivery }: { delivery: WebhookDelivery }) {
  const { id, event_type: type, attempts, created_at: at, next_attempt_at: next } = delivery;
  return (
    <Table.Tr>
      <Table.Td>
        <TextLink href={`/webhooks/deliveries/${id}`} isStrong>
          {type}
        </TextLink>
      </Table.Td>
      <Table.Td>
        <DeliveryStatusBadge delivery={delivery} />
      </Table.Td>
      <Table.Td>{numberOf(attempts)}</Table.Td>
      <Table.Td>
        <Moment at={at} />
      </Table.Td>
      <Table.Td>{next === null ? 'None' : <Moment at={next} />}</Table.Td>
    </Table.Tr>
  );
}
