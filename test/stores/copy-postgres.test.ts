import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { copyDatabase } from '../../src/stores/copy/index.ts';
import { copiedTables } from '../../src/stores/copy/tables.ts';
import { openStore } from '../../src/stores/index.ts';
import { counterparts } from '../counterparts/index.ts';
import { copyConformance } from './copy-conformance.ts';
import { newKeyring, silentLog, storeGrant } from './fixtures.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

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

test('a server that sorts by a language reads each table in the order of the source', async () => {
  const source = await createSqliteDatabase();
  const target = await createSortedDatabase('en-US');
  try {
    const store = await source.open();
    const { id } = await storeGrant(store);
    await store.close();
    // By their bytes: upper case, then _, lower case, and what is beyond ASCII. A dictionary has it otherwise.
    for (const resource of ['Zürich', 'a', '_', 'B', 'é', 'f', '😀', '\uffee', 'ab', 'a-c']) {
      await source.raw(
        "insert into token_sets (grant_id, resource, access_token, scope, obtained_at, expires_at) values (?, ?, x'00', '', 1, 2)",
        id,
        resource,
      );
    }
    const sorted = await rowsOf(target.url, "select 'a' < 'B' as found");
    assert.deepEqual(sorted, [{ found: true }], 'the server sorts by its bytes');
    const options = {
      from: `sqlite:${source.path}`,
      to: target.url,
      keyring: source.keyring,
      log: silentLog,
    };
    const result = await copyDatabase(options);
    assert.equal(result.tables.find(({ name }) => name === 'token_sets')?.rows, 10);
  } finally {
    await target.drop();
    await source.drop();
  }
});

const createSortedDatabase = async (language: string) => {
  const neighbour = await counterparts().createDatabase();
  const name = `sorted_${randomBytes(8).toString('hex')}`;
  await rowsOf(
    neighbour.url,
    `create database ${name} template template0 locale_provider icu icu_locale '${language}'`,
  );
  const url = new URL(neighbour.url);
  url.pathname = `/${name}`;
  const drop = async (): Promise<void> => {
    await rowsOf(neighbour.url, `drop database ${name} with (force)`);
    await neighbour.drop();
  };
  return { url: url.href, drop };
};
