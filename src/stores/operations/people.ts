// What is to be found of a person, table by table; which columns are looked at is personal-columns.ts's.
import { type RawBuilder, sql } from 'kysely';
import type { PeopleOperations, PersonalRow } from '../../core/ports/people.ts';
import { type PersonalTable, personalTables } from '../personal-columns.ts';
import type { Row } from '../row.ts';
import type { Context } from './context.ts';

export const peopleOperations = ({ session }: Context): PeopleOperations => ({
  tables: () => personalTables.map(({ name }) => name),
  slice: async (workspaceId, name, { after, limit }) => {
    const table = tableOf(name);
    const keys = keysOf(table);
    const behind = after === null ? sql`` : sql`and (${keys}) > (${sql.join([...after])})`;
    const { rows } = await sql<Row>`${selected(table)} where ${ofWorkspace(table, workspaceId)} ${behind}
      order by ${keys} limit ${limit}`.execute(session.scannerFor(workspaceId));
    const found = rows.map((row) => personalRow(table, row));
    const last = found.at(-1);
    return { rows: found, after: rows.length === limit && last ? last.key : null };
  },
  row: async (workspaceId, { table: name, key }) => {
    const table = tableOf(name);
    const { rows } =
      await sql<Row>`${selected(table)} where ${ofWorkspace(table, workspaceId)} and ${sql.join(byKey(table, { key }), sql` and `)}`.execute(
        session.reader,
      );
    const [found] = rows;
    return found === undefined ? null : personalRow(table, found);
  },
  rewrite: async (row, texts) => {
    const table = tableOf(row.table);
    const columns = Object.keys(texts);
    if (columns.length === 0) return true;
    const set = sql.join(columns.map((column) => sql`${sql.ref(column)} = ${texts[column]}`));
    const same = columns.map((column) => sql`${sql.ref(column)} = ${row.texts[column]}`);
    const where = sql.join([...byKey(table, row), ...same], sql` and `);
    const { rows } = await sql<Row>`update ${sql.table(table.name)} set ${set} where ${where}
      returning 1 as done`.execute(session.writer);
    return rows.length > 0;
  },
  removeRow: async (row) => {
    const table = tableOf(row.table);
    const where = sql.join(byKey(table, row), sql` and `);
    await sql`delete from ${sql.table(table.name)} where ${where}`.execute(session.writer);
  },
  forgetRemoved: () => session.forgetRemoved(),
});

/** What the rows of a table are about. */
const objects: Readonly<Record<string, RawBuilder<unknown>>> = {
  events: sql`object_id`,
  webhook_deliveries: sql`object_id`,
  webhook_attempts: sql`(select object_id from webhook_deliveries where id = webhook_attempts.delivery_id)`,
};

const keysOf = ({ key }: PersonalTable) => sql.join(key.map((column) => sql.ref(column)));

function selected(table: PersonalTable) {
  const about = objects[table.name];
  const columns = sql.join(table.columns.map((column) => sql.ref(column)));
  return sql`select ${keysOf(table)}, ${columns} ${about === undefined ? sql`` : sql`, ${about} as about`}
    from ${sql.table(table.name)}`;
}

const tableOf = (name: string): PersonalTable => {
  const table = personalTables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`${name} holds nothing about a person`);
  return table;
};

const ofWorkspace = ({ way }: PersonalTable, workspaceId: string) =>
  'of' in way
    ? sql`${sql.ref(way.by)} in (select id from ${sql.table(way.of.table)} where ${sql.ref(way.of.by)} = ${workspaceId})`
    : sql`${sql.ref(way.by)} = ${workspaceId}`;

const byKey = ({ key }: PersonalTable, row: Pick<PersonalRow, 'key'>) =>
  key.map((column, at) => sql`${sql.ref(column)} = ${row.key[at]}`);

const personalRow = ({ name, key, columns }: PersonalTable, row: Row): PersonalRow => ({
  table: name,
  key: key.map((column) => {
    const value = row[column];
    return typeof value === 'number' ? value : String(value);
  }),
  texts: Object.fromEntries(
    columns.flatMap((column) => {
      const value = row[column];
      return typeof value === 'string' ? [[column, value]] : [];
    }),
  ),
  objectId: typeof row.about === 'string' ? row.about : null,
});
