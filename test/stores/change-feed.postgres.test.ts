// What nodes on one PostgreSQL hear of one another when transactions overlap and connections fail.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { openStore } from '../../src/stores/index.ts';
import { counterparts } from '../counterparts/index.ts';
import type { Pooler } from '../counterparts/pgbouncer.ts';
import { until } from '../support/until.ts';
import { listenCurrent, listenTo } from './change-feed.ts';
import { newId, silentLog } from './fixtures.ts';
import { withPostgres } from './postgres-database.ts';
import { startPostgresProxy } from './postgres-proxy.ts';

let pooler: Pooler;
before(async () => {
  pooler = await counterparts().startPooler();
});
after(() => pooler.stop());

const ways = [
  ['directly', (url: string) => url],
  ['through a pooler', (url: string) => pooler.throughPooler(url)],
] as const;

for (const [name, reach] of ways) {
  describe(`the change feed of PostgreSQL ${name}`, () => {
    it('a transaction that ends late is heard although later ones were heard before', () =>
      withPostgres(async ({ openTwo }) => {
        const [store, other] = await openTwo();
        const heard = await listenCurrent(other);
        const [late, early] = [newId(), newId()];
        const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const work = store.transaction(async (rows) => {
          // Writes, so that it has a number, before the other one begins.
          await rows.events.append(event(late));
          await rows.mailboxes.remove(late);
          begun.resolve();
          await released.promise;
        });
        await begun.promise;
        await store.mailboxes.remove(early);
        await until('the later one is heard', () => heard.includes(early));
        assert.equal(heard.includes(late), false);
        released.resolve();
        await work;
        await until('the one that ended late is heard', () => heard.includes(late));
        assert.equal(heard.filter((id) => id === early).length, 1);
      }, reach));

    it('changes are heard, although nobody notifies', () =>
      withPostgres(async ({ openTwo, raw }) => {
        const [, other] = await openTwo();
        const heard = await listenCurrent(other);
        const id = newId();
        await raw(insertChange, 'mailbox', id);
        await until('the change is heard', () => heard.includes(id));
      }, reach));

    it('a kind of change that a newer release knows is passed over', () =>
      withPostgres(async ({ openTwo, raw }) => {
        const [, other] = await openTwo();
        const heard = await listenCurrent(other);
        const id = newId();
        await raw(insertChange, 'of_the_future', newId());
        await raw(insertChange, 'grant', id);
        await until('the known one is heard', () => heard.length > 0);
        assert.deepEqual(heard, [id]);
      }, reach));

    it('very many changes at once are told as: anything may have changed', () =>
      withPostgres(async ({ openTwo, raw }) => {
        const [, other] = await openTwo();
        const heard = await listenCurrent(other);
        await raw(`insert into changes (written_by, kind, object_id, written_at)
          select pg_current_xact_id(), 'grant', n::text, 1 from generate_series(1, 10001) as n`);
        await until('something is heard', () => heard.length > 0);
        assert.deepEqual(heard, [null]);
      }, reach));

    it('what all have heard is pruned after ten minutes, some at a time, and not before', () =>
      withPostgres(async ({ open, raw }) => {
        const store = await open();
        await raw(`insert into changes (written_by, kind, object_id, written_at)
          select pg_current_xact_id(), 'grant', n::text, (extract(epoch from now()) * 1000)::bigint - 601000
          from generate_series(1, 7) as n`);
        await raw(insertChange, 'grant', newId());
        assert.equal(await store.changes.prune(5), 5);
        assert.equal(await store.changes.prune(5), 2);
        assert.equal(await store.changes.prune(5), 0);
      }, reach));
  });
}

describe('the change feed of PostgreSQL, cut off', () => {
  it('is not current while its connection is lost, and afterwards says that anything may have changed', () =>
    withProxiedStore(async ({ store, proxy, writeElsewhere }) => {
      const heard = await listenCurrent(store);
      proxy.freeze();
      proxy.cutAll();
      await until('the feed is not current', () => !store.changes.isCurrent());
      await writeElsewhere();
      assert.deepEqual(heard, []);
      proxy.thaw();
      proxy.cutAll();
      await until('the feed is current', () => store.changes.isCurrent());
      assert.equal(heard[0], null);
    }));

  it('is not current soon after its connection went silent, and afterwards says the same', () =>
    withProxiedStore(async ({ store, proxy, writeElsewhere }) => {
      const heard = await listenCurrent(store);
      proxy.freeze();
      await until('the feed is not current', () => !store.changes.isCurrent());
      await writeElsewhere();
      assert.deepEqual(heard, []);
      proxy.thaw();
      await until('the feed is current', () => store.changes.isCurrent());
      assert.equal(heard[0], null);
    }));

  it('is not current before it has connected, and connects when the database is there again', () =>
    withProxiedStore(async ({ store, proxy }) => {
      proxy.freeze();
      proxy.cutAll();
      const heard = listenTo(store);
      assert.equal(store.changes.isCurrent(), false);
      proxy.thaw();
      proxy.cutAll();
      await until('the feed is current', () => store.changes.isCurrent());
      assert.equal(heard[0], null);
    }));

  it('a silent connection does not keep the store from closing', () =>
    withProxiedStore(async ({ store, proxy }) => {
      await listenCurrent(store);
      proxy.freeze();
      await until('the feed is not current', () => !store.changes.isCurrent());
      await store.close();
      assert.equal(store.changes.isCurrent(), false);
    }));
});

const insertChange = `insert into changes (written_by, kind, object_id, written_at)
  values (pg_current_xact_id(), ?, ?, (extract(epoch from now()) * 1000)::bigint)`;

const event = (objectId: string) => ({
  id: newId(),
  workspaceId: null,
  type: 'mailbox.disconnected' as const,
  objectId,
  data: {},
  createdAt: 1,
});

async function withProxiedStore(
  test: (opened: {
    store: Awaited<ReturnType<typeof openStore>>;
    proxy: Awaited<ReturnType<typeof startPostgresProxy>>;
    /** A change by a node that the proxy has nothing to do with. */
    writeElsewhere: () => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await withPostgres(async ({ url, keyring, raw }) => {
    const proxy = await startPostgresProxy(url);
    const store = await openStore({ databaseUrl: proxy.url, dataDir: '/nowhere', keyring, log: silentLog });
    const writeElsewhere = () => raw(insertChange, 'mailbox', newId());
    try {
      await test({ store, proxy, writeElsewhere });
    } finally {
      await store.close();
      await proxy.close();
    }
  });
}

it('a name for the connections in the URL is not used: by theirs, nodes of older releases are told apart', () =>
  withPostgres(async ({ url, keyring }) => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
    for (const name of ['mailgrant', 'prod-mail']) {
      const databaseUrl = `${url}${url.includes('?') ? '&' : '?'}application_name=${name}`;
      const store = await openStore({ databaseUrl, dataDir: '/nowhere', keyring, log });
      store.changes.listen(() => {});
      await until('the feed is current', () => store.changes.isCurrent()).finally(() => store.close());
    }
    assert.deepEqual(warnings, []);
    const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', keyring, log });
    const old = new pg.Client({ connectionString: url, application_name: 'mailgrant' });
    await old.connect();
    try {
      store.changes.listen(() => {});
      await until('the log tells of the old node', () => warnings.length > 0);
      await old.query('select 1');
      assert.equal(store.changes.isCurrent(), false);
    } finally {
      await old.end();
    }
    await until('the feed is current', () => store.changes.isCurrent()).finally(() => store.close());
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /older release/);
  }));
