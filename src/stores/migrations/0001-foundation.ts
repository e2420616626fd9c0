// The first schema: all tables, and an index for every query of the storage port.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../engine.ts';
import type { Tables } from '../schema.ts';

export const up = async (db: Kysely<Tables>, columns: ColumnTypes): Promise<void> => {
  await createOwners(db, columns);
  await createConnect(db, columns);
  await createGrants(db, columns);
  await createMailboxes(db, columns);
  await createIndexes(db);
};

const createOwners = async (db: Kysely<Tables>, { id, text, integer, bytes, tableEnd }: ColumnTypes) => {
  await db.schema
    .createTable('workspaces')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('api_keys')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.references('workspaces.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('prefix', id, (column) => column.notNull().unique())
    .addColumn('hash', id, (column) => column.notNull())
    .addColumn('last_four', text, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('expires_at', integer)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('revoked_at', integer)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('oauth_clients')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.references('workspaces.id'))
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('client_id', text, (column) => column.notNull())
    .addColumn('client_secret', bytes, (column) => column.notNull())
    .addColumn('cloud', text, (column) => column.notNull())
    .addColumn('entra_tenant', text)
    .addColumn('personal_accounts', integer, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('paused_reason', text)
    .addColumn('paused_at', integer)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .addColumn('deleted_at', integer)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('key_proofs')
    .addColumn('key_id', id, (column) => column.primaryKey().notNull())
    .addColumn('proof', bytes, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
};

const createConnect = async (db: Kysely<Tables>, { id, text, integer, bytes, tableEnd }: ColumnTypes) => {
  await db.schema
    .createTable('connect_sessions')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('oauth_client_id', id, (column) => column.notNull().references('oauth_clients.id'))
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('profile', text, (column) => column.notNull())
    .addColumn('token_hash', id, (column) => column.notNull().unique())
    .addColumn('expected_email', text)
    // No reference: the session outlives the mailbox.
    .addColumn('mailbox_id', id)
    .addColumn('customer', text)
    .addColumn('managed_accounts_only', integer, (column) => column.notNull())
    .addColumn('exclusive', integer, (column) => column.notNull())
    .addColumn('surface', text, (column) => column.notNull())
    .addColumn('outcome', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('finished_at', integer)
    .addColumn('read_at', integer)
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('authorization_requests')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('session_id', id, (column) =>
      column.notNull().references('connect_sessions.id').onDelete('cascade'),
    )
    .addColumn('oauth_client_id', id, (column) => column.notNull().references('oauth_clients.id'))
    .addColumn('state_hash', id, (column) => column.notNull().unique())
    .addColumn('browser_hash', id, (column) => column.notNull())
    .addColumn('code_verifier', bytes, (column) => column.notNull())
    .addColumn('nonce', text, (column) => column.notNull())
    .addColumn('redirect_uri', text, (column) => column.notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('consumed_at', integer)
    .modifyEnd(tableEnd)
    .execute();
};

const createGrants = async (db: Kysely<Tables>, { id, text, integer, bytes, tableEnd }: ColumnTypes) => {
  await db.schema
    .createTable('grants')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('oauth_client_id', id, (column) => column.notNull().references('oauth_clients.id'))
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('issuer', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('entra_tenant_id', text)
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('refresh_token', bytes, (column) => column.notNull())
    .addColumn('refresh_token_expires_at', integer)
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('failure', text)
    .addColumn('version', integer, (column) => column.notNull())
    .addColumn('lease_owner', text)
    .addColumn('lease_until', integer, (column) => column.notNull())
    .addColumn('retry_at', integer)
    .addColumn('refreshed_at', integer, (column) => column.notNull())
    .addColumn('keep_alive_at', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .addUniqueConstraint('grants_person', ['workspace_id', 'oauth_client_id', 'issuer', 'subject'])
    .modifyEnd(tableEnd)
    .execute();
  await db.schema
    .createTable('token_sets')
    .addColumn('grant_id', id, (column) => column.notNull().references('grants.id').onDelete('cascade'))
    .addColumn('resource', text, (column) => column.notNull())
    .addColumn('access_token', bytes, (column) => column.notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('obtained_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('token_sets_key', ['grant_id', 'resource'])
    .modifyEnd(tableEnd)
    .execute();
};

const createMailboxes = async (db: Kysely<Tables>, { id, text, integer, tableEnd }: ColumnTypes) => {
  await db.schema
    .createTable('mailboxes')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('grant_id', id, (column) => column.notNull().references('grants.id'))
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('email', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('customer', text)
    .addColumn('metadata', text, (column) => column.notNull())
    .addColumn('disabled_at', integer)
    .addColumn('verification', text)
    .addColumn('verify_due_at', integer)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .addUniqueConstraint('mailboxes_address', ['workspace_id', 'email'])
    .modifyEnd(tableEnd)
    .execute();
  // No reference: the outbox outlives what it tells of.
  await db.schema
    .createTable('events')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id)
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('object_id', id, (column) => column.notNull())
    .addColumn('data', text, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
};

/** Beside those of the unique constraints. Each entry serves one query, or a reference's delete check. */
const indexes = [
  ['api_keys', 'api_keys_list', ['workspace_id', 'id']],
  ['oauth_clients', 'oauth_clients_list', ['workspace_id', 'id']],
  ['oauth_clients', 'oauth_clients_registration', ['client_id']],
  ['connect_sessions', 'connect_sessions_expiry', ['expires_at']],
  ['authorization_requests', 'authorization_requests_session', ['session_id']],
  ['grants', 'grants_due', ['status', 'keep_alive_at', 'id']],
  ['grants', 'grants_siblings', ['issuer', 'subject']],
  ['grants', 'grants_client', ['oauth_client_id']],
  ['mailboxes', 'mailboxes_list', ['workspace_id', 'id']],
  ['mailboxes', 'mailboxes_customer', ['workspace_id', 'customer', 'id']],
  ['mailboxes', 'mailboxes_elsewhere', ['email']],
  ['mailboxes', 'mailboxes_grant', ['grant_id', 'id']],
  ['mailboxes', 'mailboxes_due', ['verify_due_at', 'id']],
  ['events', 'events_list', ['workspace_id', 'id']],
] as const;

const createIndexes = async (db: Kysely<Tables>) => {
  for (const [table, name, columns] of indexes) {
    await db.schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute();
  }
};
