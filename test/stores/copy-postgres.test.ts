import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { copiedTables } from '../../src/stores/copy/tables.ts';
import { openStore } from '../../src/stores/index.ts';
import { counterparts } from '../counterparts/index.ts';
import { copyConformance } from './copy-conformance.ts';
import { newKeyring, silentLog } from './fixtures.ts';

copyConformance('PostgreSQL', async () => {
  const { url, drop } = await counterparts().createDatabase();
  return { url, raw: async (statement) => void (await rowsOf(url, statement)), drop };
});

test('no table that is copied draws numbers from a sequence, which the copy would leave at its start', async () => {
  const { url, drop } = await counterparts().createDatabase();
  const store = await openStore({
    databaseUrl: url,
    dataDir: '/nowhere',
    keyring: newKeyring(),
    log: silentLog,
  });
  await store.close();
  const drawing = await rowsOf(
    url,
    `select table_name from information_schema.columns where table_schema = 'public'
     and (is_identity = 'YES' or column_default like 'nextval%')`,
  );
  await drop();
  const names = drawing.map((row) => row.table_name);
  assert.deepEqual(
    copiedTables.map(({ name }) => name).filter((name) => names.includes(name)),
    [],
  );
});

const rowsOf = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
};
