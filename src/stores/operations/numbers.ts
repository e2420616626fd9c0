import { sql } from 'kysely';
import type { StoreOperations } from '../../core/ports.ts';
import { readRow } from '../row.ts';
import type { Context } from './context.ts';

// A row and not a sequence, for SQLite has none. Inside a transaction the row stays locked until its end, so that
// transactions which count under one name follow one another.
export const numberOperations = ({ session }: Context): StoreOperations['numbers'] => ({
  next: async (name) => {
    const row = await session.writer
      .insertInto('numbers')
      .values({ name, value: 1 })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql`numbers.value + 1` }))
      .returning('value')
      .executeTakeFirstOrThrow();
    return readRow('numbers', row).integer('value');
  },
});
