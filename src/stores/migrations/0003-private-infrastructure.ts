// What workspaces with registrations, pages and hosts of their own need: credentials of several kinds, sessions that
// wait and hold, grants without a refresh token, shared mailboxes. Every new column has a default or may be null, so
// that the rows of 0002 keep their meaning, those that a node of the older release still writes included.
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../engine.ts';
import type { Tables } from '../schema.ts';

export const up = async (db: Kysely<Tables>, columns: ColumnTypes): Promise<void> => {
  await extendWorkspaces(db, columns);
  await extendOAuthClients(db, columns);
  await extendConnectSessions(db, columns);
  await extendGrants(db, columns);
  await extendMailboxes(db, columns);
  await createIndexes(db);
};

// One column for each statement: SQLite adds no more.
const extendWorkspaces = async ({ schema }: Kysely<Tables>, { id }: ColumnTypes) => {
  await schema.alterTable('workspaces').addColumn('host', id).execute();
};

/** Until now every client had a secret, without an end, in `client_secret`. */
const onlyKindSoFar = '{"kind":"secret","reference":null,"expiresAt":null}';

const extendOAuthClients = async ({ schema }: Kysely<Tables>, { text, integer, bytes }: ColumnTypes) => {
  const table = schema.alterTable('oauth_clients');
  await table
    .addColumn('grant_type', text, (column) => column.notNull().defaultTo('authorization_code'))
    .execute();
  await table.addColumn('credential', text, (column) => column.notNull().defaultTo(onlyKindSoFar)).execute();
  await table.addColumn('credential_expires_at', integer).execute();
  await table.addColumn('next_credential', text).execute();
  await table.addColumn('next_client_secret', bytes).execute();
  await table.addColumn('expiry_warned_days', integer).execute();
  await table.addColumn('customers_may_use', integer, (column) => column.notNull().defaultTo(0)).execute();
  await table.addColumn('examination', text).execute();
  await table.addColumn('paused_words', text).execute();
};

const extendConnectSessions = async (
  { schema }: Kysely<Tables>,
  { id, text, integer, bytes }: ColumnTypes,
) => {
  const table = schema.alterTable('connect_sessions');
  await table.addColumn('shared_mailbox', text).execute();
  await table.addColumn('completion', text, (column) => column.notNull().defaultTo('result_page')).execute();
  await table.addColumn('is_retryable', integer, (column) => column.notNull().defaultTo(0)).execute();
  await table.addColumn('setback', text).execute();
  await table.addColumn('admin_consented_at', integer).execute();
  await table.addColumn('held', bytes).execute();
  await table.addColumn('held_person', id).execute();
};

const extendGrants = async ({ schema }: Kysely<Tables>, { text, integer }: ColumnTypes) => {
  const table = schema.alterTable('grants');
  await table.addColumn('lost_scopes', text, (column) => column.notNull().defaultTo('[]')).execute();
  await table.addColumn('consented_at', integer).execute();
};

const extendMailboxes = async ({ schema }: Kysely<Tables>, { text }: ColumnTypes) => {
  const table = schema.alterTable('mailboxes');
  await table.addColumn('delegate_email', text).execute();
  await table.addColumn('aliases', text, (column) => column.notNull().defaultTo('[]')).execute();
};

/** The grants and mailboxes of an OAuth client are found by `grants_client` and `mailboxes_grant` of 0001. */
const createIndexes = async ({ schema }: Kysely<Tables>) => {
  // A null is unlike every other one: any number of workspaces may be without a host.
  await schema.createIndex('workspaces_host').unique().on('workspaces').column('host').execute();
  await schema
    .createIndex('oauth_clients_expiry')
    .on('oauth_clients')
    .columns(['credential_expires_at', 'id'])
    .execute();
  // Only the few that hold something: every other session costs this index nothing.
  await schema
    .createIndex('connect_sessions_holding')
    .on('connect_sessions')
    .columns(['expires_at', 'id'])
    .where(sql.ref('held'), 'is not', null)
    .execute();
  await schema
    .createIndex('connect_sessions_held_person')
    .on('connect_sessions')
    .column('held_person')
    .where(sql.ref('held'), 'is not', null)
    .execute();
};
