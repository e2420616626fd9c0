import assert from 'node:assert/strict';
import type { BackgroundJob } from '../../../src/core/jobs/background-jobs.ts';
import type { Store } from '../../../src/core/ports.ts';
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
      assert.equal(await store.backgroundJobs.release(changed, 0), true);
      assert.deepEqual(await store.backgroundJobs.byId(written.id), changed);
      assert.equal(await store.backgroundJobs.release({ ...changed, id: newId() }, 0), false);
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

    it('jobs of many workspaces are claimed once each by two nodes, and all of them', async (store, _, other) => {
      const written: BackgroundJob[] = [];
      for (let count = 0; count < 30; count += 1) written.push(backgroundJob(await storeOwner(store)));
      for (const each of written) await store.backgroundJobs.insert(each);
      const claimed: string[] = [];
      const claimAll = async (node: Store) => {
        for (;;) {
          const job = await claim(node, now, now + 60);
          if (job === null) return;
          claimed.push(job.id);
        }
      };
      await Promise.all([store, other, store, other].map(claimAll));
      assert.deepEqual(claimed.sort(), written.map(({ id }) => id).sort());
    });

    it('of the jobs of one workspace one is claimed at a time, by whichever node', async (store, _, other) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const [first, second, abroad] = [backgroundJob(here), backgroundJob(here), backgroundJob(there)];
      for (const each of [first, second, abroad]) await store.backgroundJobs.insert(each);
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_unused, index) => claim(index % 2 === 0 ? store : other, now, now + 60)),
      );
      const ids = claims.flatMap((job) => (job ? [job.id] : []));
      assert.deepEqual(ids.sort(), [first.id, abroad.id]);
      assert.equal(await store.backgroundJobs.release({ ...first, status: 'success' }, now + 60), true);
      assert.equal((await claim(other, now, now + 60))?.id, second.id);
    });

    it('the oldest unfinished job comes first, and again when its claim has run out', async (store) => {
      const [one, two] = [await storeOwner(store), await storeOwner(store)];
      const done = backgroundJob(one, { status: 'success' });
      const failed = backgroundJob(one, { status: 'failed' });
      const [first, second] = [backgroundJob(one, { status: 'running' }), backgroundJob(two)];
      for (const each of [second, first, done, failed]) await store.backgroundJobs.insert(each);
      const claimedAt = async (at: number) => (await claim(store, at, at + 10))?.id ?? null;
      assert.equal(await claimedAt(now), first.id);
      assert.equal(await claimedAt(now + 5), second.id);
      assert.equal(await claimedAt(now + 9), null);
      assert.equal(await claimedAt(now + 10), first.id);
      assert.equal(await claimedAt(now + 11), null);
    });

    it('who no longer has the claim writes nothing over what came after it', async (store) => {
      const written = backgroundJob(await storeOwner(store));
      await store.backgroundJobs.insert(written);
      assert.notEqual(await claim(store, now, now + 10), null);
      assert.notEqual(await claim(store, now + 10, now + 20), null);
      const late = { ...written, status: 'running' as const, progress: 50 };
      assert.equal(await store.backgroundJobs.release(late, now + 10), false);
      const over = { ...written, status: 'success' as const, progress: 100 };
      assert.equal(await store.backgroundJobs.release(over, now + 20), true);
      assert.equal(await store.backgroundJobs.release(late, now + 10), false);
      assert.deepEqual(await store.backgroundJobs.byId(written.id), over);
      assert.equal(await claim(store, now + 99, now + 100), null, 'a final status ends it for good');
    });

    it('unfinished jobs are counted in their workspace, and old ones that are over are deleted', async (store) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const over = (updatedAt: number) => backgroundJob(here, { status: 'success', updatedAt });
      const waiting = backgroundJob(here, { updatedAt: now - 9 });
      const [older, old, fresh] = [over(now - 2), over(now - 1), over(now)];
      const running = backgroundJob(here, { status: 'running' });
      const abroad = backgroundJob(there);
      for (const each of [waiting, older, old, fresh, running, abroad])
        await store.backgroundJobs.insert(each);
      assert.equal(await store.backgroundJobs.countUnfinished(here.workspaceId), 2);
      assert.deepEqual(
        [await store.backgroundJobs.prune(now, 1), await store.backgroundJobs.prune(now, 9)],
        [1, 1],
      );
      const left = (await store.backgroundJobs.list(here.workspaceId, { after: null, limit: 9 })).items;
      assert.deepEqual(left, [running, fresh, waiting]);
    });
  });

/** As the core does it. */
const claim = (store: Store, at: number, until: number): Promise<BackgroundJob | null> =>
  store.transaction(async (rows) => {
    await rows.lock('claim of a background job');
    return rows.backgroundJobs.claim(at, until);
  });
