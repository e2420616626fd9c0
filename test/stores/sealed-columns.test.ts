// The list of sealed columns, against a real database.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { sealedPlans } from '../../src/stores/sealed-columns.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

test('every column of bytes is on the list, with the primary key of its table', async () => {
  const created = await createSqliteDatabase();
  await (await created.open()).close();
  const database = new DatabaseSync(created.path);
  try {
    const columns = database
      .prepare(
        `select s.name as "table", c.name, c.pk from sqlite_schema s, pragma_table_info(s.name) c
         where s.type = 'table' and (lower(c.type) = 'blob' or c.pk > 0) order by c.pk`,
      )
      .all();
    const of = (table: string, isKey: boolean): string[] =>
      columns
        .filter((column) => column.table === table && Number(column.pk) > 0 === isKey)
        .map(({ name }) => String(name));
    const sealed = new Set(columns.filter(({ pk }) => Number(pk) === 0).map(({ table }) => String(table)));
    assert.deepEqual([...sealed].sort(), Object.keys(sealedPlans).sort());
    for (const [table, plan] of Object.entries(sealedPlans)) {
      if (!('key' in plan)) continue;
      assert.deepEqual(Object.keys(plan.columns).sort(), of(table, false).sort(), table);
      assert.deepEqual([...plan.key], of(table, true), table);
    }
  } finally {
    database.close();
    await created.drop();
  }
});
