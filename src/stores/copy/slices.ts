// Reads and writes a table in slices by its primary key: each slice is found by the last key of the one before, and
// its size follows the size of the rows, so that memory is bounded however long a table or its rows are.
import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Row } from '../row.ts';
import type { Tables } from '../schema.ts';
import type { End } from './ends.ts';
import type { CopiedTable, KeyColumn } from './tables.ts';

const rowsFirst = 50;
const rowsMax = 1_000;
/** What a slice should not be larger than, as long as its rows are about as large as those before. */
const bytesWanted = 4 * 1024 * 1024;
/** SQLite takes 32,766 in one statement, PostgreSQL twice as many. */
const parametersMax = 32_000;

/** All rows behind the key of `after` (null: all there are), in the order of the key. */
export async function* slicesOf(
  end: End,
  table: CopiedTable,
  after: Row | null,
): AsyncGenerator<readonly Row[]> {
  let last = after;
  let limit = rowsFirst;
  for (;;) {
    const rows = await readSlice(end, table, { after: last, limit });
    const lastRow = rows.at(-1);
    if (lastRow === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    last = lastRow;
    limit = nextLimit(rows, lastRow);
  }
}

/** The key of the last row in the order of the key; null for an empty table. */
export const lastKeyOf = async (end: End, { name, key }: CopiedTable): Promise<Row | null> => {
  const columns = sql.join(key.map((column) => sql.ref(column.name)));
  const backwards = sql.join(key.map((column) => sql`${inOrder(end, column)} desc`));
  const { rows } =
    await sql<Row>`select ${columns} from ${sql.table(name)} order by ${backwards} limit 1`.execute(end.db);
  return rows[0] ?? null;
};

export const countRows = async ({ db }: End, { name }: CopiedTable): Promise<number> => {
  const { rows } = await sql<{ total: number }>`select count(*) as total from ${sql.table(name)}`.execute(db);
  return rows[0]?.total ?? 0;
};

/** Writes slices of one table, each by one statement. The text of a full slice is made once. */
export const sliceWriter = ({ name }: CopiedTable) => {
  let kept: { rows: number; query: CompiledQuery } | null = null;
  return async (db: Kysely<Tables>, rows: readonly Row[]): Promise<void> => {
    const columns = columnsOf(rows);
    const parameters = rows.flatMap((row) => columns.map((column) => row[column]));
    if (kept?.rows !== rows.length)
      kept = { rows: rows.length, query: insertOf({ name, columns, rows }).compile(db) };
    if (kept.query.parameters.length !== parameters.length)
      throw new Error(`Rows of ${name} differ in columns.`);
    await db.executeQuery({ ...kept.query, parameters });
  };
};

/** By name, because the engines may list them in another order. */
export const columnsOf = ([first]: readonly Row[]): string[] => Object.keys(first ?? {}).sort();

type Slice = { after: Row | null; limit: number };

const readSlice = async (end: End, { name, key }: CopiedTable, { after, limit }: Slice): Promise<Row[]> => {
  const order = sql.join(key.map((column) => inOrder(end, column)));
  const behind =
    after === null ? sql`` : sql`where (${order}) > (${sql.join(key.map((column) => after[column.name]))})`;
  const query = sql<Row>`select * from ${sql.table(name)} ${behind} order by ${order} limit ${limit}`;
  return (await query.execute(end.db)).rows;
};

/** SQLite compares texts by their bytes; PostgreSQL by the language of the database unless told otherwise. */
const inOrder = ({ engine }: End, { name, kind }: KeyColumn): RawBuilder<unknown> =>
  engine === 'postgres' && kind === 'text' ? sql`${sql.ref(name)} collate "C"` : sql`${sql.ref(name)}`;

const insertOf = ({ name, columns, rows }: { name: string; columns: string[]; rows: readonly Row[] }) => {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  return sql`insert into ${sql.table(name)} (${names}) values ${sql.join(values)}`;
};

const nextLimit = (rows: readonly Row[], row: Row): number => {
  const byParameters = Math.floor(parametersMax / Object.keys(row).length);
  const byBytes = Math.floor((rows.length * bytesWanted) / Math.max(bytesOf(rows), 1));
  return Math.max(1, Math.min(rowsMax, byParameters, byBytes));
};

const bytesOf = (rows: readonly Row[]): number =>
  rows.reduce(
    (sum, row) => sum + Object.values(row).reduce<number>((total, value) => total + sizeOf(value), 0),
    0,
  );

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
