// From the outbox to deliveries: whom each pending event is to be told, written once, whatever happens in between. What
// an event is rendered to is decided here too, so that every attempt sends the same.
import { skewMilliseconds } from '../clock-skew.ts';
import type { GatewayEvent } from '../events.ts';
import type { Ports } from '../ports.ts';
import type { WebhookDelivery } from './delivery.ts';
import type { WebhookEndpoint } from './endpoint.ts';
import { connectSessionOf, namesIn, toldEvent } from './event-data.ts';
import { formats, type MailboxNames } from './formats/index.ts';
import type { Bell } from './watch-raised.ts';

export type FanOut = ReturnType<typeof createFanOut>;

/** Each settles a batch of events. */
const earlierRounds = 20;
/** Events that one transaction settles. */
const batchMax = 200;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'settings'> & { deliveriesDue: Bell };

export function createFanOut({ clock, random, store, settings, deliveriesDue }: Needs) {
  /** By id of the event; only where an endpoint hears of it whose format asks for them. */
  type Names = ReadonlyMap<string, MailboxNames>;

  const deliveriesOf = (
    event: GatewayEvent,
    endpoint: WebhookEndpoint,
    { names, endpoints }: { names: Names; endpoints: readonly WebhookEndpoint[] },
  ): WebhookDelivery[] => {
    const about = { mailbox: names.get(event.id) ?? null, origin: settings.publicUrl };
    const ruling = endpoints.find((one) => rules(one, endpoint)) ?? endpoint;
    const told = toldEvent(event, about);
    const format = formats[endpoint.format];
    const body = format.render(told, ruling.secret);
    const webhooks = [
      ...(body === null ? [] : [{ eventId: event.id, body }]),
      // Of the same event, but whoever takes webhooks with one id for the same one must not pass over them.
      ...(format.further?.(told, ruling.secret) ?? []).map((each) => ({ eventId: random.id(), body: each })),
    ];
    const now = clock.now();
    return webhooks.map((webhook) => ({
      ...webhook,
      id: random.id(),
      workspaceId: endpoint.workspaceId,
      endpointId: endpoint.id,
      eventType: event.type,
      objectId: event.objectId,
      isTest: false,
      status: 'pending',
      attempts: 0,
      earlierAttempts: 0,
      dueAt: now,
      claimedUntil: 0,
      createdAt: now,
      finishedAt: null,
    }));
  };

  async function listeners(events: readonly GatewayEvent[]): Promise<WebhookEndpoint[]> {
    const owners = new Set(events.map(({ workspaceId }) => workspaceId));
    const sessions = new Set(events.map(connectSessionOf).filter((id) => id !== null));
    const mailboxes = new Set(events.map(namesIn).flatMap((names) => (names ? [names.id] : [])));
    return store.webhookEndpoints.listening([...owners], [...sessions], [...mailboxes]);
  }

  async function namesOf(heard: readonly Heard[]): Promise<Names> {
    const names = new Map<string, MailboxNames>();
    for (const { event, listening } of heard) {
      const own = namesIn(event);
      if (own === null || !listening.some(({ format }) => formats[format].namesMailboxes)) continue;
      const mailbox = await store.mailboxes.byId(own.id);
      if (mailbox === null) names.set(event.id, own);
      else {
        const { id, externalId, number, email } = mailbox;
        names.set(event.id, { id, externalId, number, email });
      }
    }
    return names;
  }

  /** Answers how many events it looked at. */
  async function tellPending(): Promise<number> {
    const events = await store.events.pending(batchMax);
    if (events.length === 0) return 0;
    const endpoints = await listeners(events);
    const heard = events.map((event) => ({ event, listening: listeningTo(event, endpoints) }));
    const names = await namesOf(heard);
    const deliveries = heard.flatMap(({ event, listening }) =>
      listening.flatMap((endpoint) =>
        deliveriesOf(event, endpoint, { names, endpoints }).map((delivery) => ({ of: event.id, delivery })),
      ),
    );
    await store.transaction(async (rows) => {
      // One node at a time: two that settle the same rows would wait for one another.
      await rows.lock('fan-out of events');
      const settled = new Set(await rows.events.settle(events.map(({ id }) => id)));
      const wanted = deliveries.flatMap(({ of, delivery }) => (settled.has(of) ? [delivery] : []));
      const ids = [...new Set(wanted.map(({ endpointId }) => endpointId))].sort();
      const enabled = new Set(await rows.webhookEndpoints.holdEnabled(ids));
      await rows.webhookDeliveries.insert(wanted.filter(({ endpointId }) => enabled.has(endpointId)));
    });
    if (deliveries.length > 0) deliveriesDue.ring();
    return events.length;
  }

  return {
    tellPending,

    /**
     * Before an endpoint is made: what was written so far is for those that are there. With a longer queue, what is old
     * is told by its time.
     */
    async tellEarlier(): Promise<void> {
      for (let round = 0; round < earlierRounds; round += 1) if ((await tellPending()) === 0) return;
    },
  };
}

type Heard = { event: GatewayEvent; listening: WebhookEndpoint[] };

/** An endpoint of a mailbox stands in for the one of its workspace and format. */
function listeningTo(event: GatewayEvent, endpoints: readonly WebhookEndpoint[]): WebhookEndpoint[] {
  const hearing = endpoints.filter((endpoint) => hears(endpoint, event));
  return hearing.filter((one) => !hearing.some((other) => rules(one, other)));
}

/** Whether it says for the other one, of a mailbox, what is wanted and how it is signed. */
const rules = (standing: WebhookEndpoint, ofMailbox: WebhookEndpoint): boolean =>
  ofMailbox.mailboxId !== null &&
  standing.mailboxId === null &&
  standing.connectSessionId === null &&
  standing.workspaceId === ofMailbox.workspaceId &&
  standing.format === ofMailbox.format;

/**
 * One that came after the event does not hear of it. What was written before an endpoint is settled before it is made
 * (`tellEarlier`), so the times need only be about right: they are of two nodes' clocks. An event of a connect session
 * never comes before its endpoint.
 */
const cameBefore = (event: GatewayEvent, { connectSessionId, createdAt }: WebhookEndpoint): boolean =>
  connectSessionId === null && event.createdAt < createdAt - skewMilliseconds;

function hears(endpoint: WebhookEndpoint, event: GatewayEvent): boolean {
  if (endpoint.workspaceId !== event.workspaceId || cameBefore(event, endpoint)) return false;
  if (endpoint.eventTypes !== null && !endpoint.eventTypes.includes(event.type)) return false;
  if (endpoint.mailboxId !== null) return endpoint.mailboxId === event.objectId;
  return endpoint.connectSessionId === null || endpoint.connectSessionId === connectSessionOf(event);
}
