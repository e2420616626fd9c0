import assert from 'node:assert/strict';
import type { Breaker } from '../../../src/core/breaker-states.ts';
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

    const closed: Breaker = {
      key: 'key',
      failures: 1,
      windowStart: now,
      openUntil: 0,
      trips: 0,
      probeUntil: 0,
    };
    const open: Breaker = {
      ...closed,
      failures: 3,
      openUntil: now + 1_000,
      trips: 2,
      probeUntil: now + 2_000,
    };

    it('a breaker is read as it was written, on every node, and those that are not there are absent', async (store, _, other) => {
      assert.deepEqual(await store.breakers.find(['key', 'other']), []);
      assert.deepEqual(await store.breakers.find([]), []);
      assert.equal(await store.breakers.replace('key', { known: null, next: closed }), true);
      assert.deepEqual(await other.breakers.find(['key', 'other']), [closed]);
      assert.equal(await other.breakers.replace('key', { known: closed, next: open }), true);
      assert.deepEqual(await store.breakers.find(['other', 'key']), [open]);
      assert.equal(await store.breakers.replace('key', { known: open, next: null }), true);
      assert.deepEqual(await other.breakers.find(['key']), []);
    });

    it('whoever knows a breaker as it was before changes nothing', async (store) => {
      await store.breakers.replace('key', { known: null, next: open });
      const different: Breaker[] = [
        { ...open, failures: 9 },
        { ...open, windowStart: 9 },
        { ...open, openUntil: 9 },
        { ...open, trips: 9 },
        { ...open, probeUntil: 9 },
      ];
      for (const known of [null, ...different]) {
        assert.equal(await store.breakers.replace('key', { known, next: closed }), false);
        if (known) assert.equal(await store.breakers.replace('key', { known, next: null }), false);
      }
      assert.deepEqual(await store.breakers.find(['key']), [open]);
      assert.equal(await store.breakers.replace('none', { known: closed, next: open }), false);
    });

    it('of many who change the same breaker at once one does', async (store, _, other) => {
      for (const known of [null, closed]) {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_unused, index) =>
            (index % 2 === 0 ? store : other).breakers.replace('key', {
              known,
              next: known === null ? closed : { ...open, probeUntil: index },
            }),
          ),
        );
        assert.equal(results.filter(Boolean).length, 1);
      }
    });

    it('a change of a breaker is announced, one that did not take is not', async (store) => {
      const heard: string[] = [];
      store.changes.listen((changes) => {
        for (const { kind, id } of changes ?? []) heard.push(`${kind} ${id}`);
      });
      await store.breakers.replace('key', { known: null, next: closed });
      assert.deepEqual(heard, ['breaker key']);
      heard.length = 0;
      await store.breakers.replace('other', { known: open, next: null });
      assert.ok(!heard.includes('breaker other'));
    });

    it('pruning takes breakers in which nothing happened, no more than asked', async (store) => {
      const before = now + 10_000;
      const idle = (key: string): Breaker => ({ ...closed, key });
      const kept = [
        { ...open, key: 'open', openUntil: before },
        { ...open, key: 'probing', probeUntil: before },
        { ...closed, key: 'counting', windowStart: before },
      ];
      for (const breaker of [idle('a'), idle('b'), idle('c'), ...kept]) {
        await store.breakers.replace(breaker.key, { known: null, next: breaker });
      }
      assert.equal(await store.breakers.prune(before, 2), 2);
      assert.equal(await store.breakers.prune(before, 2), 1);
      assert.equal(await store.breakers.prune(before, 2), 0);
      const left = await store.breakers.find(['a', 'b', 'c', 'open', 'probing', 'counting']);
      assert.deepEqual(left.map(({ key }) => key).sort(), ['counting', 'open', 'probing']);
    });
  });
