// From the outbox to deliveries: whom each pending event is to be told, written once, whatever happens in between. What
// an event is rendered to is decided here too, so that every attempt sends the same.
import type { GatewayEvent } from '../events.ts';
import type { Ports } from '../ports.ts';
import type { WebhookDelivery } from './delivery.ts';
import type { WebhookEndpoint } from './endpoint.ts';
import { connectSessionOf, toldEvent } from './event-data.ts';
import { formats } from './formats/index.ts';
import type { Bell } from './watch-raised.ts';

export type FanOut = ReturnType<typeof createFanOut>;

/** Events that one transaction settles. */
const batchMax = 200;

type Needs = Pick<Ports, 'clock' | 'random' | 'store'> & { deliveriesDue: Bell };

export function createFanOut({ clock, random, store, deliveriesDue }: Needs) {
  const deliveryOf = (event: GatewayEvent, endpoint: WebhookEndpoint): WebhookDelivery[] => {
    const body = formats[endpoint.format].render(toldEvent(event));
    if (body === null) return [];
    const now = clock.now();
    return [
      {
        id: random.id(),
        workspaceId: endpoint.workspaceId,
        endpointId: endpoint.id,
        eventId: event.id,
        eventType: event.type,
        objectId: event.objectId,
        body,
        status: 'pending',
        attempts: 0,
        earlierAttempts: 0,
        dueAt: now,
        claimedUntil: 0,
        createdAt: now,
        finishedAt: null,
      },
    ];
  };

  async function listeners(events: readonly GatewayEvent[]): Promise<WebhookEndpoint[]> {
    const owners = new Set(events.map(({ workspaceId }) => workspaceId));
    const sessions = new Set(events.map(connectSessionOf).filter((id) => id !== null));
    return store.webhookEndpoints.listening([...owners], [...sessions]);
  }

  return {
    /** Answers how many events it looked at. */
    async tellPending(): Promise<number> {
      const events = await store.events.pending(batchMax);
      if (events.length === 0) return 0;
      const endpoints = await listeners(events);
      const deliveries = events.flatMap((event) =>
        endpoints
          .filter((endpoint) => hears(endpoint, event))
          .flatMap((endpoint) => deliveryOf(event, endpoint)),
      );
      await store.transaction(async (rows) => {
        // One node at a time: two that settle the same rows would wait for one another.
        await rows.lock('fan-out of events');
        const settled = new Set(await rows.events.settle(events.map(({ id }) => id)));
        const wanted = deliveries.filter(({ eventId }) => settled.has(eventId));
        const ids = [...new Set(wanted.map(({ endpointId }) => endpointId))].sort();
        const enabled = new Set(await rows.webhookEndpoints.holdEnabled(ids));
        await rows.webhookDeliveries.insert(wanted.filter(({ endpointId }) => enabled.has(endpointId)));
      });
      if (deliveries.length > 0) deliveriesDue.ring();
      return events.length;
    },
  };
}

/** One that came after the event does not hear of it. */
function hears(endpoint: WebhookEndpoint, event: GatewayEvent): boolean {
  if (endpoint.workspaceId !== event.workspaceId || endpoint.createdAt > event.createdAt) return false;
  if (endpoint.eventTypes !== null && !endpoint.eventTypes.includes(event.type)) return false;
  return endpoint.connectSessionId === null || endpoint.connectSessionId === connectSessionOf(event);
}
