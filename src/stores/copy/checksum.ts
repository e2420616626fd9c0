// One checksum for a table on either engine: SHA-256 over its rows in the order of the key, each a line of JSON. A
// line is the list of the values in the order of their columns' names; bytes are a list of one text in base64, so
// that they cannot be taken for a text.
import { createHash } from 'node:crypto';
import type { Row } from '../row.ts';
import type { End } from './ends.ts';
import { columnsOf, slicesOf } from './slices.ts';
import type { CopiedTable } from './tables.ts';

/** `checksum` is hexadecimal. */
export type TableDigest = { rows: number; checksum: string };

/** `onRows` hears how many rows were read since it was last called. */
export const digestTable = async (
  end: End,
  table: CopiedTable,
  onRows: (count: number) => void = () => {},
): Promise<TableDigest> => {
  const hash = createHash('sha256');
  let total = 0;
  let known = '';
  for await (const rows of slicesOf(end, table, null)) {
    const columns = columnsOf(rows);
    const header = JSON.stringify(columns);
    if (header !== known) hash.update(`${header}\n`);
    known = header;
    for (const row of rows) hash.update(lineOf(row, columns, table.name));
    total += rows.length;
    onRows(rows.length);
  }
  return { rows: total, checksum: hash.digest('hex') };
};

const lineOf = (row: Row, columns: readonly string[], table: string): string =>
  `${JSON.stringify(columns.map((column) => canonical(row[column], `${table}.${column}`)))}\n`;

const canonical = (value: unknown, place: string): string | number | null | [string] => {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (value instanceof Uint8Array) {
    return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')];
  }
  throw new Error(
    `A value of ${place} is neither text nor bytes nor a whole number that can be told exactly.`,
  );
};
