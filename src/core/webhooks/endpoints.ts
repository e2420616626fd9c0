// Webhook endpoints as their callers see them: made, changed, tried, given new secrets, removed. Each change writes its
// audit entry in its transaction. A secret leaves in the answer that made it and nowhere else.
import type { ApiKeyScope } from '../api-keys.ts';
import { changedFields, record } from '../audit.ts';
import { GatewayError, invalidField, notFound } from '../errors.ts';
import type { Page, PageRequest, Ports } from '../ports.ts';
import { type Principal, requireScope, workspaceFor } from '../principal.ts';
import type { Secret } from '../secret.ts';
import { type Attempts, cancelledAtOnce } from './attempts.ts';
import type { WebhookAttempt, WebhookDelivery } from './delivery.ts';
import {
  signingSecrets,
  type WebhookEndpoint,
  type WebhookEventType,
  type WebhookSignature,
} from './endpoint.ts';
import { sampleEvent } from './event-data.ts';
import type { FanOut } from './fan-out.ts';
import { formats } from './formats/index.ts';
import { openVendorKey, sealVendorKey } from './formats/vendor-key.ts';
import { newKeys, newTextKey } from './keys.ts';
import { newEndpoint, requireCallable } from './new-endpoint.ts';

export type WebhookEndpoints = ReturnType<typeof createWebhookEndpoints>;

export type NewWebhookEndpoint = {
  url: string;
  description: string;
  /** Null = all, also those that come with later releases. */
  eventTypes: WebhookEventType[] | null;
  signature: WebhookSignature;
};

export type WebhookEndpointChanges = Partial<
  Pick<WebhookEndpoint, 'url' | 'description' | 'eventTypes' | 'status'>
>;

/** Of a workspace; those of connect sessions are not counted. */
const endpointsMax = 50;
/** For so long the old secret signs beside the new one. */
const rotationMilliseconds = 24 * 3600 * 1000;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'settings' | 'webhookSender'> & {
  attempts: Attempts;
  tellEarlier: FanOut['tellEarlier'];
};

/** The workspace to act in; null = the installation, for its keys that name none. Throws `permission_denied`. */
export function ownerFor(principal: Principal, scope: ApiKeyScope): string | null {
  if (!principal.isInstallation) return workspaceFor(principal, scope);
  requireScope(principal, scope);
  return principal.workspaceId;
}

