import assert from 'node:assert/strict';
import { allOf, backgroundJob, type CreateDatabase, newId, now, storeOwner } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const backgroundJobGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('background jobs', createDatabase, (it) => {
    it('a job is read as it was written and as it was updated', async (store) => {
      const written = backgroundJob(await storeOwner(store), { data: { ids: ['a', 'b'], wanted: true } });
      await store.backgroundJobs.insert(written);
      assert.deepEqual(await store.backgroundJobs.byId(written.id), written);
      const changed = {
        ...written,
        status: 'running' as const,
        progress: 40,
        data: { ids: ['b'], done: { a: null } },
        updatedAt: now + 1,
      };
      assert.equal(await store.backgroundJobs.update(changed), true);
      assert.deepEqual(await store.backgroundJobs.byId(written.id), changed);
      assert.equal(await store.backgroundJobs.update({ ...changed, id: newId() }), false);
      assert.equal(await store.backgroundJobs.byId(newId()), null);
    });

    it('a list is complete, newest first, and of one workspace', async (store) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const written = Array.from({ length: 5 }, () => backgroundJob(here));
      for (const each of [...written, backgroundJob(there)]) await store.backgroundJobs.insert(each);
      for (const limit of [1, 2, 5]) {
        assert.deepEqual(
          await allOf((page) => store.backgroundJobs.list(here.workspaceId, page), limit),
          written.toReversed(),
        );
      }
    });

    it('a job is claimed by one of many', async (store, _, other) => {
      const written = backgroundJob(await storeOwner(store));
      await store.backgroundJobs.insert(written);
      const claims = await Promise.all(
        Array.from({ length: 50 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).backgroundJobs.claim(now, now + 60),
        ),
      );
      assert.deepEqual(
        claims.filter((each) => each !== null),
        [written],
      );
    });

    it('many jobs are claimed once each by two nodes, and all of them', async (store, _, other) => {
      const owner = await storeOwner(store);
      const written = Array.from({ length: 30 }, () => backgroundJob(owner));
      for (const each of written) await store.backgroundJobs.insert(each);
      const claimed: string[] = [];
      const claimAll = async (node: typeof store) => {
        // Null may also mean that another claim held the oldest at that moment.
        for (;;) {
          const job = await node.backgroundJobs.claim(now, now + 60);
          if (job === null && claimed.length >= written.length) return;
          if (job !== null) claimed.push(job.id);
        }
      };
      await Promise.all([store, other, store, other].map(claimAll));
      assert.deepEqual(claimed.sort(), written.map(({ id }) => id).sort());
    });

    it('the oldest unfinished job comes first, and again when its claim has run out', async (store) => {
      const owner = await storeOwner(store);
      const done = backgroundJob(owner, { status: 'success' });
      const failed = backgroundJob(owner, { status: 'failed' });
      const [first, second] = [backgroundJob(owner, { status: 'running' }), backgroundJob(owner)];
      for (const each of [second, first, done, failed]) await store.backgroundJobs.insert(each);
      const claim = async (at: number) => (await store.backgroundJobs.claim(at, at + 10))?.id ?? null;
      assert.equal(await claim(now), first.id);
      assert.equal(await claim(now + 5), second.id);
      assert.equal(await claim(now + 9), null);
      assert.equal(await claim(now + 10), first.id);
      assert.equal(await claim(now + 11), null);
    });

    it('progress keeps the claim, and a final status ends it for good', async (store) => {
      const written = backgroundJob(await storeOwner(store));
      await store.backgroundJobs.insert(written);
      assert.notEqual(await store.backgroundJobs.claim(now, now + 10), null);
      await store.backgroundJobs.update({ ...written, status: 'running', progress: 50 });
      assert.equal(await store.backgroundJobs.claim(now + 1, now + 10), null);
      await store.backgroundJobs.update({ ...written, status: 'success', progress: 100 });
      assert.equal(await store.backgroundJobs.claim(now + 99, now + 100), null);
    });
  });
