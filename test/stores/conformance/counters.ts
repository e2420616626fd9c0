import assert from 'node:assert/strict';
import { type CreateDatabase, now } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const minute = { start: now, end: now + 60_000 };

export const counterGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('limits and breakers', createDatabase, (it) => {
    it('a counter is right when two processes add at once', async (store, _, other) => {
      const totals = await Promise.all(
        Array.from({ length: 100 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).limits.hit('key', minute, 3),
        ),
      );
      assert.deepEqual(
        totals.sort((a, b) => a - b),
        Array.from({ length: 100 }, (_unused, index) => 3 * (index + 1)),
      );
    });

    it('each key and each window counts for itself', async (store) => {
      const next = { start: minute.end, end: minute.end + 60_000 };
      const day = { start: minute.start, end: minute.start + 86_400_000 };
      assert.equal(await store.limits.hit('one', minute, 1), 1);
      assert.equal(await store.limits.hit('two', minute, 5), 5);
      assert.equal(await store.limits.hit('one', next, 1), 1);
      assert.equal(await store.limits.hit('one', day, 1), 1);
      assert.equal(await store.limits.hit('one', minute, 1), 2);
      assert.equal(await store.limits.hit('one', minute, 0), 2);
    });

    it('a block is replaced by a later one, and stays before an earlier one', async (store) => {
      const block = { key: 'key', level: 1, until: now + 10, rememberedUntil: now + 100 };
      assert.equal(await store.limits.blockOf('key'), null);
      await store.limits.saveBlock(block);
      assert.deepEqual(await store.limits.blockOf('key'), block);
      const later = { key: 'key', level: 2, until: now + 20, rememberedUntil: now + 200 };
      await store.limits.saveBlock(later);
      await store.limits.saveBlock({ ...block, level: 9 });
      assert.deepEqual(await store.limits.blockOf('key'), later);
      assert.equal(await store.limits.blockOf('other'), null);
    });

    it('of many blocks at once the latest stays', async (store, _, other) => {
      await Promise.all(
        Array.from({ length: 50 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).limits.saveBlock({
            key: 'key',
            level: index,
            until: now + ((index * 7) % 50),
            rememberedUntil: now + 100,
          }),
        ),
      );
      assert.equal((await store.limits.blockOf('key'))?.until, now + 49);
    });

    it('pruning takes what ended, no more than asked, and leaves the rest', async (store) => {
      const before = now + 1_000;
      for (const key of ['a', 'b', 'c']) await store.limits.hit(key, { start: now, end: before - 1 }, 1);
      await store.limits.hit('fresh', { start: now, end: before }, 1);
      for (const key of ['a', 'b']) {
        await store.limits.saveBlock({ key, level: 1, until: now, rememberedUntil: before - 1 });
      }
      await store.limits.saveBlock({ key: 'fresh', level: 1, until: now, rememberedUntil: before });
      assert.equal(await store.limits.prune(before, 2), 2);
      assert.equal(await store.limits.prune(before, 2), 2);
      assert.equal(await store.limits.prune(before, 2), 1);
      assert.equal(await store.limits.prune(before, 2), 0);
      assert.equal(await store.limits.hit('fresh', { start: now, end: before }, 1), 2);
      assert.equal(await store.limits.hit('a', { start: now, end: before - 1 }, 1), 1);
      assert.equal(await store.limits.blockOf('a'), null);
      assert.notEqual(await store.limits.blockOf('fresh'), null);
    });

    const failure = { windowMilliseconds: 100, failuresMax: 3, openUntil: now + 1_000 };

    it('a breaker opens at the failure that is one too many, and is read as it was answered', async (store) => {
      assert.equal(await store.breakers.find('key'), null);
      const counted = [];
      for (const at of [now, now + 1, now + 2]) {
        counted.push(await store.breakers.recordFailure('key', { at, ...failure }));
      }
      const expected = (failures: number, openUntil: number) => ({
        key: 'key',
        failures,
        windowStart: now,
        openUntil,
      });
      assert.deepEqual(counted, [expected(1, 0), expected(2, 0), expected(3, now + 1_000)]);
      assert.deepEqual(await store.breakers.find('key'), counted[2]);
      assert.equal(await store.breakers.find('other'), null);
      const strict = await store.breakers.recordFailure('strict', { at: now, ...failure, failuresMax: 1 });
      assert.equal(strict.openUntil, now + 1_000);
    });

    it('failures that are far apart or parted by a success never open a breaker', async (store) => {
      for (const at of [now, now + 99, now + 100, now + 199, now + 200]) {
        const { openUntil } = await store.breakers.recordFailure('apart', { at, ...failure });
        assert.equal(openUntil, 0);
      }
      assert.equal((await store.breakers.find('apart'))?.windowStart, now + 200);
      for (const at of [now, now + 1, now + 2, now + 3]) {
        const { openUntil } = await store.breakers.recordFailure('parted', { at, ...failure });
        assert.equal(openUntil, 0);
        if (at === now + 1) await store.breakers.recordSuccess('parted');
      }
      const parted = await store.breakers.find('parted');
      assert.deepEqual([parted?.failures, parted?.windowStart], [2, now + 2]);
      await store.breakers.recordSuccess('unknown');
      assert.equal(await store.breakers.find('unknown'), null);
    });

    it('an open breaker stays open until its time', async (store) => {
      for (const at of [now, now + 1, now + 2]) {
        await store.breakers.recordFailure('key', { at, ...failure });
      }
      await store.breakers.recordSuccess('key');
      assert.deepEqual(await store.breakers.find('key'), {
        key: 'key',
        failures: 0,
        windowStart: now,
        openUntil: failure.openUntil,
      });
      for (const at of [now + 3, now + 4, now + 5]) {
        await store.breakers.recordFailure('key', { at, ...failure, openUntil: now + 500 });
      }
      assert.equal((await store.breakers.find('key'))?.openUntil, failure.openUntil);
      const longer = await store.breakers.recordFailure('key', {
        at: now + 6,
        ...failure,
        openUntil: now + 2_000,
      });
      assert.equal(longer.openUntil, now + 2_000);
    });

    it('no failure is lost when two processes count at once', async (store, _, other) => {
      const counted = await Promise.all(
        Array.from({ length: 50 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).breakers.recordFailure('key', {
            at: now,
            ...failure,
            failuresMax: 50,
          }),
        ),
      );
      assert.equal(new Set(counted.map(({ failures }) => failures)).size, 50);
      assert.equal(counted.filter(({ openUntil }) => openUntil > 0).length, 1);
      assert.equal((await other.breakers.find('key'))?.openUntil, failure.openUntil);
    });
  });
