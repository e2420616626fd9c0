// What every file of operations is made from, and the two small things that they share.
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
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
