// Webhook endpoints as rows: their secrets sealed, their health noted by single statements that any node may make.
import { sql } from 'kysely';
import type { StoreOperations } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { WebhookEndpoint } from '../../core/webhooks/endpoint.ts';
import { textsColumn } from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readable, readRow, sealColumn } from '../row.ts';
import type { WebhookEndpointsTable } from '../schema.ts';
import {
  webhookDisabledReasons,
  webhookEndpointStatuses,
  webhookEventTypes,
  webhookFormats,
  webhookSignatures,
  wordsOf,
} from '../words.ts';
import { type Context, changed } from './context.ts';
import { insertOwned } from './workspace-members.ts';

export const webhookEndpointOperations = ({
  session,
  keyring,
}: Context): StoreOperations['webhookEndpoints'] => {
  const ofOwner = (workspaceId: string | null) =>
    session.reader
      .selectFrom('webhook_endpoints')
      .where('workspace_id', workspaceId === null ? 'is' : '=', workspaceId)
      // Those of a newer release, which runs beside this one during an update, are for that one.
      .where('format', 'in', wordsOf(webhookFormats));
  const read = (row: Row): WebhookEndpoint => endpointFromRow(row, keyring);

  return {
    insert: (endpoint) => insertOwned(session, 'webhook_endpoints', rowFromEndpoint(endpoint, keyring)),
    byId: async (id) => {
      const row = await session.reader
        .selectFrom('webhook_endpoints')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : read(row);
    },
    forSending: async (id) => {
      const row = await session.reader
        .selectFrom('webhook_endpoints')
        .leftJoin('workspaces', 'workspaces.id', 'webhook_endpoints.workspace_id')
        .selectAll('webhook_endpoints')
        .where('webhook_endpoints.id', '=', id)
        .where('workspaces.deleted_at', 'is', null)
        .executeTakeFirst();
      return row === undefined ? null : read(row);
    },
    list: async (workspaceId, connectSessionId, page) => {
      let query = ofOwner(workspaceId)
        .selectAll()
        .where('connect_session_id', connectSessionId === null ? 'is' : '=', connectSessionId);
      if (page.after !== null) query = query.where('id', '>', page.after);
      const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
      return pageOf(rows, page, { map: read, idOf: (row) => row.id });
    },
    ofVendor: async (workspaceId, format, mailboxId) => {
      const row = await ofOwner(workspaceId)
        .selectAll()
        .where('format', '=', format)
        .where('connect_session_id', 'is', null)
        .where('mailbox_id', mailboxId === null ? 'is' : '=', mailboxId)
        .orderBy('id')
        .executeTakeFirst();
      return row === undefined ? null : read(row);
    },
    count: async (workspaceId) => {
      const row = await ofOwner(workspaceId)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('connect_session_id', 'is', null)
        .where('mailbox_id', 'is', null)
        .executeTakeFirstOrThrow();
      return readRow('webhook_endpoints', row).integer('count');
    },
    update: async (id, changes) =>
      changed(
        await session.writer
          .updateTable('webhook_endpoints')
          // A column set to itself: an UPDATE without any would not be SQL.
          .set((eb) => ({ format: eb.ref('format'), ...changedColumns(id, changes, keyring) }))
          .where('id', '=', id)
          .executeTakeFirst(),
      ),
    remove: async (id) => {
      const { numDeletedRows } = await session.writer
        .deleteFrom('webhook_endpoints')
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    listening: async (workspaceIds, connectSessionIds, mailboxIds) => {
      const owners = workspaceIds.filter((id) => id !== null);
      const enabled = session.reader
        .selectFrom('webhook_endpoints')
        .selectAll()
        .where('status', '=', 'enabled')
        .where('format', 'in', wordsOf(webhookFormats));
      const rows: Row[] = [];
      const standing = enabled.where('connect_session_id', 'is', null).where('mailbox_id', 'is', null);
      if (owners.length > 0) rows.push(...(await standing.where('workspace_id', 'in', owners).execute()));
      if (workspaceIds.includes(null)) {
        rows.push(...(await standing.where('workspace_id', 'is', null).execute()));
      }
      if (connectSessionIds.length > 0) {
        rows.push(...(await enabled.where('connect_session_id', 'in', connectSessionIds).execute()));
      }
      if (mailboxIds.length > 0) {
        rows.push(...(await enabled.where('mailbox_id', 'in', mailboxIds).execute()));
      }
      return readable(rows, read);
    },
    holdEnabled: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await session
        .heldAgainstChanges(
          session.writer
            .selectFrom('webhook_endpoints')
            .select('id')
            .where('id', 'in', ids)
            .where('status', '=', 'enabled')
            .orderBy('id'),
        )
        .execute();
      return rows.map(({ id }) => id);
    },
    noteSuccess: async (id) => {
      await session.writer
        .updateTable('webhook_endpoints')
        .set({ failing_since: null, held_until: 0 })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('failing_since', 'is not', null), eb('held_until', '>', 0)]))
        .execute();
    },
    noteFailure: async (id, { at, heldUntil }) => {
      await session.writer
        .updateTable('webhook_endpoints')
        .set({
          failing_since: sql<number>`coalesce(failing_since, ${sql.lit(at)})`,
          held_until: sql<number>`case when held_until < ${sql.lit(heldUntil)} then ${sql.lit(heldUntil)} else held_until end`,
        })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('failing_since', 'is', null), eb('held_until', '<', heldUntil)]))
        .execute();
    },
    disable: async (id, { reason, at, failingBefore }) => {
      let disabling = session.writer
        .updateTable('webhook_endpoints')
        .set({ status: 'disabled', disabled_reason: reason, disabled_at: at, updated_at: at })
        .where('id', '=', id)
        .where('status', '=', 'enabled');
      if (failingBefore !== null) disabling = disabling.where('failing_since', '<=', failingBefore);
      return changed(await disabling.executeTakeFirst());
    },
    pruneOfSessions: async (limit) => {
      const over = session.writer
        .selectFrom('webhook_endpoints')
        .select('webhook_endpoints.id')
        .where('connect_session_id', 'is not', null)
        // Asked for one endpoint after the other: behind `not exists` PostgreSQL may read all sessions at once.
        .where(
          sql<boolean>`(select id from connect_sessions where id = webhook_endpoints.connect_session_id) is null`,
        )
        .where(
          sql<boolean>`(select min(id) from webhook_deliveries
            where endpoint_id = webhook_endpoints.id and status in ('pending', 'failed')) is null`,
        )
        .limit(limit);
      const { numDeletedRows } = await session.writer
        .deleteFrom('webhook_endpoints')
        .where('id', 'in', session.claimable(over))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    pruneOfMailboxes: async (limit) => {
      const over = session.writer
        .selectFrom('webhook_endpoints')
        .select('webhook_endpoints.id')
        .where('mailbox_id', 'is not', null)
        .where(sql<boolean>`(select id from mailboxes where id = webhook_endpoints.mailbox_id) is null`)
        // That it was removed may not have been told yet.
        .where(
          sql<boolean>`(select min(id) from events
            where is_pending = 1 and object_id = webhook_endpoints.mailbox_id) is null`,
        )
        .where(
          sql<boolean>`(select min(id) from webhook_deliveries
            where endpoint_id = webhook_endpoints.id and status in ('pending', 'failed')) is null`,
        )
        .limit(limit);
      const { numDeletedRows } = await session.writer
        .deleteFrom('webhook_endpoints')
        .where('id', 'in', session.claimable(over))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
};

type SecretColumn = 'secret' | 'previous_secret';

const sealed = (rowId: string, column: SecretColumn, value: Secret<string>, keyring: Keyring): Uint8Array =>
  sealColumn(keyring, { table: 'webhook_endpoints', column, rowId }, value);

const rowFromEndpoint = (endpoint: WebhookEndpoint, keyring: Keyring): WebhookEndpointsTable => {
  const { id, secret, previousSecret, eventTypes } = endpoint;
  return {
    id,
    workspace_id: endpoint.workspaceId,
    connect_session_id: endpoint.connectSessionId,
    mailbox_id: endpoint.mailboxId,
    url: endpoint.url,
    description: endpoint.description,
    event_types: eventTypes === null ? null : JSON.stringify(eventTypes),
    format: endpoint.format,
    signature: endpoint.signature,
    public_key: endpoint.publicKey,
    secret: sealed(id, 'secret', secret, keyring),
    previous_secret: previousSecret && sealed(id, 'previous_secret', previousSecret, keyring),
    previous_secret_until: endpoint.previousSecretUntil,
    status: endpoint.status,
    disabled_reason: endpoint.disabledReason,
    disabled_at: endpoint.disabledAt,
    failing_since: endpoint.failingSince,
    held_until: endpoint.heldUntil,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
  };
};

/** Only the columns of the members that are given. */
const changedColumns = (
  id: string,
  changes: Parameters<StoreOperations['webhookEndpoints']['update']>[1],
  keyring: Keyring,
): Partial<WebhookEndpointsTable> => {
  const { eventTypes, secret, previousSecret } = changes;
  const columns: Partial<Record<keyof WebhookEndpointsTable, unknown>> = {
    url: changes.url,
    description: changes.description,
    event_types: eventTypes === null ? null : eventTypes && JSON.stringify(eventTypes),
    signature: changes.signature,
    public_key: changes.publicKey,
    secret: secret && sealed(id, 'secret', secret, keyring),
    previous_secret: previousSecret && sealed(id, 'previous_secret', previousSecret, keyring),
    previous_secret_until: changes.previousSecretUntil,
    status: changes.status,
    disabled_reason: changes.disabledReason,
    disabled_at: changes.disabledAt,
    failing_since: changes.failingSince,
    held_until: changes.heldUntil,
    updated_at: changes.updatedAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

const endpointFromRow = (row: Row, keyring: Keyring): WebhookEndpoint => {
  const reader = readRow('webhook_endpoints', row);
  const { text, textOrNull, integer, integerOrNull } = reader;
  const id = text('id');
  const disabledReason = textOrNull('disabled_reason');
  const eventTypes = reader.jsonOrNull('event_types', textsColumn);
  const known = wordsOf(webhookEventTypes);
  return {
    id,
    workspaceId: textOrNull('workspace_id'),
    connectSessionId: textOrNull('connect_session_id'),
    mailboxId: textOrNull('mailbox_id'),
    url: text('url'),
    description: text('description'),
    // Types of a newer release are that one's to tell of.
    eventTypes: eventTypes && known.filter((type) => eventTypes.includes(type)),
    format: reader.oneOf('format', webhookFormats),
    signature: reader.oneOf('signature', webhookSignatures),
    publicKey: textOrNull('public_key'),
    secret: reader.opened('secret', keyring, id),
    previousSecret: row.previous_secret === null ? null : reader.opened('previous_secret', keyring, id),
    previousSecretUntil: integerOrNull('previous_secret_until'),
    status: reader.oneOf('status', webhookEndpointStatuses),
    disabledReason: disabledReason === null ? null : reader.oneOf('disabled_reason', webhookDisabledReasons),
    disabledAt: integerOrNull('disabled_at'),
    failingSince: integerOrNull('failing_since'),
    heldUntil: integer('held_until'),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
  };
};
