// What the compatible surfaces need: numbers, names and settings of mailboxes, customers, tags, jobs, limits.
// Every new column has a default, so that the rows of 0001 keep their meaning.
import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from '../engine.ts';
import type { Tables } from '../schema.ts';

export const up = async (db: Kysely<Tables>, columns: ColumnTypes): Promise<void> => {
  await extendOwners(db, columns);
  await extendMailboxes(db, columns);
  await createNumbered(db, columns);
  await createJobs(db, columns);
  await createLimits(db, columns);
  await numberMailboxes(db);
  await foldNames(db);
  await createIndexes(db);
};

// One column for each statement: SQLite adds no more.
const extendOwners = async ({ schema }: Kysely<Tables>, { text }: ColumnTypes) => {
  await schema
    .alterTable('workspaces')
    .addColumn('settings', text, (column) => column.notNull().defaultTo('{"oauthTokensApi":false}'))
    .execute();
  const ofClients = schema.alterTable('oauth_clients');
  await ofClients.addColumn('extra_scopes', text, (column) => column.notNull().defaultTo('[]')).execute();
  await ofClients.addColumn('dialects', text, (column) => column.notNull().defaultTo('{}')).execute();
  const ofSessions = schema.alterTable('connect_sessions');
  await ofSessions.addColumn('mailbox_name', text).execute();
  await ofSessions.addColumn('external_id', text).execute();
  await ofSessions.addColumn('return_url', text).execute();
};

const extendMailboxes = async ({ schema }: Kysely<Tables>, { text, integer }: ColumnTypes) => {
  const table = schema.alterTable('mailboxes');
  await table.addColumn('folded_name', text, (column) => column.notNull().defaultTo('')).execute();
  await table.addColumn('number', integer, (column) => column.notNull().defaultTo(0)).execute();
  await table.addColumn('external_id', text).execute();
  await table.addColumn('settings', text, (column) => column.notNull().defaultTo('{}')).execute();
  await table.addColumn('sending_paused', integer, (column) => column.notNull().defaultTo(0)).execute();
  await table.addColumn('warmup_wanted', integer, (column) => column.notNull().defaultTo(0)).execute();
};

const createNumbered = async ({ schema }: Kysely<Tables>, { id, text, integer, tableEnd }: ColumnTypes) => {
  await schema
    .createTable('numbers')
    .addColumn('name', id, (column) => column.primaryKey().notNull())
    .addColumn('value', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('customers')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('number', integer, (column) => column.notNull().unique())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('email', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('tags')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('number', integer, (column) => column.notNull().unique())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('color', text)
    .addColumn('created_at', integer, (column) => column.notNull())
    .addUniqueConstraint('tags_name', ['workspace_id', 'name'])
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('mailbox_tags')
    .addColumn('mailbox_id', id, (column) => column.notNull().references('mailboxes.id').onDelete('cascade'))
    .addColumn('tag_id', id, (column) => column.notNull().references('tags.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('mailbox_tags_key', ['mailbox_id', 'tag_id'])
    .modifyEnd(tableEnd)
    .execute();
};

const createJobs = async ({ schema }: Kysely<Tables>, { id, text, integer, tableEnd }: ColumnTypes) => {
  await schema
    .createTable('background_jobs')
    .addColumn('id', id, (column) => column.primaryKey().notNull())
    .addColumn('workspace_id', id, (column) => column.notNull().references('workspaces.id'))
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('progress', integer, (column) => column.notNull())
    .addColumn('data', text, (column) => column.notNull())
    .addColumn('claimed_until', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('updated_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
};

const createLimits = async ({ schema }: Kysely<Tables>, { id, integer, tableEnd }: ColumnTypes) => {
  await schema
    .createTable('limit_windows')
    .addColumn('key', id, (column) => column.notNull())
    .addColumn('window_start', integer, (column) => column.notNull())
    .addColumn('window_end', integer, (column) => column.notNull())
    .addColumn('total', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('limit_windows_key', ['key', 'window_start', 'window_end'])
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('limit_blocks')
    .addColumn('key', id, (column) => column.primaryKey().notNull())
    .addColumn('level', integer, (column) => column.notNull())
    .addColumn('until', integer, (column) => column.notNull())
    .addColumn('remembered_until', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await schema
    .createTable('breakers')
    .addColumn('key', id, (column) => column.primaryKey().notNull())
    .addColumn('failures', integer, (column) => column.notNull())
    .addColumn('window_start', integer, (column) => column.notNull())
    .addColumn('open_until', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
};

/** In order of creation, and the count goes on behind them. */
const numberMailboxes = async (db: Kysely<Tables>) => {
  await sql`update mailboxes set number = counted.place
    from (select id, row_number() over (order by id) as place from mailboxes) as counted
    where counted.id = mailboxes.id`.execute(db);
  await sql`insert into numbers (name, value) select 'mailbox', count(*) from mailboxes`.execute(db);
};

const foldedAtOnce = 500;

/** Here and not by the engine, whose `lower` may know ASCII only. */
const foldNames = async (db: Kysely<Tables>) => {
  let last = '';
  for (;;) {
    const rows = await db
      .selectFrom('mailboxes')
      .select(['id', 'name'])
      .where('id', '>', last)
      .where('name', '!=', '')
      .orderBy('id')
      .limit(foldedAtOnce)
      .execute();
    for (const { id, name } of rows) {
      await db
        .updateTable('mailboxes')
        .set({ folded_name: name.toLowerCase() })
        .where('id', '=', id)
        .execute();
      last = id;
    }
    if (rows.length < foldedAtOnce) return;
  }
};

/** Beside those of the unique constraints. Each entry serves one query, or a reference's delete check. */
const indexes = [
  ['mailboxes', 'mailboxes_slice', ['workspace_id', 'number']],
  ['mailboxes', 'mailboxes_paused', ['workspace_id', 'sending_paused', 'number']],
  ['mailboxes', 'mailboxes_warmup', ['workspace_id', 'warmup_wanted', 'number']],
  ['customers', 'customers_list', ['workspace_id', 'number']],
  ['tags', 'tags_list', ['workspace_id', 'number']],
  ['mailbox_tags', 'mailbox_tags_tag', ['tag_id', 'mailbox_id']],
  ['background_jobs', 'background_jobs_list', ['workspace_id', 'id']],
  ['background_jobs', 'background_jobs_unfinished', ['status', 'id']],
  ['limit_windows', 'limit_windows_end', ['window_end']],
  ['limit_blocks', 'limit_blocks_end', ['remembered_until']],
] as const;

/** A null is unlike every other one: any number of mailboxes may be without an external id. */
const uniqueIndexes = [
  ['mailboxes', 'mailboxes_number', ['number']],
  ['mailboxes', 'mailboxes_external_id', ['workspace_id', 'external_id']],
] as const;

const createIndexes = async ({ schema }: Kysely<Tables>) => {
  for (const [table, name, columns] of indexes) {
    await schema
      .createIndex(name)
      .on(table)
      .columns([...columns])
      .execute();
  }
  for (const [table, name, columns] of uniqueIndexes) {
    await schema
      .createIndex(name)
      .unique()
      .on(table)
      .columns([...columns])
      .execute();
  }
};
