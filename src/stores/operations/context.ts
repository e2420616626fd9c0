// What every file of operations is made from, and the two small things that they share.
import { type Compilable, type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Session } from '../engine.ts';
import type { Keyring } from '../keyring.ts';
import type { Tables } from '../schema.ts';

export type Context = { session: Session; keyring: Keyring };

/** True when a statement changed a row. */
export const changed = (result: { numUpdatedRows: bigint }): boolean => result.numUpdatedRows > 0n;

/** Columns under the name `table.column`, for joined results that `readRow` takes apart by prefix. */
export const prefixed = <T extends keyof Tables>(
  table: T,
  columns: Record<keyof Tables[T] & string, unknown>,
) => Object.keys(columns).map((column) => sql.ref(`${table}.${column}`).as(`${table}.${column}`));

export type Database = Kysely<Tables>;

/**
 * For the reads of the hot path: building and compiling a query costs more than running it on SQLite, so its
 * text is kept. `build` gives any texts as the parameters, in order, and each call gives the real ones.
 */
export const rowsOf = <Row>(db: Database, build: () => Compilable<Row>) => {
  let compiled: CompiledQuery<Row> | null = null;
  return async (...parameters: string[]): Promise<Row[]> => {
    compiled ??= build().compile();
    if (compiled.parameters.length !== parameters.length) throw new Error('The query has other parameters.');
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters });
    return rows;
  };
};

export const firstRowOf = <Row>(db: Database, build: () => Compilable<Row>) => {
  const find = rowsOf(db, build);
  return async (...parameters: string[]): Promise<Row | undefined> => (await find(...parameters))[0];
};
