import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import type { GatewayError } from '../../src/core/errors.ts';
import { secret } from '../../src/core/secret.ts';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { connectionError, statementError } from '../../src/stores/postgres-errors.ts';
import { createSqlStore } from '../../src/stores/sql-store.ts';
import { storeConformance } from './conformance.ts';
import { newId, newKeyring, now, silentLog, storeGrant, tokenSet, workspace } from './fixtures.ts';
import { createPostgresDatabase, withPostgres } from './postgres-database.ts';
import { startPostgresProxy } from './postgres-proxy.ts';

storeConformance('PostgreSQL', (options) => createPostgresDatabase(undefined, options));

/** A store whose connections go through a proxy. */
const withProxy = (
  test: (opened: {
    store: OpenStore;
    proxy: Awaited<ReturnType<typeof startPostgresProxy>>;
  }) => Promise<void>,
  options: { poolSize?: number; warn?: () => void } = {},
) =>
  withPostgres(async ({ url, keyring }) => {
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

/** What a caller hears who may try again: 503 with `Retry-After`. */
const busy = { code: 'overloaded', extras: { retryAfterSeconds: 1 } };

const assertBusy = ({ code, extras }: GatewayError): void => assert.deepEqual({ code, extras }, busy);

const assertStartFails = async (databaseUrl: string, message: RegExp): Promise<void> => {
  const open = openStore({ databaseUrl, dataDir: '/nowhere', keyring: newKeyring(), log: silentLog });
  await assert.rejects(open, (error: Error) => {
    assert.match(error.message, message);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
    return true;
  });
};

describe('the engine of PostgreSQL', () => {
  it('four nodes that start at once on an empty database migrate it once', () =>
    withPostgres(async ({ open }) => {
      const stores = await Promise.all([open(), open(), open(), open()]);
      for (const store of stores) await store.ping();
    }));

  it('a refresh is saved in one round trip, and a lease is taken in one', () =>
    withProxy(async ({ store, proxy }) => {
      const { id } = await storeGrant(store);
      const before = proxy.roundTrips();
      await store.grants.claim(id, { owner: 'node', now, until: now + 1 });
      assert.equal(proxy.roundTrips(), before + 1);
      const isSaved = await store.grants.saveRefreshed(id, {
        version: 1,
        refreshToken: secret('refresh-token-2'),
        refreshTokenExpiresAt: null,
        tokenSet: tokenSet(id),
        at: now,
        keepAliveAt: now,
        endsAt: null,
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
        await assert.rejects(work, busy);
        await store.transaction((rows) => rows.workspaces.byId(newId()));
      },
      { poolSize: 1, warn: () => warned.resolve() },
    );
  });

  it('a full queue for connections refuses with `overloaded`, and serves what it took', () =>
    withPostgres(async ({ url }) => {
      const engine = await openPostgres({ url, log: silentLog, poolSize: 1, waitingMax: 2 });
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

  it('of two that wait for each other in a ring one goes on, and the other one may try again', () =>
    withPostgres(async ({ openTwo }) => {
      const stores = await openTwo();
      const both = Promise.withResolvers<void>();
      let held = 0;
      const outcomes = await Promise.allSettled(
        [
          ['one', 'other'],
          ['other', 'one'],
        ].map(([first = '', second = ''], node) =>
          stores[node]?.transaction(async (rows) => {
            await rows.lock(first);
            held += 1;
            if (held === 2) both.resolve();
            await both.promise;
            await rows.lock(second);
          }),
        ),
      );
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      assert.equal(failures.length, 1);
      for (const failure of failures) assertBusy(failure);
    }));

  it('nothing outlives a transaction on the server: no named statement and no session lock', () =>
    withPostgres(async ({ url, open }) => {
      const store = await open();
      const { id } = await storeGrant(store);
      await store.grants.claim(id, { owner: 'node', now, until: now + 1 });
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

  it('a start without a database says which one and why not, and never the password', async () => {
    await assertStartFails(
      'postgres://ada:hunter2@127.0.0.1:1/none',
      /"none" at 127\.0\.0\.1:1 .*ECONNREFUSED/,
    );
    await assertStartFails('postgres://ada:12/hunter2@127.0.0.1:1/none', /percent-encoded/);
    await assertStartFails('postgres://ada:hunter2@127.0.0.1:port/none', /configured URL/);
    // One that accepts the connection and hangs up.
    const proxy = await startPostgresProxy('postgres://ada:hunter2@127.0.0.1:1/none');
    await assertStartFails(proxy.url, /at 127\.0\.0\.1:\d+ as "ada" cannot be used: ./);
    await proxy.close();
  });

  it('a start on a database that the server does not have says so', () =>
    withPostgres(async ({ url }) => {
      const other = new URL(url);
      other.pathname = '/nowhere_to_be_found';
      await assertStartFails(other.href, /nowhere_to_be_found.*\(3D000\)/);
    }));

  it('a silent database ends a query in its time, and its connection is not used again', () =>
    withPostgres(async ({ url }) => {
      const proxy = await startPostgresProxy(url);
      const engine = await openPostgres({
        url: proxy.url,
        log: silentLog,
        poolSize: 1,
        statementMilliseconds: 100,
      });
      await migrate(engine, { now });
      const store = createSqlStore(engine, newKeyring());
      proxy.freeze();
      await assert.rejects(store.ping(), busy);
      proxy.thaw();
      await store.ping();
      // In the middle of a transaction: one such time, for nothing is said to the silent connection any more.
      const statements: string[] = [];
      const work = store.transaction(async (rows) => {
        await rows.workspaces.insert(workspace());
        proxy.freeze();
        await assert.rejects(rows.workspaces.byId(newId()), busy);
        statements.push('first');
        await rows.workspaces.byId(newId());
      });
      await assert.rejects(work, busy);
      assert.deepEqual(statements, ['first']);
      proxy.thaw();
      await store.ping();
      await engine.close();
      await proxy.close();
    }));

  it('a statement that takes too long is stopped by the server, and the connection stays', () =>
    withPostgres(async ({ url }) => {
      const engine = await openPostgres({ url, log: silentLog, poolSize: 1, statementMilliseconds: 100 });
      const processId = async () =>
        (await sql<{ id: number }>`select pg_backend_pid() as id`.execute(engine.session.reader)).rows[0]?.id;
      const before = await processId();
      await assert.rejects(sql`select pg_sleep(60)`.execute(engine.session.reader), busy);
      assert.equal(await processId(), before);
      await engine.close();
    }));

  it('a migration may take longer than other statements may', () =>
    withPostgres(async ({ url }) => {
      const engine = await openPostgres({ url, log: silentLog, statementMilliseconds: 1 });
      await engine.migration(({ writer }) => sql`select pg_sleep(1.2)`.execute(writer));
      await engine.close();
    }));

  it('a connection that a server went read-only under is replaced by one that may write', () =>
    withPostgres(async ({ url, open, raw }) => {
      await open();
      const name = new URL(url).pathname.slice(1);
      await raw(`alter database "${name}" set default_transaction_read_only = on`);
      const engine = await openPostgres({ url, log: silentLog, poolSize: 1 });
      const store = createSqlStore(engine, newKeyring());
      await raw(`begin read write; alter database "${name}" reset all; commit`);
      await assert.rejects(store.workspaces.insert(workspace()), busy);
      await store.workspaces.insert(workspace());
      await engine.close();
    }));

  it('a server that is lost, going, coming or short of something makes callers try again later', () => {
    const states = ['08006', '57P01', '57P02', '57P03', '25006', '53100', '53200', '53300', '57014'];
    for (const state of states) {
      const cause = new pg.DatabaseError('words', 1, 'error');
      cause.code = state;
      assertBusy(statementError(cause));
      assertBusy(connectionError(cause));
    }
    assertBusy(statementError(new Error('words')));
    assertBusy(connectionError(new Error('words')));
  });
});
