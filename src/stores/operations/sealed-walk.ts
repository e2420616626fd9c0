// The walk through everything that is sealed, table by table in the order of their keys, a slice at a time.
import { type RawBuilder, sql } from 'kysely';
import type { SealedPosition, SealedSlice } from '../../core/ports/resealing.ts';
import { type Keyring, KeyringError, keyIdOf, sealedHeadBytesMax } from '../keyring.ts';
import { type Row, resealedColumn } from '../row.ts';
import { type SealedTable, sealedTables } from '../sealed-columns.ts';
import type { Context } from './context.ts';

/** Rewritten at once: many enough to share a commit, few enough to leave connections for others. */
const abreast = 4;

export const resealSlice = async (
  { session, keyring }: Context,
  position: SealedPosition | null,
  limit: number,
): Promise<SealedSlice> => {
  const table = tableAt(position);
  const rows = await readRows(session.reader, table, { position, limit, column: (name) => sql.ref(name) });
  const values = rows.flatMap((row) => sealedValuesOf(table, row));
  const outdated = values.filter(({ value }) => keyIdOf(value) !== keyring.currentKeyId);
  const tally = { checked: values.length, resealed: 0, unreadable: 0 };
  for (let at = 0; at < outdated.length; at += abreast) {
    const some = outdated.slice(at, at + abreast);
    const results = await Promise.all(some.map((one) => reseal({ session, keyring }, table, one)));
    for (const result of results) if (result !== 'changed') tally[result] += 1;
  }
  return { position: nextPosition(table, rows, limit), ...tally };
};

export const countSlice = async (
  { session }: Context,
  position: SealedPosition | null,
  limit: number,
): Promise<{ position: SealedPosition | null; values: Map<string, number> }> => {
  const table = tableAt(position);
  // The head alone: it names the key, and the rest is long.
  const column = (name: string) => sql`substr(${sql.ref(name)}, 1, ${sql.lit(sealedHeadBytesMax)})`;
  const rows = await readRows(session.reader, table, { position, limit, column });
  const values = new Map<string, number>();
  for (const { value } of rows.flatMap((row) => sealedValuesOf(table, row))) {
    const keyId = keyIdOf(value) ?? '';
    values.set(keyId, (values.get(keyId) ?? 0) + 1);
  }
  return { position: nextPosition(table, rows, limit), values };
};

type SealedValue = { column: string; key: string[]; value: Uint8Array };

const reseal = async (
  { session, keyring }: { session: Context['session']; keyring: Keyring },
  table: SealedTable,
  { column, key, value }: SealedValue,
): Promise<'resealed' | 'unreadable' | 'changed'> => {
  const sealed = resealOrNull(keyring, { table: table.name, column, rowId: key.join(' ') }, value);
  if (sealed === null) return 'unreadable';
  const where = sql.join(
    table.key.map((name, at) => sql`${sql.ref(name)} = ${key[at]}`),
    sql` and `,
  );
  // Whoever wrote meanwhile has written what is newer.
  const { rows } = await sql<Row>`update ${sql.table(table.name)} set ${sql.ref(column)} = ${sealed}
    where ${where} and ${sql.ref(column)} = ${value} returning 1 as done`.execute(session.writer);
  return rows.length > 0 ? 'resealed' : 'changed';
};

const resealOrNull = (
  keyring: Keyring,
  place: Parameters<typeof resealedColumn>[1],
  value: Uint8Array,
): Uint8Array | null => {
  try {
    return resealedColumn(keyring, place, value);
  } catch (error) {
    if (error instanceof KeyringError) return null;
    throw error;
  }
};

type Read = {
  position: SealedPosition | null;
  limit: number;
  column: (name: string) => RawBuilder<unknown>;
};

const readRows = async (
  reader: Context['session']['reader'],
  { name, key, columns }: SealedTable,
  { position, limit, column }: Read,
): Promise<Row[]> => {
  const keys = sql.join(key.map((each) => sql.ref(each)));
  const after = position?.table === name ? position.after : [];
  const behind = after.length === key.length ? sql`where (${keys}) > (${sql.join([...after])})` : sql``;
  const sealed = sql.join(columns.map((each) => sql`${column(each)} as ${sql.id(each)}`));
  const query = sql<Row>`select ${keys}, ${sealed} from ${sql.table(name)} ${behind} order by ${keys} limit ${limit}`;
  return (await query.execute(reader)).rows;
};

const sealedValuesOf = (table: SealedTable, row: Row): SealedValue[] =>
  table.columns.flatMap((column) => {
    const value = row[column];
    return value instanceof Uint8Array ? [{ column, key: keyOf(table, row), value }] : [];
  });

const keyOf = ({ key }: SealedTable, row: Row): string[] => key.map((name) => String(row[name]));

/** A table of an earlier release's position that is gone stands for the beginning. */
const tableAt = (position: SealedPosition | null): SealedTable => {
  const table = sealedTables.find(({ name }) => name === position?.table) ?? sealedTables[0];
  if (table === undefined) throw new Error('nothing is sealed');
  return table;
};

const nextPosition = (table: SealedTable, rows: readonly Row[], limit: number): SealedPosition | null => {
  const last = rows.at(-1);
  if (last !== undefined && rows.length === limit) return { table: table.name, after: keyOf(table, last) };
  const next = sealedTables[sealedTables.indexOf(table) + 1];
  return next === undefined ? null : { table: next.name, after: [] };
};
