import assert from 'node:assert/strict';
import {
  type ConnectSession,
  connectSessionStatuses,
  connectStatusOf,
} from '../../../src/core/connect-session.ts';
import type { ConsoleSession } from '../../../src/core/console/console-sessions.ts';
import type { Store } from '../../../src/core/ports.ts';
import {
  allOf,
  backgroundJob,
  type CreateDatabase,
  hash,
  newId,
  now,
  session,
  storeOwner,
  storeWorkspace,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

async function storeKey(store: Store, workspaceId: string | null): Promise<string> {
  const id = newId();
  await store.apiKeys.insert({
    id,
    workspaceId,
    name: 'key',
    prefix: id.slice(-8),
    hash: hash(),
    lastFour: 'abcd',
    scopes: ['all'],
    expiresAt: null,
    createdAt: now,
    revokedAt: null,
  });
  return id;
}

const consoleSession = (keyId: string, more: Partial<ConsoleSession> = {}): ConsoleSession => ({
  id: newId(),
  tokenHash: hash(),
  keyId,
  person: null,
  createdAt: now,
  seenAt: now,
  expiresAt: now + 1000,
  ...more,
});

export const consoleGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('what the console asks for', createDatabase, (it) => {
    it('a session of the console is found with its key, and not when the workspace of that is leaving', async (store) => {
      const { id: workspaceId } = await storeWorkspace(store);
      const written = consoleSession(await storeKey(store, workspaceId), { person: 'ada@ops.example' });
      await store.consoleSessions.insert(written);
      const found = await store.consoleSessions.byTokenHash(written.tokenHash);
      assert.deepEqual(found?.session, written);
      assert.deepEqual([found?.key.id, found?.key.workspaceId], [written.keyId, workspaceId]);
      assert.equal(await store.consoleSessions.byTokenHash(hash()), null);
      await store.workspaces.leave(workspaceId, now);
      assert.equal(await store.consoleSessions.byTokenHash(written.tokenHash), null);
      while ((await store.workspaces.removeSome(workspaceId, 10)).removed > 0);
      assert.equal(await store.workspaces.byId(workspaceId), null);
    });

    it('a session is noted as seen forwards only, and ended by one of many', async (store, _, other) => {
      const written = consoleSession(await storeKey(store, null));
      await store.consoleSessions.insert(written);
      await store.consoleSessions.noteSeen(written.id, now + 9);
      await store.consoleSessions.noteSeen(written.id, now + 5);
      const ends = await Promise.all(
        [store, other, store, other].map((node) => node.consoleSessions.end(written.id, now + 10)),
      );
      assert.equal(ends.filter((isOne) => isOne).length, 1);
      const found = await store.consoleSessions.byTokenHash(written.tokenHash);
      assert.deepEqual([found?.session.seenAt, found?.session.expiresAt], [now + 9, now + 10]);
    });

    it('old sessions go with the keys that were made for persons, and with no others', async (store) => {
      const [made, entered, fresh] = [
        await storeKey(store, null),
        await storeKey(store, null),
        await storeKey(store, null),
      ];
      await store.consoleSessions.insert(consoleSession(made, { person: 'ada', expiresAt: now - 2 }));
      await store.consoleSessions.insert(consoleSession(entered, { expiresAt: now - 1 }));
      await store.consoleSessions.insert(consoleSession(fresh, { person: 'eve', expiresAt: now }));
      assert.equal(await store.consoleSessions.prune(now, 1), 1);
      assert.equal(await store.consoleSessions.prune(now, 9), 1);
      assert.equal(await store.consoleSessions.prune(now, 9), 0);
      assert.equal(await store.apiKeys.byId(made), null);
      for (const id of [entered, fresh]) assert.ok(await store.apiKeys.byId(id));
    });

    it('connect sessions are listed newest first, of one workspace, and by the status that the core gives them', async (store) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const provider = {
        httpStatus: 400,
        error: 'x',
        suberror: null,
        description: '"status":"failed"',
        errorCodes: [],
        traceId: null,
        correlationId: null,
      };
      const failed: ConnectSession['outcome'] = {
        status: 'failed',
        reason: 'access_denied',
        provider,
        missingScopes: [],
      };
      const connected = {
        status: 'connected',
        mailboxId: newId(),
        email: 'a@b.example',
        name: '"status":"failed"',
        reconnected: false,
      } as const;
      const made: Partial<ConnectSession>[] = [
        {},
        { expiresAt: now },
        { outcome: connected, finishedAt: now },
        { outcome: failed, finishedAt: now, expiresAt: now - 1 },
        { outcome: { status: 'cancelled' }, finishedAt: now },
        { setback: { at: now, status: 'waiting_for_admin', provider } },
        { setback: { at: now, status: 'insufficient_scope', missingScopes: ['a'] } },
        { setback: { at: now, status: 'wrong_mailbox', signedInAs: '"status":"declined"@x' } },
        { setback: { at: now, status: 'declined', provider } },
        { setback: { at: now, status: 'waiting_for_confirmation', email: 'a@b.example', name: '' } },
        { setback: { at: now, status: 'declined', provider }, expiresAt: now - 5 },
      ];
      const written = made.map((more) => session(here, more));
      for (const each of [...written, session(there)]) await store.connectSessions.insert(each);
      const list = (status?: (typeof connectSessionStatuses)[number]) =>
        allOf(
          (page) => store.connectSessions.list(here.workspaceId, status ? { status, now } : null, page),
          3,
        );
      assert.deepEqual(await list(), written.toReversed());
      for (const status of connectSessionStatuses) {
        const wanted = written.filter((each) => connectStatusOf(each, now) === status);
        assert.deepEqual(await list(status), wanted.toReversed(), status);
        assert.ok(wanted.length > 0, status);
      }
    });

    it('events are told of one object, and from either end', async (store) => {
      const { id: workspaceId } = await storeWorkspace(store);
      const [one, other] = [newId(), newId()];
      const ids: string[] = [];
      for (const objectId of [one, other, one, other, one]) {
        const id = newId();
        ids.push(id);
        await store.events.append({
          id,
          workspaceId,
          type: 'mailbox.verified',
          objectId,
          data: {},
          createdAt: now,
        });
      }
      const list = async (filter: Parameters<Store['events']['list']>[2]) =>
        (await allOf((page) => store.events.list(workspaceId, page, filter), 2)).map(({ id }) => id);
      assert.deepEqual(await list({}), ids);
      assert.deepEqual(await list({ newestFirst: true }), ids.toReversed());
      assert.deepEqual(await list({ objectId: one }), [ids[0], ids[2], ids[4]]);
      assert.deepEqual(await list({ objectId: one, newestFirst: true }), [ids[4], ids[2], ids[0]]);
      assert.deepEqual(await list({ objectId: newId() }), []);
    });

    it('jobs are listed by their types, and one is overwritten whoever has claimed it', async (store) => {
      const owner = await storeOwner(store);
      const [warm, verify] = [backgroundJob(owner), backgroundJob(owner, { type: 'verify_mailboxes' })];
      await store.backgroundJobs.insert(warm);
      await store.backgroundJobs.insert(verify);
      const page = { after: null, limit: 9 };
      const list = async (...types: Parameters<Store['backgroundJobs']['list']>[2] & {}) =>
        (await store.backgroundJobs.list(owner.workspaceId, page, types)).items;
      assert.deepEqual(await list('update_warmup'), [warm]);
      assert.deepEqual(await list('verify_mailboxes', 'update_warmup'), [verify, warm]);
      assert.deepEqual((await store.backgroundJobs.list(owner.workspaceId, page)).items, [verify, warm]);
      assert.deepEqual(await store.backgroundJobs.claim(now, now + 60), warm);
      const over = { ...warm, status: 'failed' as const, data: { cancelledAt: now } };
      assert.equal(await store.backgroundJobs.overwrite(over), true);
      assert.equal(await store.backgroundJobs.release(warm, now + 60), false);
      assert.deepEqual(await store.backgroundJobs.byId(warm.id), over);
      assert.equal(await store.backgroundJobs.overwrite({ ...over, id: newId() }), false);
    });
  });