export function createWebhookEndpoints(ports: Needs) {
  const { clock, random, store, settings, webhookSender, attempts, tellEarlier } = ports;

  async function owned(workspaceId: string | null, id: string): Promise<WebhookEndpoint> {
    const endpoint = await store.webhookEndpoints.byId(id);
    if (!endpoint || endpoint.workspaceId !== workspaceId) throw notFound('webhook endpoint', workspaceId);
    return endpoint;
  }

  return {
    /** Throws `invalid_request` for a URL that may not be called, `conflict` when there are too many. */
    async create(
      principal: Principal,
      request: NewWebhookEndpoint,
    ): Promise<{ endpoint: WebhookEndpoint; secret: Secret<string> | null }> {
      const workspaceId = ownerFor(principal, 'webhooks:create');
      await requireCallable(webhookSender, '/url', request.url);
      await tellEarlier();
      const endpoint = newEndpoint(ports, { ...request, workspaceId, connectSessionId: null });
      await store.transaction(async (rows) => {
        await rows.lock(`webhook endpoints of ${workspaceId ?? 'the installation'}`);
        if ((await rows.webhookEndpoints.count(workspaceId)) >= endpointsMax) {
          throw new GatewayError(
            'conflict',
            `There are ${endpointsMax} webhook endpoints already; remove one.`,
          );
        }
        await rows.webhookEndpoints.insert(endpoint);
        const action = 'webhook_endpoint.created';
        await record(ports, rows, principal, { workspaceId, action, objectId: endpoint.id });
      });
      return { endpoint, secret: shared(endpoint) };
    },

    /** Those that stand by themselves, or those of a connect session; oldest first. */
    async list(
      principal: Principal,
      { connectSessionId }: { connectSessionId: string | null },
      page: PageRequest,
    ): Promise<Page<WebhookEndpoint>> {
      return store.webhookEndpoints.list(ownerFor(principal, 'webhooks:read'), connectSessionId, page);
    },

    async read(principal: Principal, id: string): Promise<WebhookEndpoint> {
      return owned(ownerFor(principal, 'webhooks:read'), id);
    },

    /**
     * Switched off, what waits for it is cancelled; switched on, it begins with a clean record, and what was cancelled
     * can be replayed.
     */
    async update(
      principal: Principal,
      id: string,
      changes: WebhookEndpointChanges,
    ): Promise<WebhookEndpoint> {
      const workspaceId = ownerFor(principal, 'webhooks:update');
      const before = await owned(workspaceId, id);
      const url = changes.url ?? before.url;
      // A vendor's settings may be there before their URL is.
      const isUsed = changes.url !== undefined || (changes.status === 'enabled' && before.url === '');
      if (isUsed) await requireCallable(webhookSender, '/url', url);
      const now = clock.now();
      const switched =
        changes.status !== undefined && changes.status !== before.status ? changes.status : null;
      const isNewUrl = changes.url !== undefined && changes.url !== before.url;
      await store.transaction(async (rows) => {
        const columns = {
          ...changes,
          ...(switched === 'enabled' ? { disabledReason: null, disabledAt: null } : {}),
          ...(switched === 'disabled' ? { disabledReason: 'caller' as const, disabledAt: now } : {}),
          ...(switched === 'enabled' || isNewUrl ? { failingSince: null, heldUntil: 0 } : {}),
          updatedAt: now,
        };
        if (!(await rows.webhookEndpoints.update(id, columns)))
          throw notFound('webhook endpoint', workspaceId);
        if (switched === 'disabled') await rows.webhookDeliveries.cancelOf(id, now, cancelledAtOnce);
        const action = 'webhook_endpoint.updated';
        await record(ports, rows, principal, {
          workspaceId,
          action,
          objectId: id,
          data: changedFields(changes),
        });
      });
      return owned(workspaceId, id);
    },

    /** With its deliveries. */
    async remove(principal: Principal, id: string): Promise<void> {
      const workspaceId = ownerFor(principal, 'webhooks:delete');
      await owned(workspaceId, id);
      await store.transaction(async (rows) => {
        if (!(await rows.webhookEndpoints.remove(id))) throw notFound('webhook endpoint', workspaceId);
        const action = 'webhook_endpoint.deleted';
        await record(ports, rows, principal, { workspaceId, action, objectId: id });
      });
    },

    /**
     * A new key of the same kind. The old one signs beside it for a day, or with `isImmediate` not at all; a vendor's
     * format has one signature, so there it ends at once. Throws `conflict` while an old one still signs, unless
     * `isImmediate`: two sign at most, and what was promised of the older one would be broken.
     */
    async rotateSecret(
      principal: Principal,
      id: string,
      { isImmediate }: { isImmediate: boolean },
    ): Promise<{ endpoint: WebhookEndpoint; secret: Secret<string> | null }> {
      const workspaceId = ownerFor(principal, 'webhooks:update');
      const before = await owned(workspaceId, id);
      const keys = newKeys(random, before.signature);
      const isVendors = before.format !== 'standard';
      const text = newTextKey(random);
      const now = clock.now();
      await store.transaction(async (rows) => {
        await rows.lock(`secret of webhook endpoint ${id}`);
        const old = await rows.webhookEndpoints.byId(id);
        if (!old) throw notFound('webhook endpoint', workspaceId);
        if (!isImmediate && signingSecrets(old, now).length > 1) throw underWay(old);
        await rows.webhookEndpoints.update(id, {
          ...(isVendors
            ? { secret: sealVendorKey({ ...openVendorKey(old.secret), secret: text.reveal() }) }
            : keys),
          previousSecret: isImmediate || isVendors ? null : old.secret,
          previousSecretUntil: isImmediate || isVendors ? null : now + rotationMilliseconds,
          updatedAt: now,
        });
        const action = 'webhook_endpoint.secret_rotated';
        const data = { is_immediate: isImmediate };
        await record(ports, rows, principal, { workspaceId, action, objectId: id, data });
      });
      const endpoint = await owned(workspaceId, id);
      if (isVendors) return { endpoint, secret: text };
      return { endpoint, secret: endpoint.signature === 'hmac' ? keys.secret : null };
    },

    /**
     * Sends an example now, also to an endpoint that is switched off, and waits for the answer. It is tried once and
     * counts neither for nor against the endpoint. Throws `invalid_request` for a type that the format cannot tell.
     */
    async test(
      principal: Principal,
      id: string,
      { eventType, signal }: { eventType: WebhookEventType; signal: AbortSignal },
    ): Promise<{ delivery: WebhookDelivery; attempts: WebhookAttempt[] }> {
      const workspaceId = ownerFor(principal, 'webhooks:update');
      const endpoint = await owned(workspaceId, id);
      const now = clock.now();
      const event = sampleEvent(eventType, {
        id: random.id(),
        endpointId: id,
        workspaceId,
        at: now,
        origin: settings.publicUrl,
      });
      const body = formats[endpoint.format].render(event, endpoint.secret);
      if (body === null) throw invalidField('/event_type', 'is not told by this format');
      const sent = { eventId: event.id, eventType, objectId: event.objectId, body };
      const { attempt, result } = await attempts.tryOnce(endpoint, sent, signal);
      const isDelivered = 'status' in result && result.status >= 200 && result.status < 300;
      const delivery: WebhookDelivery = {
        ...sent,
        isTest: true,
        id: random.id(),
        workspaceId,
        endpointId: id,
        status: isDelivered ? 'delivered' : 'failed',
        attempts: 1,
        earlierAttempts: 0,
        dueAt: now,
        claimedUntil: 0,
        createdAt: now,
        finishedAt: clock.now(),
      };
      const numbered = { ...attempt, number: 1 };
      await store.transaction(async (rows) => {
        if ((await rows.webhookEndpoints.byId(id)) === null) throw notFound('webhook endpoint', workspaceId);
        await rows.webhookDeliveries.insert([delivery]);
        await rows.webhookDeliveries.addAttempt(delivery.id, numbered);
        const action = 'webhook_endpoint.tested';
        const data = { delivery_id: delivery.id, status: delivery.status };
        await record(ports, rows, principal, { workspaceId, action, objectId: id, data });
      });
      return { delivery, attempts: [numbered] };
    },
  };
}

const underWay = ({ previousSecretUntil }: WebhookEndpoint): GatewayError => {
  const until = new Date(previousSecretUntil ?? 0).toISOString();
  return new GatewayError(
    'conflict',
    `The secret was changed already, and the one before signs until ${until}. Change it again after that, or with \`is_immediate\`: then only the new one signs.`,
  );
};

/** What the receiver has to be given; of a key pair it is the public half, which can be read at any time. */
const shared = ({ signature, secret }: WebhookEndpoint): Secret<string> | null =>
  signature === 'hmac' ? secret : null;
