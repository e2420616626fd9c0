// One attempt: a delivery is signed and sent, and what came of it is written, with what it means for the endpoint. When
// something is sent, and how much at once, is deliverer.ts's.
import { record } from '../audit.ts';
import { raise } from '../events.ts';
import type { Links } from '../links.ts';
import type { WebhookResult } from '../ports/webhooks.ts';
import type { Ports, StoreOperations } from '../ports.ts';
import { judge, type WebhookAttempt, type WebhookDelivery } from './delivery.ts';
import { withoutEchoes } from './echoes.ts';
import { signingSecrets, type WebhookEndpoint } from './endpoint.ts';
import { formats } from './formats/index.ts';
import { bodyToSend } from './reconnect-links.ts';

export type Attempts = ReturnType<typeof createAttempts>;

/** With no attempt succeeding for so long, an endpoint is switched off. */
const failingMillisecondsMax = 5 * 24 * 3600 * 1000;
/** What waits for an endpoint is cancelled with it, so many at once; the rest when its time comes. */
export const cancelledAtOnce = 1_000;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'webhookSender'> & { links: Links };

export type Tried = { attempt: Omit<WebhookAttempt, 'number'>; result: WebhookResult };

export function createAttempts(ports: Needs) {
  const { clock, random, log, store, webhookSender } = ports;

  /** Never throws for what the endpoint, the network or a key may do. */
  async function tryOnce(
    endpoint: WebhookEndpoint,
    delivery: Pick<WebhookDelivery, 'eventId' | 'eventType' | 'objectId' | 'body'>,
    signal: AbortSignal,
  ): Promise<Tried> {
    const startedAt = clock.now();
    const result = await send(endpoint, delivery, startedAt, signal);
    const answer = 'status' in result ? result : null;
    return {
      result,
      attempt: {
        startedAt,
        durationMilliseconds: Math.max(0, clock.now() - startedAt),
        responseStatus: answer?.status ?? null,
        failure: failureOf(result),
        responseBody: answer?.excerpt ?? null,
      },
    };
  }

  async function send(
    endpoint: WebhookEndpoint,
    delivery: Pick<WebhookDelivery, 'eventId' | 'eventType' | 'objectId' | 'body'>,
    at: number,
    signal: AbortSignal,
  ): Promise<WebhookResult> {
    const { text: body, token } = await bodyToSend(ports, delivery);
    const secrets = [...signingSecrets(endpoint, at), ...(await rulingSecrets(endpoint))];
    const format = formats[endpoint.format];
    let headers: Record<string, string>;
    let handed: readonly string[];
    try {
      headers = format.headers({ id: delivery.eventId, at, body, secrets });
      handed = [...(token === null ? [] : [token]), ...secrets.flatMap(format.credentials)];
    } catch (error) {
      log.error('a webhook could not be signed', { endpointId: endpoint.id, error });
      return { failure: 'not_signed' };
    }
    const result = await webhookSender.send(endpoint.url, { headers, body, signal });
    return 'status' in result ? { ...result, excerpt: withoutEchoes(result.excerpt, handed) } : result;
  }

  /** The endpoint of a mailbox is signed with what its workspace has for the same format. */
  async function rulingSecrets({ workspaceId, format, mailboxId }: WebhookEndpoint) {
    if (workspaceId === null || mailboxId === null) return [];
    const ruling = await store.webhookEndpoints.ofVendor(workspaceId, format, null);
    return ruling ? [ruling.secret] : [];
  }

  async function disable(
    rows: StoreOperations,
    endpoint: WebhookEndpoint,
    reason: 'gone' | 'failing',
    at: number,
  ): Promise<void> {
    const failingBefore = reason === 'failing' ? at - failingMillisecondsMax : null;
    if (!(await rows.webhookEndpoints.disable(endpoint.id, { reason, at, failingBefore }))) return;
    await rows.webhookDeliveries.cancelOf(endpoint.id, at, cancelledAtOnce);
    const { workspaceId, failingSince } = endpoint;
    await raise(ports, rows, {
      workspaceId,
      type: 'webhook_endpoint.disabled',
      objectId: endpoint.id,
      data: {
        disabled_reason: reason,
        failing_since: failingSince === null ? null : new Date(failingSince).toISOString(),
      },
      createdAt: at,
    });
    const by = { kind: 'gateway', id: null } as const;
    const action = 'webhook_endpoint.disabled';
    await record(ports, rows, by, { workspaceId, action, objectId: endpoint.id, data: { reason } });
  }

  /** Gives the claim back, as if nothing had been tried. */
  const release = (delivery: WebhookDelivery, at: number): Promise<boolean> => {
    const { id, claimedUntil, attempts } = delivery;
    const settled = { status: 'pending', attempts, dueAt: at, finishedAt: null } as const;
    return store.webhookDeliveries.settle(id, claimedUntil, settled);
  };

  async function keep(endpoint: WebhookEndpoint, delivery: WebhookDelivery, tried: Tried): Promise<void> {
    const now = clock.now();
    const attempts = delivery.attempts + 1;
    const madeNow = attempts - delivery.earlierAttempts;
    const { status, dueAt, heldUntil, isGone } = judge(tried.result, { madeNow, now, random });
    const finishedAt = status === 'pending' ? null : now;
    await store.transaction(async (rows) => {
      const settled = { status, attempts, dueAt, finishedAt };
      // Somebody else has it by now: what they wrote stands.
      if (!(await rows.webhookDeliveries.settle(delivery.id, delivery.claimedUntil, settled))) return;
      await rows.webhookDeliveries.addAttempt(delivery.id, { ...tried.attempt, number: attempts });
      if (status === 'delivered') return rows.webhookEndpoints.noteSuccess(endpoint.id);
      await rows.webhookEndpoints.noteFailure(endpoint.id, { at: tried.attempt.startedAt, heldUntil });
      const isLong = (endpoint.failingSince ?? now) <= now - failingMillisecondsMax;
      if (isGone || isLong) await disable(rows, endpoint, isGone ? 'gone' : 'failing', now);
    });
  }

  return {
    tryOnce,

    /** Sends a claimed delivery and writes what came of it. */
    async deliver(delivery: WebhookDelivery, signal: AbortSignal): Promise<void> {
      const endpoint = await store.webhookEndpoints.forSending(delivery.endpointId);
      if (endpoint === null || endpoint.status !== 'enabled') {
        const { id, claimedUntil, attempts } = delivery;
        const at = clock.now();
        const settled = { status: 'cancelled', attempts, dueAt: at, finishedAt: at } as const;
        await store.webhookDeliveries.settle(id, claimedUntil, settled);
        return;
      }
      const tried = await tryOnce(endpoint, delivery, signal);
      if ('aborted' in tried.result) await release(delivery, clock.now());
      else await keep(endpoint, delivery, tried);
    },
  };
}

/** What was broken off by the end of this process has no answer either. */
const failureOf = (result: WebhookResult): WebhookAttempt['failure'] => {
  if ('failure' in result) return result.failure;
  return 'aborted' in result ? 'connection_broken' : null;
};
