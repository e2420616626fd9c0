import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Breaker } from '../../core/breaker-states.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { type Row, readRow } from '../row.ts';
import type { BreakersTable, Tables } from '../schema.ts';
import type { Context } from './context.ts';

export const breakerOperations = ({ session }: Context): StoreOperations['breakers'] => ({
  find: async (keys) => {
    if (keys.length === 0) return [];
    const rows = await session.reader.selectFrom('breakers').selectAll().where('key', 'in', keys).execute();
    return rows.map(breakerFromRow);
  },
  replace: (key, { known, next }) =>
    session.unit(async ({ writer, announce }) => {
      const isAsKnown = (eb: ExpressionBuilder<Tables, 'breakers'>): Expression<SqlBool> =>
        eb.and(known === null ? { key } : rowOf({ ...known, key }));
      const answered =
        next === null
          ? await writer.deleteFrom('breakers').where(isAsKnown).returning('key').execute()
          : known === null
            ? await writer
                .insertInto('breakers')
                .values(rowOf({ ...next, key }))
                .onConflict((conflict) => conflict.doNothing())
                .returning('key')
                .execute()
            : await writer
                .updateTable('breakers')
                .set(rowOf({ ...next, key }))
                .where(isAsKnown)
                .returning('key')
                .execute();
      if (answered.length === 0) return false;
      announce({ kind: 'breaker', id: key });
      return true;
    }),
  prune: async (before, limit) => {
    const idle = session.reader
      .selectFrom('breakers')
      .select('key')
      .where('window_start', '<', before)
      .where('open_until', '<', before)
      .where('probe_until', '<', before)
      .limit(limit);
    const deleted = await session.writer
      .deleteFrom('breakers')
      .where('key', 'in', idle)
      .returning('key')
      .execute();
    return deleted.length;
  },
});

const rowOf = ({ key, failures, windowStart, openUntil, trips, probeUntil }: Breaker): BreakersTable => ({
  key,
  failures,
  window_start: windowStart,
  open_until: openUntil,
  trips,
  probe_until: probeUntil,
});

export const breakerFromRow = (row: Row): Breaker => {
  const { text, integer } = readRow('breakers', row);
  return {
    key: text('key'),
    failures: integer('failures'),
    windowStart: integer('window_start'),
    openUntil: integer('open_until'),
    trips: integer('trips'),
    probeUntil: integer('probe_until'),
  };
};
