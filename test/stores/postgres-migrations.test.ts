// Migrations of PostgreSQL while others are at work: nodes that start together, nodes that die, long queries.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { migrate, missingIndexes, outstanding } from '../../src/stores/migrate.ts';
import { migrations } from '../../src/stores/migrations/index.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { counterparts } from '../counterparts/index.ts';
import type { Pooler } from '../counterparts/pgbouncer.ts';
import { until } from '../support/until.ts';
import { now, silentLog } from './fixtures.ts';
import { killWithin, openAtOnce } from './migrating-nodes.ts';
import { withPostgres } from './postgres-database.ts';

const nodes = 6;
const names = migrations.map(({ name }) => name);
const since0004 = migrations.slice(3).map(({ name }) => name);
const before0004 = migrations.slice(0, 3);

let pooler: Pooler;
before(async () => {
  pooler = await counterparts().startPooler();
});
after(() => pooler.stop());

/** A connection of somebody else. */
const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  // Some are cut off on purpose.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const texts = async (url: string, statement: string): Promise<unknown[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query({ text: statement, rowMode: 'array' });
    return rows.map(([first]: unknown[]) => first);
  });

const applied = (url: string) => texts(url, 'select name from migrations order by name');

const migrateTo = async (url: string, line: typeof migrations): Promise<string[]> => {
  const engine = await openPostgres({ url, log: silentLog });
  return migrate(engine, { now, line }).finally(() => engine.close());
};

/** A statement of this database that waits for a table. */
const queued = `select 1 from pg_locks where not granted and locktype = 'relation'
  and database = (select oid from pg_database where datname = current_database())`;

/** One workspace and one OAuth client, and so many grants of some 900 bytes each. */
const fill = (url: string, grants: number): Promise<unknown> =>
  withClient(url, async (client) => {
    await client.query("insert into workspaces (id, name, created_at) values ('w', 'W', 1)");
    await client.query(`insert into oauth_clients (id, provider, name, client_id, client_secret, cloud,
      personal_accounts, status, created_at, updated_at)
      values ('o', 'google', 'O', 'c', '', 'google', 1, 'active', 1, 1)`);
    await client.query(`insert into grants (id, workspace_id, oauth_client_id, provider, issuer, subject, scope,
        refresh_token, status, version, lease_until, refreshed_at, keep_alive_at, created_at, updated_at)
      select 'g' || n, 'w', 'o', 'google', 'issuer', n::text, 'openid', decode(repeat(md5(n::text), 40), 'hex'),
        'active', 1, 0, 1, n, 1, 1 from generate_series(1, ${grants}) as n`);
  });

/** Above the size up to which indexes are built in the migration. */
const many = 20_000;
/** What migrations after 0003 index of that table, in their order. */
const ofGrants = ['grants_ending', 'grants_dead', 'grants_ailing'];

