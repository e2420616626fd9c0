import { sql } from 'kysely';
import type { BackgroundJob } from '../../core/jobs/background-jobs.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { dataColumn } from '../json-columns.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import { backgroundJobStatuses, backgroundJobTypes, wordsOf } from '../words.ts';
import { type Context, changed } from './context.ts';
import { insertOwned } from './workspace-members.ts';

const unfinished: readonly BackgroundJob['status'][] = ['pending', 'running'];

/** In the text of the statement: no index with this condition is used for parameters (migrations/0004-scale.ts). */
const openOnes = sql<BackgroundJob['status']>`(${sql.join(unfinished.map((status) => sql.lit(status)))})`;

export const backgroundJobOperations = ({ session }: Context): StoreOperations['backgroundJobs'] => ({
  insert: async ({ id, workspaceId, type, status, progress, data, createdAt, updatedAt }) => {
    await insertOwned(session, 'background_jobs', {
      id,
      workspace_id: workspaceId,
      type,
      status,
      progress,
      data: JSON.stringify(data),
      claimed_until: 0,
      created_at: createdAt,
      updated_at: updatedAt,
    });
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('background_jobs')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : jobFromRow(row);
  },
  list: async (workspaceId, page, types = wordsOf(backgroundJobTypes)) => {
    let query = session.reader
      .selectFrom('background_jobs')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('type', 'in', [...types]);
    if (page.after !== null) query = query.where('id', '<', page.after);
    const rows = await query.orderBy('id', 'desc').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: jobFromRow, idOf: (row) => row.id });
  },
  countUnfinished: async (workspaceId) => {
    const row = await session.reader
      .selectFrom('background_jobs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('workspace_id', '=', workspaceId)
      .where('status', 'in', unfinished)
      .executeTakeFirstOrThrow();
    return readRow('background_jobs', row).integer('count');
  },
  claim: async (now, until) => {
    const oldest = session.writer
      .selectFrom('background_jobs')
      .select('id')
      .where('status', 'in', openOnes)
      .where('claimed_until', '<=', now)
      // Others are a newer release's, whose nodes do them.
      .where('type', 'in', wordsOf(backgroundJobTypes))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('background_jobs as claimed')
              .select('claimed.id')
              .whereRef('claimed.workspace_id', '=', 'background_jobs.workspace_id')
              .where('claimed.status', 'in', openOnes)
              .where('claimed.claimed_until', '>', now),
          ),
        ),
      )
      .orderBy('id')
      .limit(1);
    const row = await session.writer
      .updateTable('background_jobs')
      .set({ claimed_until: until })
      // `=` and not `in`: PostgreSQL may run the query behind an `in` once for each row that it looks at.
      .where('id', '=', session.claimable(oldest))
      .where('claimed_until', '<=', now)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? null : jobFromRow(row);
  },
  release: async ({ id, status, progress, data, updatedAt }, claimedUntil) =>
    changed(
      await session.writer
        .updateTable('background_jobs')
        .set({ status, progress, data: JSON.stringify(data), updated_at: updatedAt, claimed_until: 0 })
        .where('id', '=', id)
        .where('claimed_until', '=', claimedUntil)
        .executeTakeFirst(),
    ),
  overwrite: async ({ id, status, progress, data, updatedAt }) =>
    changed(
      await session.writer
        .updateTable('background_jobs')
        .set({ status, progress, data: JSON.stringify(data), updated_at: updatedAt, claimed_until: 0 })
        .where('id', '=', id)
        .executeTakeFirst(),
    ),
  prune: async (before, limit) => {
    const over = session.writer
      .selectFrom('background_jobs')
      .select('id')
      .where('status', 'not in', openOnes)
      .where('updated_at', '<', before)
      .orderBy('updated_at')
      .limit(limit);
    const { numDeletedRows } = await session.writer
      .deleteFrom('background_jobs')
      .where('id', 'in', session.claimable(over))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
});

const jobFromRow = (row: Row): BackgroundJob => {
  const { text, integer, json, oneOf } = readRow('background_jobs', row);
  return {
    id: text('id'),
    workspaceId: text('workspace_id'),
    type: oneOf('type', backgroundJobTypes),
    status: oneOf('status', backgroundJobStatuses),
    progress: integer('progress'),
    data: json('data', dataColumn),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
  };
};
