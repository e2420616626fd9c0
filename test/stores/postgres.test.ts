import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { secret } from '../../src/core/secret.ts';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { createSqlStore } from '../../src/stores/sql-store.ts';
import { counterparts } from '../counterparts/index.ts';
import { storeConformance } from './conformance.ts';
import {
  newId,
  newKeyring,
  now,
  silentLog,
  storeGrant,
  type TestDatabase,
  tokenSet,
  workspace,
} from './fixtures.ts';
import { startPostgresProxy } from './postgres-proxy.ts';

const createPostgresDatabase = async (): Promise<TestDatabase & { url: string }> => {
  const { url, drop } = await counterparts().createDatabase();
  const keyring = newKeyring();
  const opened: OpenStore[] = [];
  const open: TestDatabase['open'] = async (other = keyring) => {
    const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', keyring: other, log: silentLog });
    opened.push(store);
    return store;
  };
  const openEngine = async () => openPostgres({ url, log: silentLog });
  return {
    url,
    keyring,
    open,
    openEngine,
    openTwo: () => Promise.all([open(), open()]),
    raw: async (statement, ...parameters) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      let position = 0;
      const numbered = statement.replaceAll('?', () => {
        position += 1;
        return `$${position}`;
      });
      await client.query(numbered, parameters).finally(() => client.end());
    },
    drop: async () => {
      for (const store of opened) await store.close();
      await drop();
    },
  };
};

storeConformance('PostgreSQL', createPostgresDatabase);

const withDatabase = async (
  test: (database: TestDatabase & { url: string }) => Promise<void>,
): Promise<void> => {
  const database = await createPostgresDatabase();
  try {
    await test(database);
  } finally {
    await database.drop();
  }
};

/** A store whose connections go through a proxy. */
const withProxy = (
  test: (opened: {
    store: OpenStore;
    proxy: Awaited<ReturnType<typeof startPostgresProxy>>;
  }) => Promise<void>,
  options: { poolSize?: number; warn?: () => void } = {},
) =>
  withDatabase(async ({ url, keyring }) => {
    const proxy = await startPostgresProxy(url);
    const log = { ...silentLog, warn: options.warn ?? silentLog.warn };
    const poolSize = options.poolSize ?? 2;
    const store = await openStore({ databaseUrl: proxy.url, dataDir: '/nowhere', keyring, log, poolSize });
    try {
      await test({ store, proxy });
    } finally {
      await store.close();
      await proxy.close();
    }
  });

describe('the engine of PostgreSQL', () => {
  it('four nodes that start at once on an empty database migrate it once', () =>
    withDatabase(async ({ open }) => {
      const stores = await Promise.all([open(), open(), open(), open()]);
      for (const store of stores) await store.ping();
    }));

  it('a refresh is saved in one round trip, and a lease is taken in one', () =>
    withProxy(async ({ store, proxy }) => {
      const { id } = await storeGrant(store);
      const before = proxy.roundTrips();
      await store.grants.takeLease(id, { owner: 'node', now, until: now + 1 });
      assert.equal(proxy.roundTrips(), before + 1);
      const isSaved = await store.grants.saveRefreshed(id, {
        version: 1,
        refreshToken: secret('refresh-token-2'),
        refreshTokenExpiresAt: null,
        tokenSet: tokenSet(id),
        at: now,
        keepAliveAt: now,
      });
      assert.equal(isSaved, true);
      assert.equal(proxy.roundTrips(), before + 2);
    }));

  it('lost connections end neither the process nor the store', async () => {
    const warned = Promise.withResolvers<void>();
    await withProxy(
      async ({ store, proxy }) => {
        await store.ping();
        proxy.cutAll();
        await warned.promise;
        await store.ping();
        // In the middle of a transaction: it fails, and the next one has a connection that works.
        const work = store.transaction(async (rows) => {
          await rows.workspaces.insert(workspace());
          proxy.cutAll();
          await rows.workspaces.byId(newId());
        });
        await assert.rejects(work, { code: 'internal_error' });
        await store.transaction((rows) => rows.workspaces.byId(newId()));
      },
      { poolSize: 1, warn: () => warned.resolve() },
    );
  });

  it('a full queue for connections refuses with `overloaded`, and serves what it took', () =>
    withDatabase(async ({ url }) => {
      const engine = openPostgres({ url, log: silentLog, poolSize: 1, waitingMax: 2 });
      await migrate(engine, { now });
      const store = createSqlStore(engine, newKeyring());
      const released = Promise.withResolvers<void>();
      const holding = Promise.withResolvers<void>();
      const held = store.transaction(async (rows) => {
        await rows.workspaces.byId(newId());
        holding.resolve();
        await released.promise;
      });
      await holding.promise;
      const waiting = [store.ping(), store.ping()];
      await assert.rejects(store.workspaces.byId(newId()), { code: 'overloaded' });
      released.resolve();
      await Promise.all([held, ...waiting]);
      await engine.close();
    }));

  it('nothing outlives a transaction on the server: no named statement and no session lock', () =>
    withDatabase(async ({ url, open }) => {
      const store = await open();
      const { id } = await storeGrant(store);
      await store.grants.takeLease(id, { owner: 'node', now, until: now + 1 });
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        const { rows } = await client.query(
          "select count(*)::int as held from pg_locks where locktype = 'advisory'",
        );
        assert.deepEqual(rows, [{ held: 0 }]);
      } finally {
        await client.end();
      }
    }));

  it('a database that is not there is refused in time, and the password is not printed', async () => {
    const proxy = await startPostgresProxy('postgres://user:hunter2@127.0.0.1:1/none');
    const open = openStore({
      databaseUrl: proxy.url,
      dataDir: '/nowhere',
      keyring: newKeyring(),
      log: silentLog,
    });
    await assert.rejects(open, (error: Error) => {
      assert.doesNotMatch(`${error.message} ${error.stack}`, /hunter2/);
      return true;
    });
    await proxy.close();
  });
});
