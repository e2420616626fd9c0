// People on SQLite, where the bytes of the file are searched too.
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type Database, peopleSuite } from './native-people.ts';
import { startWorld } from './native-world.ts';

peopleSuite(async () => {
  const world = await startWorld();
  const stored = new DatabaseSync(world.file, { timeout: 5_000 });
  // As the gateway's own connection.
  stored.exec('pragma secure_delete = on');
  const all = (statement: string, ...parameters: SQLInputValue[]) =>
    stored.prepare(statement).all(...parameters);
  const database: Database = {
    all: async (statement, ...parameters) => all(statement, ...parameters),
    columns: async () =>
      all(
        `select s.name as "table", c.name as "column", c.type = 'TEXT' as is_text, c."notnull" as is_needed
         from sqlite_schema s, pragma_table_info(s.name) c where s.type = 'table'`,
      ),
    bytes: () =>
      ['', '-wal', '-shm']
        .map((end) => `${world.file}${end}`)
        .filter((path) => existsSync(path))
        .map((path) => readFileSync(path).toString('latin1'))
        .join(''),
    close: async () => stored.close(),
  };
  return { world, database };
});
