// Rows for every table that is copied, made from what the database says of its columns: a table or column that is
// added later is filled, and so compared, without anybody remembering it.
import { DatabaseSync } from 'node:sqlite';
import { copiedTables } from '../../src/stores/copy/tables.ts';

type Column = { name: string; type: string; notnull: number };
type Reference = { from: string; table: string; to: string };

/** Puts `count` rows into each table of a migrated SQLite database that nobody has open. `key_proofs` has its own. */
export const fillTables = (path: string, count: number): void => {
  const database = new DatabaseSync(path);
  database.exec('begin');
  for (const { name } of copiedTables) {
    if (name !== 'key_proofs') fillTable(database, name, count);
  }
  database.exec('commit');
  database.close();
};

const fillTable = (database: DatabaseSync, table: string, count: number): void => {
  const columns = columnsOf(database, table);
  const references = referencesOf(database, table);
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const insert = database.prepare(
    `insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`,
  );
  for (let index = 0; index < count; index += 1) {
    insert.run(
      ...columns.map((column) => {
        const isReference = references.some(({ from }) => from === column.name);
        return isReference ? textOf('id', index) : cellOf(column, index);
      }),
    );
  }
};

export const columnsOf = (database: DatabaseSync, table: string): Column[] =>
  database
    .prepare('select name, type, "notnull" from pragma_table_info(?)')
    .all(table)
    .map((row) => ({ name: String(row.name), type: String(row.type), notnull: Number(row.notnull) }));

export const referencesOf = (database: DatabaseSync, table: string): Reference[] =>
  database
    .prepare('select "from", "table", "to" from pragma_foreign_key_list(?)')
    .all(table)
    .map((row) => ({ from: String(row.from), table: String(row.table), to: String(row.to) }));

const cellOf = ({ name, type, notnull }: Column, index: number): string | number | Uint8Array | null => {
  if (notnull === 0 && index % 3 === 2) return null;
  switch (type) {
    case 'TEXT':
      return textOf(name, index);
    case 'INTEGER':
      // Times are larger than 32 bits.
      return 1_790_000_000_000 + index;
    case 'BLOB':
      return Uint8Array.of(0, 255, 127, index % 256, Math.floor(index / 256) % 256);
    default:
      throw new Error(`a column of type ${type}`);
  }
};

/** Among them such as languages and bytes put in different orders, and characters outside of the first plane. */
const beginnings = ['a', 'B', 'Z', 'é', '_', 'ß', '😀', '\uffee', 'I', 'ı'];

const textOf = (name: string, index: number): string =>
  `${beginnings[index % beginnings.length]}${String(index).padStart(6, '0')} ${name} "'\\\n`;
