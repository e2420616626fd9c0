// A process that dies in the middle of a migration of the embedded database.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { migrate } from '../../src/stores/migrate.ts';
import { migrations } from '../../src/stores/migrations/index.ts';
import { now } from './fixtures.ts';
import { killWithin } from './migrating-nodes.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

describe('migrations of SQLite', () => {
  it('a process that is killed in the middle of a migration leaves nothing half made', async () => {
    const database = await createSqliteDatabase();
    try {
      const line = migrations.slice(0, 3);
      const engine = await database.openEngine();
      await migrate(engine, { now, line }).finally(() => engine.close());
      await killWithin(`sqlite:${database.path}`);
      const file = new DatabaseSync(database.path);
      const columns = file.prepare("select name from pragma_table_info('grants')").all();
      const tables = file.prepare("select name from sqlite_schema where type = 'table'").all();
      file.close();
      assert.equal(
        columns.some(({ name }) => name === 'half_made' || name === 'ends_at'),
        false,
      );
      assert.equal(
        tables.some(({ name }) => name === 'half_made' || name === 'changes'),
        false,
      );
      await (await database.open()).ping();
    } finally {
      await database.drop();
    }
  });
});
