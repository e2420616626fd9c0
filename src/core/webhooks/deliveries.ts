// Deliveries as their callers see them: what was sent, what came back, and sending it again.
import { record } from '../audit.ts';
import { GatewayError, notFound } from '../errors.ts';
import type { Page, PageRequest, Ports, WebhookDeliveryFilter } from '../ports.ts';
import type { Principal } from '../principal.ts';
import type { WebhookAttempt, WebhookDelivery, WebhookDeliveryStatus } from './delivery.ts';
import { ownerFor } from './endpoints.ts';
import type { Bell } from './watch-raised.ts';

export type WebhookDeliveries = ReturnType<typeof createWebhookDeliveries>;

/** Of one call; whoever has more calls again. */
const replayedMax = 1_000;

type Replay = {
  since: number;
  statuses: readonly Exclude<WebhookDeliveryStatus, 'pending'>[];
  after: string | null;
};

type Needs = Pick<Ports, 'clock' | 'random' | 'store'> & { deliveriesDue: Bell };

export function createWebhookDeliveries(ports: Needs) {
  const { clock, store, deliveriesDue } = ports;

  async function owned(workspaceId: string | null, id: string): Promise<WebhookDelivery> {
    const delivery = await store.webhookDeliveries.byId(id);
    if (!delivery || delivery.workspaceId !== workspaceId) throw notFound('webhook delivery', workspaceId);
    return delivery;
  }

  /** Throws `not_found`, or `conflict` for one that is switched off: nothing would be sent. */
  async function requireEnabled(workspaceId: string | null, id: string): Promise<void> {
    const endpoint = await store.webhookEndpoints.byId(id);
    if (!endpoint || endpoint.workspaceId !== workspaceId) throw notFound('webhook endpoint', workspaceId);
    if (endpoint.status === 'enabled') return;
    throw new GatewayError('conflict', 'The webhook endpoint is disabled. Enable it, then replay.');
  }

  return {
    /** Newest first. */
    async list(
      principal: Principal,
      filter: WebhookDeliveryFilter,
      page: PageRequest,
    ): Promise<Page<WebhookDelivery>> {
      return store.webhookDeliveries.list(ownerFor(principal, 'webhooks:read'), filter, page);
    },

    async read(
      principal: Principal,
      id: string,
    ): Promise<{ delivery: WebhookDelivery; attempts: WebhookAttempt[] }> {
      const delivery = await owned(ownerFor(principal, 'webhooks:read'), id);
      return { delivery, attempts: await store.webhookDeliveries.attemptsOf(id) };
    },

    /**
     * Sends it again now, whatever became of it, with the same `webhook-id` and the whole schedule before it. One that
     * is being sent at this moment is left to that attempt. Throws `conflict` for an example that was sent by hand.
     */
    async replay(principal: Principal, id: string): Promise<WebhookDelivery> {
      const workspaceId = ownerFor(principal, 'webhooks:update');
      const { endpointId, isTest } = await owned(workspaceId, id);
      if (isTest) {
        throw new GatewayError('conflict', 'This was a test event, which is sent once. Send another one.');
      }
      await requireEnabled(workspaceId, endpointId);
      await store.transaction(async (rows) => {
        if (!(await rows.webhookDeliveries.replay(id, clock.now()))) return;
        const action = 'webhook_delivery.replayed';
        await record(ports, rows, principal, { workspaceId, action, objectId: id });
      });
      deliveriesDue.ring();
      return owned(workspaceId, id);
    },

    /**
     * The same for the deliveries of an endpoint, but for test events, that were made at `since` or later and have one
     * of these statuses: the oldest thousand behind `after`. `next` = where the rest begins, null when there is none:
     * what was replayed may have been delivered by then, and without it would be found and sent once more.
     */
    async replayOf(
      principal: Principal,
      endpointId: string,
      { since, statuses, after }: Replay,
    ): Promise<{ replayed: number; next: string | null }> {
      const workspaceId = ownerFor(principal, 'webhooks:update');
      await requireEnabled(workspaceId, endpointId);
      const replayed = await store.transaction(async (rows) => {
        const wanted = { since, statuses, after, now: clock.now(), limit: replayedMax };
        const { count, last } = await rows.webhookDeliveries.replayOf(endpointId, wanted);
        if (count === 0) return { count, last };
        const action = 'webhook_delivery.replayed';
        const data = { since: new Date(since).toISOString(), statuses, count };
        await record(ports, rows, principal, { workspaceId, action, objectId: endpointId, data });
        return { count, last };
      });
      if (replayed.count > 0) deliveriesDue.ring();
      return { replayed: replayed.count, next: replayed.count < replayedMax ? null : replayed.last };
    },
  };
}
