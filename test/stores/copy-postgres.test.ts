import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type CopyProgress, copyDatabase } from '../../src/stores/copy/index.ts';
import { copiedTables } from '../../src/stores/copy/tables.ts';
import { openStore } from '../../src/stores/index.ts';
import type { Keyring } from '../../src/stores/keyring.ts';
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

const between = async (
  test: (ends: { from: string; to: string; keyring: Keyring }) => Promise<void>,
): Promise<void> => {
  const [from, to] = await Promise.all([counterparts().createDatabase(), counterparts().createDatabase()]);
  const keyring = newKeyring();
  try {
    const store = await openStore({ databaseUrl: from.url, dataDir: '/nowhere', keyring, log: silentLog });
    await storeGrant(store);
    await store.close();
    await test({ from: from.url, to: to.url, keyring });
  } finally {
    await Promise.all([from.drop(), to.drop()]);
  }
};

test('nobody writes into either end behind the comparison of a table', () =>
  between(async ({ from, to, keyring }) => {
    const tried: string[] = [];
    // The first table is compared by then, and the copy goes on only when the other program has tried.
    const onProgress = ({ phase, table }: CopyProgress): void => {
      if (phase !== 'verify' || table !== 'grants' || tried.length > 0) return;
      for (const url of [from, to]) {
        const program = spawnSync(process.execPath, ['--input-type=module', '-e', writing, url], {
          cwd: root,
        });
        tried.push(`${program.stdout}${program.stderr}`);
      }
    };
    await copyDatabase({ from, to, keyring, log: silentLog, onProgress });
    assert.equal(tried.length, 2);
    for (const words of tried) assert.match(words, /lock timeout/);
  }));

const root = fileURLToPath(new URL('../..', import.meta.url));
const writing = `
  import pg from 'pg';
  const client = new pg.Client({ connectionString: process.argv[1] });
  await client.connect();
  await client.query("set lock_timeout = '100ms'");
  await client.query("update workspaces set name = 'changed'").then(() => console.log('written'), console.log);
  await client.end();`;

for (const end of ['from', 'to'] as const) {
  test(`a gateway that connects to the ${end} end in the middle of a copy is noticed, and the target stays marked`, () =>
    between(async ({ keyring, ...ends }) => {
      const gateway = new pg.Client({ connectionString: ends[end], application_name: 'mailgrant gateway' });
      const connected: Promise<unknown>[] = [];
      // While the copy reads a table it waits for the server, who lets the other one in first.
      const onProgress = (): void => void (connected.length === 0 && connected.push(gateway.connect()));
      try {
        const options = { ...ends, keyring, log: silentLog };
        await assert.rejects(copyDatabase({ ...options, onProgress }), /in use: 1 connection/);
        await gateway.end();
        const marked = await rowsOf(ends.to, "select to_regclass('unfinished_copy') is not null as found");
        assert.deepEqual(marked, [{ found: true }]);
        assert.equal((await copyDatabase(options)).isResumed, true);
      } finally {
        await Promise.all(connected);
      }
    }));
}

test('a database is not copied into itself, however it is named', () =>
  between(async ({ from, keyring }) => {
    const to = new URL(from);
    to.searchParams.set('connect_timeout', '7');
    const copying = copyDatabase({ from, to: to.href, keyring, log: silentLog });
    await assert.rejects(copying, /Both ends are the same database/);
  }));
