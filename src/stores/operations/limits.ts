import { sql } from 'kysely';
import type { Block } from '../../core/limits.ts';
import type { StoreOperations } from '../../core/ports.ts';
import type { Session } from '../engine.ts';
import { type Row, readRow } from '../row.ts';
import type { Context } from './context.ts';

export const limitOperations = ({ session }: Context): StoreOperations['limits'] => ({
  hit: async (key, { start, end }, count) => {
    const row = await session.writer
      .insertInto('limit_windows')
      .values({ key, window_start: start, window_end: end, total: count })
      .onConflict((conflict) =>
        conflict
          .columns(['key', 'window_start', 'window_end'])
          .doUpdateSet({ total: sql`limit_windows.total + excluded.total` }),
      )
      .returning('total')
      .executeTakeFirstOrThrow();
    return readRow('limit_windows', row).integer('total');
  },
  blockOf: async (key) => {
    const row = await session.reader
      .selectFrom('limit_blocks')
      .selectAll()
      .where('key', '=', key)
      .executeTakeFirst();
    return row === undefined ? null : blockFromRow(row);
  },
  saveBlock: async ({ key, level, until, rememberedUntil }) => {
    await session.writer
      .insertInto('limit_blocks')
      .values({ key, level, until, remembered_until: rememberedUntil })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet({ level, until, remembered_until: rememberedUntil })
          .whereRef('limit_blocks.until', '<=', 'excluded.until'),
      )
      .execute();
  },
  prune: async (before, limit) => {
    const windows = await pruneWindows(session, before, limit);
    return windows + (windows < limit ? await pruneBlocks(session, before, limit - windows) : 0);
  },
});

export const blockFromRow = (row: Row): Block => {
  const { text, integer } = readRow('limit_blocks', row);
  return {
    key: text('key'),
    level: integer('level'),
    until: integer('until'),
    rememberedUntil: integer('remembered_until'),
  };
};

const pruneWindows = async (
  { writer, claimable }: Session,
  before: number,
  limit: number,
): Promise<number> => {
  const ended = writer
    .selectFrom('limit_windows')
    .select(['key', 'window_start', 'window_end'])
    .where('window_end', '<', before)
    .orderBy('window_end')
    .limit(limit);
  const { numDeletedRows } = await writer
    .deleteFrom('limit_windows')
    .where((eb) =>
      eb(
        eb.refTuple('key', 'window_start', 'window_end'),
        'in',
        claimable(ended).$asTuple('key', 'window_start', 'window_end'),
      ),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
};

const pruneBlocks = async (
  { writer, claimable }: Session,
  before: number,
  limit: number,
): Promise<number> => {
  const forgotten = writer
    .selectFrom('limit_blocks')
    .select('key')
    .where('remembered_until', '<', before)
    .orderBy('remembered_until')
    .limit(limit);
  const { numDeletedRows } = await writer
    .deleteFrom('limit_blocks')
    .where('key', 'in', claimable(forgotten))
    // Once more on the row itself: a new block of the same caller may have come in between.
    .where('remembered_until', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
