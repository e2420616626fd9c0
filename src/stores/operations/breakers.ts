import { sql } from 'kysely';
import type { Breaker } from '../../core/breakers.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { type Row, readRow } from '../row.ts';
import type { Context } from './context.ts';

export const breakerOperations = ({ session }: Context): StoreOperations['breakers'] => ({
  find: async (key) => {
    const row = await session.reader
      .selectFrom('breakers')
      .selectAll()
      .where('key', '=', key)
      .executeTakeFirst();
    return row === undefined ? null : breakerFromRow(row);
  },
  recordFailure: async (key, { at, windowMilliseconds, failuresMax, openUntil }) => {
    // On the left of `set` stands the new row, on the right everywhere the one before.
    const isOver = sql<boolean>`(breakers.failures = 0 or breakers.window_start <= ${at - windowMilliseconds})`;
    const failures = sql<number>`case when ${isOver} then 1 else breakers.failures + 1 end`;
    const row = await session.writer
      .insertInto('breakers')
      .values({ key, failures: 1, window_start: at, open_until: failuresMax <= 1 ? openUntil : 0, trips: 0 })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          failures,
          window_start: sql`case when ${isOver} then excluded.window_start else breakers.window_start end`,
          // Never earlier than it was: an open breaker stays open until its time.
          open_until: sql`case when ${failures} >= ${failuresMax} and breakers.open_until < ${openUntil}
            then ${openUntil} else breakers.open_until end`,
        }),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
    return breakerFromRow(row);
  },
  recordSuccess: async (key) => {
    await session.writer
      .updateTable('breakers')
      .set({ failures: 0 })
      .where('key', '=', key)
      .where('failures', '>', 0)
      .execute();
  },
});

const breakerFromRow = (row: Row): Breaker => {
  const { text, integer } = readRow('breakers', row);
  return {
    key: text('key'),
    failures: integer('failures'),
    windowStart: integer('window_start'),
    openUntil: integer('open_until'),
  };
};
