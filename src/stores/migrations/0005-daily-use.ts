// What people work with every day: endpoints that are told of events, with every delivery and every attempt; the audit
// log; browsers that are signed in to the console.
// A node of the release before goes on working beside this: its events are pending by the default of their column.
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes, Index } from '../engine.ts';
import type { Tables } from '../schema.ts';

export const up = async (db: Kysely<Tables>, columns: ColumnTypes): Promise<void> => {
  await db.schema
    .alterTable('events')
    .addColumn('is_pending', columns.integer, (column) => column.notNull().defaultTo(1))
    .execute();
  await createWebhooks(db, columns);
  await createAuditLog(db, columns);
  await createKeyCustody(db, columns);
  await createConsoleSessions(db, columns);
  await createInstallationTotals(db, columns);
};

export const indexes: readonly Index[] = [
  {
    name: 'webhook_deliveries_failed',
    table: 'webhook_deliveries',
    columns: ['finished_at', 'is_test'],
    where: "status = 'failed'",
  },
  { name: 'events_pending', table: 'events', columns: ['id'], where: 'is_pending = 1' },
  // The timeline of one object. With the workspace in it, or SQLite prefers the index over all events of that.
  { name: 'events_object', table: 'events', columns: ['object_id', 'workspace_id', 'id'] },
  { name: 'connect_sessions_newest', table: 'connect_sessions', columns: ['workspace_id', 'id'] },
  // The few mailboxes that somebody must look after, by status (stores/operations/mailbox-status.ts, in these words).
  {
    name: 'mailboxes_disabled',
    table: 'mailboxes',
    columns: ['workspace_id', 'id'],
    where: 'disabled_at is not null',
  },
  {
    name: 'mailboxes_unproved',
    table: 'mailboxes',
    columns: ['workspace_id', 'id'],
    where: 'verification is null',
  },
  {
    name: 'mailboxes_refused',
    table: 'mailboxes',
    columns: ['workspace_id', 'id'],
    where: 'verification like \'%"ok":false%\'',
  },
  {
    name: 'oauth_clients_deleted',
    table: 'oauth_clients',
    columns: ['id'],
    where: 'deleted_at is not null',
  },
  { name: 'grants_dead', table: 'grants', columns: ['workspace_id', 'id'], where: "status <> 'active'" },
  {
    name: 'grants_ailing',
    table: 'grants',
    columns: ['workspace_id', 'id'],
    where: "failure is not null or lost_scopes <> '[]'",
  },
];

