// What many nodes and many mailboxes need: a log by which nodes tell one another what they must forget, reads counted in
// aggregate, the moment at which a grant ends by itself, breakers that let one probe through, workspaces on their
// way out. A node of the release before goes on working beside this: each new column has a default or may be null.
import type { Kysely } from 'kysely';
import type { ColumnTypes, Index, TableSettings } from '../engine.ts';
import type { Tables } from '../schema.ts';

export const up = async (db: Kysely<Tables>, columns: ColumnTypes): Promise<void> => {
  const { schema } = db;
  const { integer } = columns;
  // One column for each statement: SQLite adds no more.
  await schema.alterTable('token_sets').addColumn('read_at', integer).execute();
  // 0 = to be worked out: of rows that are there, and of those that the release before goes on inserting.
  await schema
    .alterTable('grants')
    .addColumn('ends_at', integer, (column) => column.defaultTo(0))
    .execute();
  await schema.alterTable('grants').addColumn('end_warned_days', integer).execute();
  await schema.alterTable('workspaces').addColumn('deleted_at', integer).execute();
  for (const column of ['trips', 'probe_until'] as const) {
    await schema
      .alterTable('breakers')
      .addColumn(column, integer, (definition) => definition.notNull().defaultTo(0))
      .execute();
  }
  await createChanges(db, columns);
  await createTokenUses(db, columns);
};

/** The queries say it in the same words, without parameters: only then is an index with a condition used. */
const isOpen = "status in ('pending', 'running')";

export const indexes: readonly Index[] = [
  // While they live; those whose tokens are minted do not end by themselves, and cost this index nothing. `status`
  // comes before the range, or SQLite, which keeps no figures of the rows, prefers another index that begins with it.
  {
    name: 'grants_ending',
    table: 'grants',
    columns: ['status', 'ends_at', 'id'],
    where: 'ends_at is not null',
  },
  { name: 'background_jobs_open', table: 'background_jobs', columns: ['id'], where: isOpen },
  {
    name: 'background_jobs_claimed',
    table: 'background_jobs',
    columns: ['workspace_id', 'claimed_until'],
    where: isOpen,
  },
  {
    name: 'background_jobs_over',
    table: 'background_jobs',
    columns: ['updated_at'],
    where: "status not in ('pending', 'running')",
  },
  {
    name: 'workspaces_leaving',
    table: 'workspaces',
    columns: ['deleted_at', 'id'],
    where: 'deleted_at is not null',
  },
  // By which a workspace's sessions go, and the references of what goes with it are checked.
  { name: 'connect_sessions_workspace', table: 'connect_sessions', columns: ['workspace_id'] },
  { name: 'connect_sessions_client', table: 'connect_sessions', columns: ['oauth_client_id'] },
  { name: 'authorization_requests_client', table: 'authorization_requests', columns: ['oauth_client_id'] },
];

/**
 * Room for the next version of a row on its own page, so that a change of no indexed column touches no index. Measured
 * with 40,000 rows and 60 rounds of claim and save: 100 % of the changes of token sets and 50 % of those of grants (all
 * that can be: each save moves the due time) instead of 85 % and 39 %, a fifth less write-ahead log, and smaller tables
 * afterwards. Both are changed in every row within a week, so they are cleaned after 5 % of changes instead of 20 %.
 */
export const tableSettings: readonly TableSettings[] = [
  { table: 'grants', store: { fillfactor: 85, autovacuum_vacuum_scale_factor: 0.05 } },
  { table: 'token_sets', store: { fillfactor: 85, autovacuum_vacuum_scale_factor: 0.05 } },
];

/** Short-lived. `written_by` is the transaction on PostgreSQL; the embedded engine, with one process, writes none. */
const createChanges = async ({ schema }: Kysely<Tables>, columns: ColumnTypes) => {
  const { id, text, integer, transaction, tableEnd } = columns;
  await schema
    .createTable('changes')
    .addColumn('written_by', transaction, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('object_id', id, (column) => column.notNull())
    .addColumn('written_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('changes_key', ['written_by', 'kind', 'object_id'])
    .modifyEnd(tableEnd)
    .execute();
  await schema.createIndex('changes_age').on('changes').column('written_at').execute();
};

/** No references: the record outlives the mailbox and the key, and is pruned by its age. */
const createTokenUses = async ({ schema }: Kysely<Tables>, { id, integer, tableEnd }: ColumnTypes) => {
  await schema
    .createTable('token_uses')
    .addColumn('mailbox_id', id, (column) => column.notNull())
    .addColumn('minute', integer, (column) => column.notNull())
    .addColumn('key_id', id, (column) => column.notNull())
    .addColumn('total', integer, (column) => column.notNull())
    .addColumn('first_at', integer, (column) => column.notNull())
    .addColumn('last_at', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('token_uses_key', ['mailbox_id', 'minute', 'key_id'])
    .modifyEnd(tableEnd)
    .execute();
  await schema.createIndex('token_uses_age').on('token_uses').column('minute').execute();
};
