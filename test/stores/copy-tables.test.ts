// What `mailgrant copy` believes of the schema, against a real database.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { copiedTables, tablePlans } from '../../src/stores/copy/tables.ts';
import { referencesOf } from './copy-rows.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

const withSchema = async (check: (database: DatabaseSync) => void): Promise<void> => {
  const created = await createSqliteDatabase();
  await (await created.open()).close();
  const database = new DatabaseSync(created.path);
  try {
    check(database);
  } finally {
    database.close();
    await created.drop();
  }
};

test('every table of the database is either copied or left out with a reason', () =>
  withSchema((database) => {
    const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
    assert.deepEqual(tables.map(({ name }) => String(name)).sort(), Object.keys(tablePlans).sort());
  }));

test('each table is read by its primary key, and the kinds of its columns are known', () =>
  withSchema((database) => {
    for (const { name, key } of copiedTables) {
      const actual = database
        .prepare('select name, lower(type) as kind from pragma_table_info(?) where pk > 0 order by pk')
        .all(name);
      assert.deepEqual(
        actual.map((column) => ({ ...column })),
        key.map((column) => ({ ...column })),
        name,
      );
    }
  }));

test('no table is copied before one that its rows refer to', () =>
  withSchema((database) => {
    const copied: string[] = [];
    for (const { name } of copiedTables) {
      for (const { table } of referencesOf(database, name))
        assert.ok(copied.includes(table), `${name} -> ${table}`);
      copied.push(name);
    }
  }));
