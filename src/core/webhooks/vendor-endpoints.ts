// The endpoints that the APIs of vendors set up: one of a workspace for each format, and of a mailbox at most one more.
// They are webhook endpoints like any others: listed, tried, replayed and switched off by the native API too.
import { changedFields, record } from '../audit.ts';
import { notFound } from '../errors.ts';
import type { Ports, StoreOperations } from '../ports.ts';
import { type Principal, workspaceFor } from '../principal.ts';
import type { Secret } from '../secret.ts';
import { cancelledAtOnce } from './attempts.ts';
import type { WebhookEndpoint, WebhookFormat } from './endpoint.ts';
import type { FanOut } from './fan-out.ts';
import {
  emptyVendorKey,
  openVendorKey,
  sealVendorKey,
  type VendorHeader,
  type VendorKey,
} from './formats/vendor-key.ts';
import { newTextKey } from './keys.ts';
import { newEndpoint, requireCallable } from './new-endpoint.ts';

type VendorFormat = Exclude<WebhookFormat, 'standard'>;

/** As they are kept; of secrets only that they are there. */
export type VendorWebhooks = {
  url: string | null;
  isEnabled: boolean;
  events: readonly string[] | null;
  headerNames: readonly string[];
  hasSecret: boolean;
};

/** What is absent stays as it is. A value of a header that is `masked` too. */
export type VendorWebhooksChanges = {
  /** Null = none. A user name and password in it become the header `Authorization`. */
  url?: string | null;
  isEnabled?: boolean;
  events?: readonly string[] | null;
  headers?: readonly VendorHeader[];
  secret?: Secret<string> | null;
};

/** As vendors show a secret; sent back, it means the one that is there. */
const masked = '******';

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'webhookSender'> & {
  tellEarlier: FanOut['tellEarlier'];
};

export function createVendorWebhooks(ports: Needs) {
  const { clock, random, store, webhookSender, tellEarlier } = ports;

  async function requireUrl(changes: VendorWebhooksChanges, field: string): Promise<void> {
    if (changes.url) await requireCallable(webhookSender, field, withoutUser(changes.url).url);
  }

  async function write(
    rows: StoreOperations,
    principal: Principal,
    at: { workspaceId: string; format: VendorFormat; mailboxId: string | null },
    changes: VendorWebhooksChanges,
  ): Promise<void> {
    const { workspaceId, format, mailboxId } = at;
    await rows.lock(`webhooks of ${format} in ${mailboxId ?? workspaceId}`);
    const now = clock.now();
    const before = await rows.webhookEndpoints.ofVendor(workspaceId, format, mailboxId);
    const old = before ? openVendorKey(before.secret) : emptyVendorKey;
    const { url, key } = changed({ url: before?.url ?? '', key: old }, changes);
    const isOn = url !== '' && (changes.isEnabled ?? (before === null || isUsable(before)));
    const data = changedFields(changes);
    if (before === null) {
      const endpoint = newEndpoint(ports, {
        ...at,
        connectSessionId: null,
        url,
        description: '',
        eventTypes: null,
        signature: 'hmac',
        secret: sealVendorKey(key),
      });
      const disabledReason = changes.isEnabled === false ? 'caller' : null;
      const off = { status: 'disabled', disabledReason, disabledAt: now } as const;
      await rows.webhookEndpoints.insert({ ...endpoint, ...(isOn ? {} : off) });
      const action = 'webhook_endpoint.created';
      await record(ports, rows, principal, { workspaceId, action, objectId: endpoint.id, data: { format } });
      return;
    }
    const { id } = before;
    const isFresh = isOn && (before.status !== 'enabled' || url !== before.url);
    await rows.webhookEndpoints.update(id, {
      url,
      secret: sealVendorKey(key),
      status: isOn ? 'enabled' : 'disabled',
      ...(isOn ? { disabledReason: null, disabledAt: null } : {}),
      ...(isFresh ? { failingSince: null, heldUntil: 0 } : {}),
      ...(changes.isEnabled === false ? { disabledReason: 'caller' as const, disabledAt: now } : {}),
      ...(changes.isEnabled === true && !isOn ? { disabledReason: null } : {}),
      updatedAt: now,
    });
    if (!isOn) await rows.webhookDeliveries.cancelOf(id, now, cancelledAtOnce);
    await record(ports, rows, principal, {
      workspaceId,
      action: 'webhook_endpoint.updated',
      objectId: id,
      data,
    });
  }

  return {
    /** Of the workspace; null = nothing was set. */
    async read(principal: Principal, format: VendorFormat): Promise<VendorWebhooks | null> {
      const workspaceId = workspaceFor(principal, 'webhooks:read');
      const endpoint = await store.webhookEndpoints.ofVendor(workspaceId, format, null);
      return endpoint && shown(endpoint);
    },

    /**
     * Makes or changes the one of the workspace. Needs `webhooks:update`. Throws `invalid_request` with `field` for a
     * URL that may not be called.
     */
    async set(
      principal: Principal,
      format: VendorFormat,
      { field, changes }: { field: string; changes: VendorWebhooksChanges },
    ): Promise<void> {
      const workspaceId = workspaceFor(principal, 'webhooks:update');
      await requireUrl(changes, field);
      await tellEarlier();
      await store.transaction((rows) =>
        write(rows, principal, { workspaceId, format, mailboxId: null }, changes),
      );
    },

    /** For a vendor that makes the secret itself: a new one, which signs from now on. */
    newSecret: (): Secret<string> => newTextKey(random),

    /** Throws `invalid_request` with `field`. To be asked before the mailbox is touched. */
    requireUrl: (url: string, field: string): Promise<void> => requireUrl({ url }, field),

    /**
     * The same for one mailbox, in place of that of its workspace. Needs `mailboxes:update`: it tells of nothing but
     * what whoever may change the mailbox can read of it. Without a URL it is removed, and with it what waits for it.
     */
    async setOfMailbox(
      principal: Principal,
      format: VendorFormat,
      {
        mailboxId,
        field,
        changes,
      }: { mailboxId: string; field: string; changes: Pick<VendorWebhooksChanges, 'url' | 'headers'> },
    ): Promise<void> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      await requireUrl(changes, field);
      // That the mailbox was connected is for the URL of the settings, however soon this comes after it.
      await tellEarlier();
      await store.transaction(async (rows) => {
        const mailbox = await rows.mailboxes.byId(mailboxId);
        if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
        const endpoint = await rows.webhookEndpoints.ofVendor(workspaceId, format, mailboxId);
        if (changes.url !== null) {
          // Headers alone have nowhere to go.
          if (changes.url === undefined && endpoint === null) return;
          await write(rows, principal, { workspaceId, format, mailboxId }, changes);
        } else if (endpoint) {
          await rows.webhookEndpoints.remove(endpoint.id);
          const action = 'webhook_endpoint.deleted';
          await record(ports, rows, principal, { workspaceId, action, objectId: endpoint.id });
        }
      });
    },
  };
}