describe('migrations of PostgreSQL', () => {
  for (const [what, line] of [
    ['an empty database', []],
    ['a database of the release before', before0004],
  ] as const) {
    it(`${nodes} processes that start at once on ${what} migrate it once, and all work`, () =>
      withPostgres(async ({ url }) => {
        if (line.length > 0) {
          await migrateTo(url, line);
          await fill(url, 100);
        }
        const ends = await openAtOnce(url, generateKey(), nodes);
        assert.deepEqual(
          ends,
          ends.map(() => [0, '']),
        );
        assert.deepEqual(await applied(url), names);
      }));
  }

  it('a process that is killed in the middle of a migration leaves nothing half made', () =>
    withPostgres(async ({ url, open }) => {
      await migrateTo(url, before0004);
      await fill(url, 100);
      await killWithin(url);
      const isGone = async () =>
        (
          await texts(
            url,
            "select 1 from pg_stat_activity where application_name = 'mailgrant gateway' and datname = current_database()",
          )
        ).length === 0;
      await until('the server has noticed', isGone);
      assert.deepEqual(
        await applied(url),
        before0004.map(({ name }) => name),
      );
      assert.deepEqual(
        await texts(
          url,
          `select column_name from information_schema.columns
          where table_schema = current_schema() and (table_name = 'half_made' or column_name in ('half_made', 'read_at', 'ends_at'))
            and table_name <> 'connect_sessions'`,
        ),
        [],
      );
      await (await open()).ping();
      assert.deepEqual(await applied(url), names);
    }));

  it('one that waits for a long transaction keeps nobody else waiting, and is done when that has ended', () =>
    withPostgres(async ({ url }) => {
      await migrateTo(url, before0004);
      await fill(url, 100);
      await withClient(url, async (long) => {
        await long.query('begin');
        await long.query('select count(*) from grants');
        const warned = Promise.withResolvers<void>();
        const log = { ...silentLog, warn: () => warned.resolve() };
        const engine = await openPostgres({ url, log });
        const migrating = migrate(engine, { now });
        await warned.promise;
        // Others read and write the tables that it wants: they come after it, and end before it, for the long
        // transaction is open until all of them have.
        for (let turn = 0; turn < 2; turn += 1) {
          await until('it stands in the queue for a lock', async () => (await texts(url, queued)).length > 0);
          await withClient(url, async (other) => {
            // So that one which is kept waiting says so.
            await other.query("set statement_timeout = '20s'");
            await other.query("update grants set updated_at = updated_at + 1 where id = 'g1'");
            await other.query('select count(*) from token_sets');
          });
        }
        await long.query('commit');
        assert.deepEqual(await migrating, since0004);
        await engine.close();
      });
    }));

  it('an index on a large table is built beside writers, and once', () =>
    withPostgres(async ({ url }) => {
      await migrateTo(url, before0004);
      await fill(url, many);
      const engine = await openPostgres({ url, log: silentLog });
      await migrate(engine, { now });
      const missing = await missingIndexes(engine);
      assert.deepEqual(
        missing.map(({ name }) => name),
        ofGrants,
      );
      assert.deepEqual(await outstanding(engine), { migrations: [], indexes: ofGrants });
      await withClient(url, async (long) => {
        await long.query('begin');
        await long.query("update grants set updated_at = 2 where id = 'g1'");
        const building = engine.upkeep.build(missing);
        const isWaiting = async () =>
          (await texts(url, "select 1 from pg_stat_progress_create_index where phase like 'waiting%'"))
            .length > 0;
        await until('it waits for the transaction', isWaiting);
        await texts(url, "update grants set updated_at = 2 where id = 'g2' returning id");
        assert.deepEqual(
          await missingIndexes(engine),
          missing.slice(1),
          'the one that is being built is none',
        );
        const second = await engine.upkeep.build(missing);
        assert.ok('refused' in second && /another process/i.test(second.refused));
        await long.query('commit');
        assert.deepEqual(await building, { built: ofGrants });
      });
      assert.deepEqual(await missingIndexes(engine), []);
      await engine.close();
    }));

  it('an index whose building was cut off is built anew', () =>
    withPostgres(async ({ url }) => {
      await migrateTo(url, before0004);
      await fill(url, many);
      const engine = await openPostgres({ url, log: silentLog });
      await migrate(engine, { now });
      const missing = await missingIndexes(engine);
      await withClient(url, async (long) => {
        await long.query('begin');
        await long.query("update grants set updated_at = 2 where id = 'g1'");
        const building = assert.rejects(engine.upkeep.build(missing));
        const cut = `select pg_terminate_backend(pid) from pg_stat_progress_create_index where phase like 'waiting%'`;
        await until('it was cut off', async () => (await texts(url, cut)).length > 0);
        await building;
        await long.query('rollback');
      });
      assert.deepEqual(await missingIndexes(engine), missing);
      assert.deepEqual(await engine.upkeep.build(missing), { built: ofGrants });
      assert.deepEqual(await missingIndexes(engine), []);
      await engine.close();
    }));

  it('through a pooler the schema is migrated, and the building of indexes is refused in words', () =>
    withPostgres(async ({ url: direct }) => {
      await migrateTo(direct, before0004);
      await fill(direct, many);
      const engine = await openPostgres({ url: pooler.throughPooler(direct), log: silentLog });
      assert.deepEqual(await migrate(engine, { now }), since0004);
      const result = await engine.upkeep.build(await missingIndexes(engine));
      assert.ok('refused' in result && /leads to the server itself/.test(result.refused));
      await engine.close();
    }));

  it('a node builds what is missing while it serves', () =>
    withPostgres(async ({ url, open }) => {
      await migrateTo(url, before0004);
      await fill(url, many);
      const store = await open(createKeyring(parseKeyring(generateKey())));
      await store.ping();
      const isBuilt = async () =>
        (
          await texts(
            url,
            "select 1 from pg_index where indexrelid = to_regclass('grants_ending') and indisvalid",
          )
        ).length > 0;
      await until('the index is there', isBuilt);
    }));
});
