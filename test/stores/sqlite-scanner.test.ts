import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import type { Store } from '../../src/core/ports.ts';
import type { Engine } from '../../src/stores/engine.ts';
import { until } from '../support/until.ts';
import { client, grant, mailbox, tokenSet, workspace } from './fixtures.ts';
import { openOn, withEngine, withFiles } from './sqlite-engine.ts';

/** A mailbox with a token, and a place for more of them. */
const furnish = async (store: Store) => {
  const { id: workspaceId } = workspace();
  const oauthClient = client();
  const given = grant({ workspaceId, oauthClientId: oauthClient.id });
  const known = mailbox(given, { email: 'known@mail.example', customer: 'Acme' });
  await store.workspaces.insert(workspace({ id: workspaceId }));
  await store.oauthClients.insert(oauthClient);
  await store.grants.insert(given);
  await store.tokenSets.save(tokenSet(given.id));
  await store.mailboxes.insert(known);
  return { workspaceId, given, known };
};

const page = { after: null, limit: 10 };
const found = async (store: Pick<Store, 'mailboxes'>, workspaceId: string, search: string) =>
  (await store.mailboxes.list(workspaceId, { search }, page)).items.map(({ mailbox: { email } }) => email);

/** A long read, which runs from the next turn of the loop: half a second on a machine that has nothing else to do. */
const scan = ({ session }: Engine) => {
  let isOver = false;
  const done = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000000)
    select count(*) as count from n`
    .execute(session.scannerFor(null))
    .finally(() => {
      isOver = true;
    });
  done.catch(() => {});
  return { done, isOver: () => isOver };
};

/** Threads that this process starts while `work` goes on. */
const withThreads = async (work: (threads: readonly Worker[]) => Promise<void>): Promise<void> => {
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);
  process.on('worker', note);
  try {
    await work(threads);
  } finally {
    process.off('worker', note);
  }
};

describe('long reads of SQLite', () => {
  it('a token is read while a search through the mailboxes waits for its turn and runs', () =>
    withEngine({}, async ({ engine, store }) => {
      const { workspaceId, known } = await furnish(store);
      const { done, isOver } = scan(engine);
      let isAnswered = false;
      const search = found(store, workspaceId, 'known').finally(() => {
        isAnswered = true;
      });
      for (let read = 0; read < 50; read += 1) {
        await nextTurnOfLoop();
        assert.equal((await store.mailboxes.forTokenRead(known.id))?.tokenSets.length, 1);
      }
      assert.deepEqual([isOver(), isAnswered], [false, false]);
      await done;
      assert.deepEqual(await search, [known.email]);
    }));

  it('whatever may look at many rows is read there, and what an index answers is not', () =>
    withEngine({}, async ({ engine, store }) => {
      const { workspaceId, known } = await furnish(store);
      const { mailboxes, audit, webhookDeliveries, connectSessions, customers, people } = store;
      const { done, isOver } = scan(engine);
      const long: Record<string, Promise<unknown>> = {
        search: mailboxes.list(workspaceId, { search: 'a' }, page),
        customer: mailboxes.list(workspaceId, { customer: 'Acme' }, page),
        tally: mailboxes.tally(workspaceId, {}, page),
        slice: mailboxes.slice(workspaceId, {}, { offset: 0, limit: 10 }),
        audit: audit.list(workspaceId, { objectId: known.id }, page),
        deliveries: webhookDeliveries.list(workspaceId, { status: 'failed' }, page),
        sessions: connectSessions.list(workspaceId, { status: 'failed', now: 0 }, page),
        customers: customers.ofMailboxes(workspaceId, page),
        people: people.slice(workspaceId, 'mailboxes', page),
      };
      const answered: string[] = [];
      for (const [name, read] of Object.entries(long)) void read.then(() => answered.push(name));
      await mailboxes.list(workspaceId, {}, page);
      await mailboxes.list(workspaceId, { email: known.email }, page);
      await audit.list(workspaceId, {}, page);
      await store.events.list(workspaceId, page);
      await webhookDeliveries.list(workspaceId, {}, page);
      await connectSessions.list(workspaceId, null, page);
      await nextTurnOfLoop();
      assert.equal(isOver(), false);
      assert.deepEqual(answered, []);
      await Promise.all([done, ...Object.values(long)]);
    }));

  it('a read that begins after a write was acknowledged sees it', () =>
    withEngine({}, async ({ store }) => {
      const { workspaceId, given } = await furnish(store);
      for (let turn = 0; turn < 30; turn += 1) {
        const email = `written-${turn}@mail.example`;
        // One that began before, and may look at the state before.
        const earlier = found(store, workspaceId, 'written');
        await store.mailboxes.insert(mailbox(given, { email }));
        assert.deepEqual(await found(store, workspaceId, `written-${turn}@`), [email]);
        await earlier;
      }
    }));

  it('inside a transaction it sees what that one wrote, and waits for no other read', () =>
    withEngine({}, async ({ engine, store }) => {
      const { workspaceId, given } = await furnish(store);
      const { done, isOver } = scan(engine);
      await store.transaction(async (rows) => {
        await rows.mailboxes.insert(mailbox(given, { email: 'inside@mail.example' }));
        assert.deepEqual(await found(rows, workspaceId, 'inside'), ['inside@mail.example']);
      });
      assert.equal(isOver(), false);
      await done;
    }));

  it('it starts its thread with the first of them, and no second one', () =>
    withThreads((threads) =>
      withEngine({}, async ({ store }) => {
        const { workspaceId, known } = await furnish(store);
        await store.mailboxes.forTokenRead(known.id);
        await store.mailboxes.list(workspaceId, {}, page);
        assert.equal(threads.length, 1, 'the writer');
        await Promise.all([found(store, workspaceId, 'a'), found(store, workspaceId, 'b')]);
        await found(store, workspaceId, 'c');
        assert.equal(threads.length, 2);
      }),
    ));

  it('they cannot write, and fail as other reads do', () =>
    withEngine({}, async ({ engine: { session } }) => {
      const failureOf = (work: Promise<unknown>): Promise<unknown> =>
        work.then(
          () => 'none',
          ({ code, message, cause }) => ({ code, message, cause: String(cause) }),
        );
      for (const text of ['select nothing from nowhere', `delete from workspaces where id = 'none'`]) {
        const failure = await failureOf(sql.raw(text).execute(session.scannerFor(null)));
        assert.notEqual(failure, 'none');
        assert.deepEqual(failure, await failureOf(sql.raw(text).execute(session.reader)));
      }
    }));

  it('values cross the thread as they are stored', () =>
    withEngine({}, async ({ engine: { session } }) => {
      const bytes = new Uint8Array([0, 1, 254, 255]);
      const query = sql`select ${bytes} as bytes, ${'ä€😀'} as text, ${2 ** 52} as big, null as missing`;
      const { rows } = await query.execute(session.scannerFor(null));
      assert.deepEqual(rows, [{ bytes, text: 'ä€😀', big: 2 ** 52, missing: null }]);
    }));
});

describe('bounds of long reads of SQLite', () => {
  it('beyond the queue they are refused with `overloaded`, and those in it are served', () =>
    withEngine({ scanQueueMax: 2 }, async ({ engine, store }) => {
      const { workspaceId, known } = await furnish(store);
      // The thread is there, so that the next one leaves the queue at once.
      await found(store, workspaceId, 'a');
      const { done } = scan(engine);
      await nextTurnOfLoop();
      const waiting = [found(store, workspaceId, 'known'), found(store, workspaceId, 'known')];
      await until('two wait', () => engine.load().waiting === 2);
      await assert.rejects(found(store, workspaceId, 'known'), {
        code: 'overloaded',
        extras: { retryAfterSeconds: 1 },
      });
      assert.notEqual(await store.mailboxes.forTokenRead(known.id), null);
      await done;
      assert.deepEqual(await Promise.all(waiting), [[known.email], [known.email]]);
    }));

  it('a workspace that asks for many waits for itself: another one has its turn, and a place in a full queue', () =>
    withEngine({ scanQueueMax: 4 }, async ({ engine, store }) => {
      const busy = await furnish(store);
      const calm = await furnish(store);
      await found(store, busy.workspaceId, 'a');
      const { done } = scan(engine);
      await nextTurnOfLoop();
      const answered: string[] = [];
      const search = (name: string, workspaceId: string) =>
        found(store, workspaceId, 'known').then(
          () => answered.push(name),
          ({ code }) => answered.push(`${name} ${code}`),
        );
      const many = Array.from({ length: 4 }, (_, turn) => search(`busy ${turn}`, busy.workspaceId));
      await until('the queue is full', () => engine.load().waiting === 4);
      await Promise.all([...many, search('calm', calm.workspaceId), done]);
      assert.deepEqual(answered, ['busy 3 overloaded', 'busy 0', 'calm', 'busy 1', 'busy 2']);
    }));

  it('one that takes too long is answered with `overloaded`, as are those that it kept waiting; then they are served', () =>
    withEngine({ scanMilliseconds: 50 }, async ({ engine, store }) => {
      const { workspaceId, known } = await furnish(store);
      await until('a first one is in time', () =>
        found(store, workspaceId, 'known').then(
          () => true,
          () => false,
        ),
      );
      const slow = scan(engine);
      const behind = found(store, workspaceId, 'known');
      await assert.rejects(slow.done, { code: 'overloaded' });
      await assert.rejects(behind, { code: 'overloaded' });
      assert.equal(engine.load().waiting, 0);
      await until('the thread is free again', async () => {
        try {
          return (await found(store, workspaceId, 'known')).includes(known.email);
        } catch {
          return false;
        }
      });
    }));

  it('a thread that dies fails the read that it ran, and the next ones have another', () =>
    withThreads((threads) =>
      withEngine({}, async ({ engine, store }) => {
        const { workspaceId, known } = await furnish(store);
        await found(store, workspaceId, 'known');
        const { done } = scan(engine);
        await nextTurnOfLoop();
        const behind = found(store, workspaceId, 'known');
        void threads[1]?.terminate();
        await assert.rejects(done, { code: 'internal_error', message: /scanner .* has stopped/ });
        assert.deepEqual(await behind, [known.email]);
        await threads[2]?.terminate();
        assert.deepEqual(await found(store, workspaceId, 'known'), [known.email]);
        assert.equal(threads.length, 4);
        await engine.ping();
      }),
    ));

  it('closing waits for the read that runs, refuses the others, and leaves one file that holds all', () =>
    withFiles(async ({ path }) => {
      const { engine, store } = await openOn({ path });
      const { workspaceId, known } = await furnish(store);
      await found(store, workspaceId, 'known');
      const { done } = scan(engine);
      await nextTurnOfLoop();
      const behind = assert.rejects(found(store, workspaceId, 'known'), { code: 'internal_error' });
      await until('one waits', () => engine.load().waiting === 1);
      await engine.close();
      assert.equal((await done).rows.length, 1);
      await behind;
      await assert.rejects(found(store, workspaceId, 'known'), { code: 'internal_error' });
      await assert.rejects(access(`${path}-wal`));
      const again = await openOn({ path });
      assert.deepEqual(await found(again.store, workspaceId, 'known'), [known.email]);
      await again.engine.close();
    }));

  it('what was deleted leaves the files while searches come one after another', () =>
    withFiles(async ({ path, dataDir }) => {
      const { engine, store } = await openOn({ path });
      const { workspaceId, given } = await furnish(store);
      const forgotten = mailbox(given, { email: 'canary-5f1c@mail.example' });
      await store.mailboxes.insert(forgotten);
      let isOver = false;
      const searching = Array.from({ length: 4 }, async () => {
        while (!isOver) {
          await found(store, workspaceId, 'known');
          await nextTurnOfLoop();
        }
      });
      await store.mailboxes.remove(forgotten.id);
      await store.people.forgetRemoved();
      isOver = true;
      await Promise.all(searching);
      // Read by another process: closing a descriptor here would drop SQLite's POSIX locks of this process.
      const { stdout } = await promisify(execFile)('sh', ['-c', 'cat mailgrant.db mailgrant.db-wal'], {
        cwd: dataDir,
        encoding: 'buffer',
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.ok(stdout.includes('known@mail.example'));
      assert.ok(!stdout.includes('canary-5f1c'));
      await engine.close();
    }));
});