const createWebhooks = async ({ schema }: Kysely<Tables>, columns: ColumnTypes) => {
  const { id, text, integer, bytes, tableEnd } = columns;
  await schema
    .createTable('webhook_endpoints')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.references('workspaces.id'))
    .addColumn('connect_session_id', id)
    .addColumn('mailbox_id', id)
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('description', text, (column) => column.notNull())
    .addColumn('event_types', text)
    .addColumn('format', text, (column) => column.notNull())
    .addColumn('signature', text, (column) => column.notNull())
    .addColumn('public_key', text)
    .addColumn('secret', bytes, (column) => column.notNull())
    .addColumn('previous_secret', bytes)
    .addColumn('previous_secret_until', integer)
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('disabled_reason', text)
    .addColumn('disabled_at', integer)
    .addColumn('failing_since', integer)
    .addColumn('held_until', integer, (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createIndex('webhook_endpoints_workspace')
    .on('webhook_endpoints')
    .columns(['workspace_id', 'connect_session_id', 'id'])
    .execute();
  await schema
    .createIndex('webhook_endpoints_session')
    .on('webhook_endpoints')
    .column('connect_session_id')
    .where('connect_session_id', 'is not', null)
    .execute();
  await schema
    .createIndex('webhook_endpoints_mailbox')
    .on('webhook_endpoints')
    .column('mailbox_id')
    .where('mailbox_id', 'is not', null)
    .execute();
  // No reference to the event: a delivery holds all that it sends, and events are pruned by their age.
  await schema
    .createTable('webhook_deliveries')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id)
    .addColumn('endpoint_id', id, (column) =>
      column.notNull().references('webhook_endpoints.id').onDelete('cascade'),
    )
    .addColumn('event_id', id, (column) => column.notNull())
    .addColumn('event_type', text, (column) => column.notNull())
    .addColumn('object_id', id, (column) => column.notNull())
    .addColumn('is_test', integer, (column) => column.notNull())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('attempts', integer, (column) => column.notNull())
    .addColumn('earlier_attempts', integer, (column) => column.notNull())
    .addColumn('due_at', integer, (column) => column.notNull())
    .addColumn('claimed_until', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('finished_at', integer)
    .modifyEnd(tableEnd)
    .execute();
  // For whoever asks how long the queue is; work is found by the next one.
  await schema
    .createIndex('webhook_deliveries_due')
    .on('webhook_deliveries')
    .column('due_at')
    .where(sql.ref('status'), '=', sql.lit('pending'))
    .execute();
  // By endpoint first: who has something due is found in one step for each endpoint, however much waits there.
  await schema
    .createIndex('webhook_deliveries_turn')
    .on('webhook_deliveries')
    .columns(['endpoint_id', 'due_at', 'id'])
    .where(sql.ref('status'), '=', sql.lit('pending'))
    .execute();
  await schema
    .createIndex('webhook_deliveries_endpoint')
    .on('webhook_deliveries')
    .columns(['endpoint_id', 'id'])
    .execute();
  await schema
    .createIndex('webhook_deliveries_over')
    .on('webhook_deliveries')
    .column('finished_at')
    .where('finished_at', 'is not', null)
    .execute();
  await schema
    .createIndex('webhook_deliveries_workspace')
    .on('webhook_deliveries')
    .columns(['workspace_id', 'id'])
    .execute();
  await schema
    .createTable('webhook_attempts')
    .addColumn('delivery_id', id, (column) =>
      column.notNull().references('webhook_deliveries.id').onDelete('cascade'),
    )
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('started_at', integer, (column) => column.notNull())
    .addColumn('duration', integer, (column) => column.notNull())
    .addColumn('response_status', integer)
    .addColumn('failure', text)
    .addColumn('response_body', text)
    .addPrimaryKeyConstraint('webhook_attempts_key', ['delivery_id', 'number'])
    .modifyEnd(tableEnd)
    .execute();
};

/** The least that the setting for their age allows: 30 days. */
const auditKeptMilliseconds = 30 * 24 * 3600 * 1000;

/** No references: an entry outlives what it tells of, and is pruned by its age. */
const createAuditLog = async (db: Kysely<Tables>, columns: ColumnTypes) => {
  const { schema } = db;
  const { id, text, integer, tableEnd } = columns;
  await schema
    .createTable('audit_entries')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id)
    .addColumn('at', integer, (column) => column.notNull())
    .addColumn('actor_kind', text, (column) => column.notNull())
    .addColumn('actor_id', text)
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('object_id', text)
    .addColumn('data', text, (column) => column.notNull())
    .addColumn('request_id', text)
    .addColumn('address', text)
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createIndex('audit_entries_workspace')
    .on('audit_entries')
    .columns(['workspace_id', 'id'])
    .execute();
  await schema.createIndex('audit_entries_age').on('audit_entries').column('at').execute();
  const guards = columns.appendOnly({
    table: 'audit_entries',
    time: 'at',
    deletableAfterMilliseconds: auditKeptMilliseconds,
  });
  for (const statement of guards) await statement.execute(db);
};

const createKeyCustody = async ({ schema }: Kysely<Tables>, columns: ColumnTypes) => {
  const { id, text, integer, tableEnd } = columns;
  await schema
    .createTable('keyring_holders')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('key_ids', text, (column) => column.notNull())
    .addColumn('seen_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('resealings')
    .addColumn('key_id', id, (column) => column.primaryKey().notNull())
    .addColumn('position', text)
    .addColumn('total', integer)
    .addColumn('checked', integer, (column) => column.notNull())
    .addColumn('resealed', integer, (column) => column.notNull())
    .addColumn('unreadable', integer, (column) => column.notNull())
    .addColumn('claimed_until', integer, (column) => column.notNull())
    .addColumn('first_started_at', integer, (column) => column.notNull())
    .addColumn('started_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .addColumn('finished_at', integer)
    .modifyEnd(tableEnd)
    .execute();
};

const createConsoleSessions = async ({ schema }: Kysely<Tables>, columns: ColumnTypes) => {
  const { id, text, integer, tableEnd } = columns;
  await schema
    .createTable('console_sessions')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('token_hash', id, (column) => column.notNull().unique())
    .addColumn('key_id', id, (column) => column.notNull().references('api_keys.id').onDelete('cascade'))
    .addColumn('person', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('seen_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema.createIndex('console_sessions_key').on('console_sessions').column('key_id').execute();
  await schema.createIndex('console_sessions_end').on('console_sessions').column('expires_at').execute();
};

/** So that a scrape reads what was counted in slices, instead of counting a million rows. */
const createInstallationTotals = async ({ schema }: Kysely<Tables>, columns: ColumnTypes) => {
  const { id, text, integer, tableEnd } = columns;
  await schema
    .createTable('installation_totals')
    .addColumn('name', id, (column) => column.primaryKey().notNull())
    .addColumn('totals', text, (column) => column.notNull())
    .addColumn('counted_at', integer)
    .addColumn('next_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
};
