import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { secret } from '../../src/core/secret.ts';
import { openStore } from '../../src/stores/index.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { migrations } from '../../src/stores/migrations/index.ts';
import type { createSqlStore } from '../../src/stores/sql-store.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { openWriterThread } from '../../src/stores/sqlite-writer-thread.ts';
import { storeConformance } from './conformance.ts';
import {
  client,
  clientSecret,
  grant,
  mailbox,
  newKeyring,
  now,
  request,
  session,
  silentLog,
  tokenSet,
  workspace,
} from './fixtures.ts';
import { createSqliteDatabase } from './sqlite-database.ts';
import { openOn, withEngine, withFiles } from './sqlite-engine.ts';

storeConformance('SQLite', createSqliteDatabase);

/** A transaction that holds the writer from now until `release` is called. */
const hold = async (store: ReturnType<typeof createSqlStore>) => {
  const holding = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = store.transaction(async (rows) => {
    await rows.workspaces.insert(workspace({ name: 'held' }));
    holding.resolve();
    await released.promise;
  });
  await holding.promise;
  return {
    release: async () => {
      released.resolve();
      await done;
    },
  };
};

describe('the writer of SQLite', () => {
  it('reads are answered while a transaction holds the writer', () =>
    withEngine({}, async ({ store }) => {
      const known = workspace();
      await store.workspaces.insert(known);
      const { release } = await hold(store);
      assert.deepEqual(await store.workspaces.byId(known.id), known);
      await release();
    }));

  it('reads are answered while the writer thread itself is busy', () =>
    withEngine({}, async ({ engine, store }) => {
      const known = workspace();
      await store.workspaces.insert(known);
      let isBusy = true;
      const busy = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000000)
        select count(*) from n`
        .execute(engine.session.writer)
        .finally(() => {
          isBusy = false;
        });
      for (let read = 0; read < 50; read += 1) {
        await nextTurnOfLoop();
        assert.notEqual(await store.workspaces.byId(known.id), null);
      }
      assert.equal(isBusy, true);
      await busy;
    }));

  it('writes that waited together share a commit, and one that fails does not fail the others', () =>
    withEngine({}, async ({ store }) => {
      const known = workspace({ name: 'known' });
      await store.workspaces.insert(known);
      const { release } = await hold(store);
      const good = Array.from({ length: 20 }, () => workspace());
      const writes = [...good.slice(0, 10), known, ...good.slice(10)].map((each) =>
        store.workspaces.insert(each),
      );
      const outcomes = Promise.allSettled(writes);
      await release();
      const failures = (await outcomes).filter(({ status }) => status === 'rejected');
      assert.equal(failures.length, 1);
      for (const { id } of good) assert.notEqual(await store.workspaces.byId(id), null);
    }));

  it('a unit of several statements that fails in the middle leaves nothing behind in its group', () =>
    withFiles(async ({ path }) => {
      const thread = await openWriterThread(path, { queueMax: 10 });
      const insert = (id: number) => ({ sql: 'insert into t (id) values (?)', parameters: [id] });
      await thread.run([{ sql: 'create table t (id integer primary key)', parameters: [] }]);
      const outcomes = await Promise.allSettled([
        thread.run([insert(1)]),
        thread.run([insert(2), insert(1)]),
        thread.run([insert(3), insert(4)]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      const [result] = await thread.run([{ sql: 'select id from t order by id', parameters: [] }]);
      assert.deepEqual(
        result?.rows.map(({ id }) => id),
        [1, 3, 4],
      );
      await thread.close();
    }));

  it('a full queue refuses with `overloaded`, and serves what it took', () =>
    withEngine({ queueMax: 3 }, async ({ store }) => {
      const { release } = await hold(store);
      const waiting = Array.from({ length: 3 }, () => store.workspaces.insert(workspace()));
      await assert.rejects(store.workspaces.insert(workspace()), {
        code: 'overloaded',
        extras: { retryAfterSeconds: 1 },
      });
      await assert.rejects(
        store.transaction(async () => {}),
        { code: 'overloaded' },
      );
      await release();
      await Promise.all(waiting);
    }));

  it('a forgotten transaction is ended, rolled back, and holds nobody up', () =>
    withEngine({ transactionMilliseconds: 30 }, async ({ store }) => {
      const [forgotten, next] = [workspace(), workspace()];
      const work = store.transaction(async (rows) => {
        await rows.workspaces.insert(forgotten);
        await new Promise(() => {});
      });
      const behind = store.workspaces.insert(next);
      await assert.rejects(work, /held for over 30 ms/);
      await behind;
      assert.equal(await store.workspaces.byId(forgotten.id), null);
      assert.notEqual(await store.workspaces.byId(next.id), null);
    }));

  it('closing finishes the writes that were asked for before', () =>
    withFiles(async ({ path }) => {
      const { engine, store } = await openOn({ path });
      const written = Array.from({ length: 30 }, () => workspace());
      const writes = Promise.all(written.map((each) => store.workspaces.insert(each)));
      await engine.close();
      await writes;
      await assert.rejects(store.workspaces.insert(workspace()), { code: 'internal_error' });
      const again = await openOn({ path });
      for (const { id } of written) assert.notEqual(await again.store.workspaces.byId(id), null);
      await again.engine.close();
    }));
});

describe('the files of SQLite', () => {
  it('a migration that fails leaves nothing half made, and the next start runs it whole', () =>
    withFiles(async ({ path }) => {
      const engine = await openSqlite({ path });
      const broken = {
        name: '0002-broken',
        up: () => Promise.reject(new Error('killed in the middle')),
      };
      await assert.rejects(migrate(engine, { now, line: [...migrations, broken] }), /in the middle/);
      const tables = await sql<{ name: string }>`select name from sqlite_schema`.execute(
        engine.session.reader,
      );
      assert.deepEqual(tables.rows, []);
      assert.deepEqual(
        await migrate(engine, { now }),
        migrations.map(({ name }) => name),
      );
      assert.deepEqual(await migrate(engine, { now }), []);
      await engine.close();
    }));

  it('folder and files are closed to other users', () =>
    withFiles(async ({ dataDir }) => {
      const folder = join(dataDir, 'made', 'here');
      const store = await openStore({
        databaseUrl: null,
        dataDir: folder,
        keyring: newKeyring(),
        log: silentLog,
      });
      const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
      assert.equal(await modeOf(folder), 0o700);
      for (const name of ['mailgrant.db', 'mailgrant.db-wal', 'mailgrant.db-shm', 'mailgrant.db.lock']) {
        assert.equal(await modeOf(join(folder, name)), 0o600, name);
      }
      await store.close();
    }));

  it('after it was closed the one file holds all that was written', () =>
    withFiles(async ({ dataDir }) => {
      const keyring = newKeyring();
      const store = await openStore({ databaseUrl: null, dataDir, keyring, log: silentLog });
      const written = workspace();
      await store.workspaces.insert(written);
      assert.ok(await store.workspaces.byId(written.id));
      await store.close();
      const moved = join(dataDir, 'moved');
      await mkdir(moved, { mode: 0o700 });
      await copyFile(join(dataDir, 'mailgrant.db'), join(moved, 'mailgrant.db'));
      const again = await openStore({ databaseUrl: null, dataDir: moved, keyring, log: silentLog });
      assert.deepEqual(await again.workspaces.byId(written.id), written);
      await again.close();
    }));

  it('no secret is in clear in the database file or its write-ahead log', () =>
    withFiles(async ({ dataDir }) => {
      const store = await openStore({ databaseUrl: null, dataDir, keyring: newKeyring(), log: silentLog });
      const canary = (name: string) => secret(`canary-${name}-5f1c`);
      const one = workspace();
      const oauthClient = client({
        credential: clientSecret('canary-client-5f1c'),
        nextCredential: clientSecret('canary-next-5f1c', { kind: 'certificate' }),
      });
      const owner = { workspaceId: one.id, oauthClientId: oauthClient.id };
      const given = grant(owner, { refreshToken: canary('refresh') });
      const invitation = session(owner);
      await store.workspaces.insert({ ...one, name: 'visible-name' });
      await store.oauthClients.insert(oauthClient);
      await store.grants.insert(given);
      await store.tokenSets.save(tokenSet(given.id, { accessToken: canary('access') }));
      await store.mailboxes.insert(mailbox(given));
      await store.connectSessions.insert(invitation);
      await store.authorizationRequests.insert(request(invitation, { codeVerifier: canary('verifier') }));
      const tokens = {
        accessToken: canary('held-access'),
        refreshToken: canary('held-refresh'),
        expiresInSeconds: 3_599,
        refreshTokenExpiresInSeconds: null,
        scope: null,
      };
      const identity = {
        issuer: 'i',
        subject: 's',
        email: null,
        name: '',
        entraTenantId: null,
        isManaged: true,
      };
      const furtherTokens = [{ resource: 'https://graph.microsoft.com', tokens }];
      const held = { tokens, furtherTokens, identity, addresses: [] };
      assert.equal(await store.connectSessions.update(invitation.id, { held }), true);
      // Read by another process: closing a descriptor here would drop SQLite's POSIX locks of this process.
      const { stdout } = await promisify(execFile)('cat', ['mailgrant.db', 'mailgrant.db-wal'], {
        cwd: dataDir,
        encoding: 'buffer',
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.ok(stdout.includes('visible-name'));
      assert.ok(!stdout.includes('canary-'));
      await store.close();
    }));

  it('a second store on the same file is refused, and may open once the first is closed', () =>
    withFiles(async ({ path }) => {
      const { engine } = await openOn({ path });
      await assert.rejects(openSqlite({ path }), /is in use/);
      await assert.rejects(openSqlite({ path }), /is in use/);
      await engine.close();
      await (await openSqlite({ path })).close();
    }));

  it('a database in memory and an unknown URL are refused, the URL not repeated', async () => {
    const open = (databaseUrl: string) =>
      openStore({ databaseUrl, dataDir: '/nowhere', keyring: newKeyring(), log: silentLog });
    await assert.rejects(open(':memory:'), /not supported/);
    await assert.rejects(open('sqlite::memory:'), /not supported/);
    await assert.rejects(open('mysql://user:hunter2@host/db'), (error: Error) => {
      assert.match(error.message, /postgres:\/\//);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  it('a file that is no database is refused, and the lock on it is given back', () =>
    withFiles(async ({ dataDir }) => {
      const path = join(dataDir, 'text.db');
      await promisify(execFile)('sh', ['-c', 'yes "this is not a database" | head -c 8192 > text.db'], {
        cwd: dataDir,
      });
      await assert.rejects(openSqlite({ path }), /cannot be opened: file is not a database/);
      await assert.rejects(openSqlite({ path }), /cannot be opened: file is not a database/);
    }));
});

describe('processes on one SQLite file', () => {
  const startStorm = (dataDir: string, key: string, first: string) => {
    const script = join(import.meta.dirname, 'write-storm.ts');
    const child = spawn(process.execPath, [script, dataDir, key, first], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    // The exit too: the process lets go of its files one after the other, of the lock behind the pipe.
    const ended = Promise.all([once(reader, 'close'), once(child, 'exit')]);
    const seen = (count: number) =>
      new Promise<void>((resolve, reject) => {
        reader.on('line', (line) => {
          lines.push(line);
          if (lines.length === count) resolve();
        });
        reader.on('close', () => reject(new Error('the storm ended too early')));
      });
    return { child, lines, seen, ended };
  };
  const kill = async (child: ChildProcess, ended: Promise<unknown>) => {
    child.kill('SIGKILL');
    await ended;
  };

  it('a second process is refused, and can open as soon as the first was killed', () =>
    withFiles(async ({ dataDir }) => {
      const key = generateKey();
      const { child, seen, ended } = startStorm(dataDir, key, 'a');
      try {
        await seen(1);
        const open = () =>
          openStore({ databaseUrl: null, dataDir, keyring: newKeyring(key), log: silentLog });
        await assert.rejects(open(), /is in use/);
        await kill(child, ended);
        await (await open()).close();
      } finally {
        child.kill('SIGKILL');
      }
    }));

  it('a process killed in a storm of writes loses no acknowledged row', () =>
    withFiles(async ({ dataDir }) => {
      const key = generateKey();
      const acknowledged: string[] = [];
      for (const round of ['a', 'b', 'c']) {
        const { child, lines, seen, ended } = startStorm(dataDir, key, round);
        try {
          await seen(500);
        } finally {
          await kill(child, ended);
        }
        acknowledged.push(...lines.filter((line) => line !== 'open'));
      }
      const store = await openStore({ databaseUrl: null, dataDir, keyring: newKeyring(key), log: silentLog });
      for (const id of acknowledged) assert.notEqual(await store.workspaces.byId(id), null, id);
      await store.close();
    }));
});