/**
 * One that was switched off for what it answered, or by a caller, stays so until somebody says otherwise. One that only
 * has no URL yet has no reason.
 */
const isUsable = ({ status, disabledReason }: WebhookEndpoint): boolean =>
  status === 'enabled' || disabledReason === null;

function changed(
  before: { url: string; key: VendorKey },
  { url: entered, events, headers, secret }: VendorWebhooksChanges,
): { url: string; key: VendorKey } {
  const { url, authorization } =
    entered === undefined
      ? { url: before.url, authorization: before.key.authorization }
      : withoutUser(entered ?? '');
  // The URL as it is shown has no user name, and sent back it means the one that is there.
  const isSame = entered !== undefined && url === before.url && authorization === null;
  return {
    url,
    key: {
      secret: secret === undefined ? before.key.secret : (secret?.reveal() ?? null),
      events: events === undefined ? before.key.events : events,
      authorization: isSame ? before.key.authorization : authorization,
      headers: headers === undefined ? before.key.headers : unmasked(headers, before.key.headers),
    },
  };
}

const unmasked = (headers: readonly VendorHeader[], before: readonly VendorHeader[]): VendorHeader[] =>
  headers.flatMap((header) => {
    if (header.value !== masked) return [header];
    const old = before.find(({ key }) => key.toLowerCase() === header.key.toLowerCase());
    return old ? [old] : [];
  });

/** A text that is no URL is left as it is; it is refused elsewhere. */
function withoutUser(text: string): { url: string; authorization: string | null } {
  const url = URL.parse(text);
  if (url === null || (url.username === '' && url.password === '')) return { url: text, authorization: null };
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = '';
  url.password = '';
  return { url: url.href, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shown(endpoint: WebhookEndpoint): VendorWebhooks {
  const { url, secret } = endpoint;
  const key = openVendorKey(secret);
  return {
    url: url === '' ? null : url,
    isEnabled: isUsable(endpoint),
    events: key.events,
    headerNames: key.headers.map(({ key: name }) => name),
    hasSecret: key.secret !== null,
  };
}
