// Webhooks as a whole: events become deliveries, deliveries are sent until they arrive or are given up. The parts are in
// this folder; the loops that drive them are in jobs/.
import type { InFlight } from '../in-flight.ts';
import type { Links } from '../links.ts';
import type { Ports } from '../ports.ts';
import { createAttempts } from './attempts.ts';
import { createWebhookBodies } from './bodies.ts';
import { createDeliverer } from './deliverer.ts';
import { createWebhookDeliveries } from './deliveries.ts';
import { createWebhookEndpoints } from './endpoints.ts';
import { createFanOut } from './fan-out.ts';
import { createVendorWebhooks } from './vendor-endpoints.ts';
import { type Bell, createBell } from './watch-raised.ts';

export type Webhooks = ReturnType<typeof createWebhooks>;

const dayMilliseconds = 24 * 3600 * 1000;
const prunedAtOnce = 500;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'settings' | 'webhookSender'> & {
  links: Links;
  inFlight: InFlight;
  /** Rings when this process has raised an event. */
  eventsRaised: Bell;
};

export function createWebhooks(ports: Needs) {
  const { clock, store, settings, eventsRaised } = ports;
  const deliveriesDue = createBell();
  const attempts = createAttempts(ports);
  const fanOut = createFanOut({ ...ports, deliveriesDue });
  return {
    endpoints: createWebhookEndpoints({ ...ports, attempts, tellEarlier: fanOut.tellEarlier }),
    ofVendors: createVendorWebhooks({ ...ports, tellEarlier: fanOut.tellEarlier }),
    deliveries: createWebhookDeliveries({ ...ports, deliveriesDue }),
    ...createWebhookBodies(ports),
    ...fanOut,
    ...createDeliverer({ ...ports, attempts, deliveriesDue }),
    eventsRaised,
    deliveriesDue,

    /** Deliveries that are long over, then endpoints of connect sessions and mailboxes that are no more. */
    async prune(): Promise<number> {
      const before = clock.now() - settings.webhookDeliveriesDays * dayMilliseconds;
      const deliveries = await store.webhookDeliveries.prune(before, prunedAtOnce);
      const ofSessions = await store.webhookEndpoints.pruneOfSessions(prunedAtOnce);
      return deliveries + ofSessions + (await store.webhookEndpoints.pruneOfMailboxes(prunedAtOnce));
    },
  };
}
