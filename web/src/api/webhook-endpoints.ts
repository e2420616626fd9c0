// Webhook endpoints: the list, one, and what is done to it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CreateWebhookEndpointBody,
  NewWebhookEndpoint,
  RotatedWebhookSecret,
  UpdateWebhookEndpointBody,
  WebhookEndpoint,
} from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import type { EventType } from './event-types.ts';
import { usePaged } from './paged.ts';
import { useAction } from './use-action.ts';

export type { NewWebhookEndpoint, RotatedWebhookSecret, WebhookEndpoint };
export type EndpointChanges = UpdateWebhookEndpointBody;
export type NewEndpoint = CreateWebhookEndpointBody;

/** A test event is answered when the endpoint has answered, or its time is over. */
const triedWithinMs = 90_000;

export function useWebhookEndpoints() {
  const { client, key } = useApi();
  return usePaged<WebhookEndpoint>({
    queryKey: key('webhook-endpoints', 'list'),
    read: (page, options) => client.webhookEndpoints.list(page, options),
  });
}

export function useWebhookEndpoint(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('webhook-endpoints', 'one', id),
    queryFn: ({ signal }) => client.webhookEndpoints.get(id, { signal }),
  });
}

export function useCreateWebhookEndpoint() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    // What it answers holds the secret: it is kept no longer than the dialog that shows it.
    gcTime: 0,
    mutationFn: (body: NewEndpoint) => client.webhookEndpoints.create(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('webhook-endpoints') }),
  });
}

/** Everything that one can do to one endpoint. */
export function useWebhookEndpointActions(id: string) {
  const { client, key } = useApi();
  const queries = useQueryClient();
  const changed = (): void => {
    void queries.invalidateQueries({ queryKey: key('webhook-endpoints') });
    void queries.invalidateQueries({ queryKey: key('webhook-deliveries') });
  };
  return {
    update: useAction({
      mutationFn: (body: EndpointChanges) => client.webhookEndpoints.update(id, body),
      onSuccess: (endpoint) => {
        queries.setQueryData(key('webhook-endpoints', 'one', id), endpoint);
        changed();
      },
    }),
    rotate: useAction({
      gcTime: 0,
      mutationFn: ({ isImmediate }: { isImmediate: boolean }) =>
        client.webhookEndpoints.rotateSecret(id, { is_immediate: isImmediate }),
      onSuccess: changed,
    }),
    test: useAction({
      mutationFn: (eventType: EventType) =>
        client.webhookEndpoints.test(id, { event_type: eventType }, { timeoutMs: triedWithinMs }),
      onSuccess: changed,
    }),
    replay: useAction({
      mutationFn: (body: Parameters<typeof client.webhookEndpoints.replay>[1]) =>
        client.webhookEndpoints.replay(id, body),
      onSuccess: changed,
    }),
    remove: useAction({
      mutationFn: () => client.webhookEndpoints.delete(id),
      onSuccess: () => {
        queries.removeQueries({ queryKey: key('webhook-endpoints', 'one', id) });
        void queries.invalidateQueries({ queryKey: key('webhook-endpoints', 'list') });
      },
    }),
  };
}
