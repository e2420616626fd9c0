// People on PostgreSQL: a dump of every column of text.
import pg from 'pg';
import { counterparts } from '../counterparts/index.ts';
import { type Database, peopleSuite } from './native-people.ts';
import { startWorld } from './native-world.ts';

peopleSuite(async () => {
  const { url, drop } = await counterparts().createDatabase();
  const world = await startWorld({ databaseUrl: url });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const all: Database['all'] = async (statement, ...parameters) => {
    let position = 0;
    const numbered = statement.replaceAll('?', () => {
      position += 1;
      return `$${position}`;
    });
    return (await client.query(numbered, parameters)).rows;
  };
  const database: Database = {
    all,
    columns: () =>
      all(
        `select table_name as "table", column_name as "column", (data_type ~ 'char|text')::int as is_text,
           (is_nullable = 'NO')::int as is_needed
         from information_schema.columns where table_schema = current_schema()`,
      ),
    bytes: null,
    close: async () => {
      await client.end();
      await world.close();
      await drop();
    },
  };
  return { world, database };
});
