import assert from 'node:assert/strict';
import { type CreateDatabase, newId, now, request, revealed, session, storeOwner } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const connectGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('connect sessions and authorization requests', createDatabase, (it) => {
    it('a connect session is found by id and by token hash, as it was written', async (store) => {
      const written = session(await storeOwner(store), {
        profile: 'api',
        expectedEmail: 'ada@mail.example',
        customer: 'c-1',
        mailboxName: 'Ada L.',
        externalId: 'box-1',
        returnUrl: 'https://app.example/done?a=1',
        managedAccountsOnly: true,
        exclusive: false,
      });
      await store.connectSessions.insert(written);
      assert.deepEqual(await store.connectSessions.byId(written.id), written);
      assert.deepEqual(await store.connectSessions.byTokenHash(written.tokenHash), written);
      assert.equal(await store.connectSessions.byTokenHash('unknown'), null);
      const second = session(written, { tokenHash: written.tokenHash, id: newId() });
      await assert.rejects(store.connectSessions.insert({ ...written, id: second.id }), { code: 'conflict' });
    });

    it('a connect session ends once, and keeps the first outcome', async (store) => {
      const written = session(await storeOwner(store));
      await store.connectSessions.insert(written);
      const failed = {
        status: 'failed' as const,
        reason: 'scope_missing' as const,
        provider: null,
        missingScopes: ['https://mail.google.com/'],
      };
      assert.equal(await store.connectSessions.finish(written.id, failed, now + 1), true);
      assert.equal(await store.connectSessions.finish(written.id, { status: 'cancelled' }, now + 2), false);
      const stored = await store.connectSessions.byId(written.id);
      assert.deepEqual(stored?.outcome, failed);
      assert.equal(stored?.finishedAt, now + 1);
    });

    it('a one-time result is handed to one of 50 readers', async (store, _, other) => {
      const written = session(await storeOwner(store));
      await store.connectSessions.insert(written);
      const readers = Array.from({ length: 50 }, (_unused, index) =>
        (index % 2 === 0 ? store : other).connectSessions.markRead(written.id, now),
      );
      assert.equal((await Promise.all(readers)).filter(Boolean).length, 1);
    });

    it('an authorization request is consumed by exactly one of 50 callers', async (store, _, other) => {
      const parent = session(await storeOwner(store));
      const written = request(parent);
      await store.connectSessions.insert(parent);
      await store.authorizationRequests.insert(written);
      assert.deepEqual(
        revealed(await store.authorizationRequests.byStateHash(written.stateHash)),
        revealed(written),
      );
      const callers = Array.from({ length: 50 }, (_unused, index) =>
        (index % 2 === 0 ? store : other).authorizationRequests.consume(written.id, now + 1),
      );
      assert.equal((await Promise.all(callers)).filter(Boolean).length, 1);
      assert.equal((await store.authorizationRequests.byStateHash(written.stateHash))?.consumedAt, now + 1);
    });

    it('an expired authorization request cannot be consumed', async (store) => {
      const parent = session(await storeOwner(store));
      const written = request(parent);
      await store.connectSessions.insert(parent);
      await store.authorizationRequests.insert(written);
      assert.equal(await store.authorizationRequests.consume(written.id, written.expiresAt), false);
      assert.equal(await store.authorizationRequests.consume(written.id, written.expiresAt - 1), true);
    });

    it('pruning takes expired sessions with their requests, no more than asked, and leaves the rest', async (store) => {
      const owner = await storeOwner(store);
      const old = Array.from({ length: 5 }, (_, index) => session(owner, { expiresAt: now - 5 + index }));
      const fresh = session(owner, { expiresAt: now });
      const requests = [...old, fresh].map((each) => request(each));
      for (const each of [...old, fresh]) await store.connectSessions.insert(each);
      for (const each of requests) await store.authorizationRequests.insert(each);
      assert.equal(await store.connectSessions.prune(now, 3), 3);
      assert.equal(await store.connectSessions.byId(old[0]?.id ?? ''), null);
      assert.notEqual(await store.connectSessions.byId(old[4]?.id ?? ''), null);
      assert.equal(await store.connectSessions.prune(now, 3), 2);
      assert.equal(await store.connectSessions.prune(now, 3), 0);
      const left = await Promise.all(
        requests.map(({ stateHash }) => store.authorizationRequests.byStateHash(stateHash)),
      );
      assert.deepEqual(
        left.map((each) => each !== null),
        [false, false, false, false, false, true],
      );
    });
  });
