// Webhook deliveries: what was sent, what came back, and sending it again.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { WebhookDelivery, WebhookDeliveryDetails } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import type { EventType } from './event-types.ts';
import { usePaged } from './paged.ts';
import { useAction } from './use-action.ts';

export type { WebhookDelivery, WebhookDeliveryDetails };
export type DeliveryStatus = WebhookDelivery['status'];
export type Attempt = WebhookDeliveryDetails['attempts'][number];
export type DeliveryFilter = { endpoint_id?: string; status?: DeliveryStatus; event_type?: EventType };

export const deliveryStatusNames = [
  'pending',
  'delivered',
  'failed',
  'cancelled',
] as const satisfies readonly DeliveryStatus[];

const listMs = 5_000;
const watchMs = 2_000;

export function useWebhookDeliveries(filter: DeliveryFilter) {
  const { client, key } = useApi();
  return usePaged<WebhookDelivery>({
    queryKey: key('webhook-deliveries', 'list', filter),
    everyMs: listMs,
    limit: 25,
    read: (page, options) => client.webhookDeliveries.list({ ...filter, ...page }, options),
  });
}

/** Looked at again and again while it is not over. */
export function useWebhookDelivery(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('webhook-deliveries', 'one', id),
    queryFn: ({ signal }) => client.webhookDeliveries.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? watchMs : false),
  });
}

export function useReplayDelivery(id: string) {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: () => client.webhookDeliveries.replay(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('webhook-deliveries') }),
  });
}
