// Counting what there is: in slices, seldom, one process at a time, and never half.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstallationTotals } from '../../src/core/installation-totals.ts';
import type { CountedSlice, InstallationTotals, Store } from '../../src/core/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** So many rows of each, told in slices as a store does; `took`: milliseconds of one slice. */
function createWorld(rows: number, { took = 0, isClaimed = true } = {}) {
  const manual = createManualClock();
  let slices = 0;
  let ahead = 0;
  const clock = { ...manual, now: () => manual.now() + ahead, sleep: async () => {} };
  const saved: { totals: InstallationTotals; nextAt: number }[] = [];
  const step = async (after: string | null, limit: number): Promise<CountedSlice> => {
    slices += 1;
    ahead += took;
    const from = Number(after ?? 0);
    const count = Math.min(limit, rows - from);
    const counts = count === 0 ? [] : [{ provider: 'google', status: 'active', count }];
    return { counts, next: count < limit ? null : String(from + count) };
  };
  const installation: Partial<Store['installation']> = {
    countGrants: step,
    countMailboxes: step,
    claimCounting: async () => isClaimed,
    totals: async () => saved.at(-1)?.totals ?? null,
    saveTotals: async (totals, nextAt) => void saved.push({ totals, nextAt }),
  };
  const store = { installation } as Pick<Store, 'installation'> as Store;
  return {
    totals: createInstallationTotals({ clock, log: silent, store }),
    saved,
    clock,
    slices: () => slices,
  };
}

test('what takes many slices is counted whole, and read from what was saved', async () => {
  const world = createWorld(10_000);
  assert.equal(await world.totals.read(), null);
  assert.equal(await world.totals.countDue(), 0);
  const totals = await world.totals.read();
  const all = [{ provider: 'google', status: 'active', count: 10_000 }];
  assert.deepEqual([totals?.grants, totals?.mailboxes], [all, all]);
});

test('counting takes a two-hundredth of the time at most', async () => {
  const world = createWorld(10_000, { took: 100 });
  const began = world.clock.now();
  await world.totals.countDue();
  const took = world.clock.now() - began;
  const rest = (world.saved[0]?.nextAt ?? 0) - world.clock.now();
  assert.ok(took >= 1_000 && rest >= took * 200, `${took} ms of work, ${rest} ms of rest`);
});

test('who is not the one to count does not look at a row', async () => {
  const world = createWorld(10_000, { isClaimed: false });
  await world.totals.countDue();
  assert.equal(world.slices(), 0);
});

test('a process that ends in the middle of it saves nothing half', async () => {
  const world = createWorld(10_000);
  await world.totals.countDue(AbortSignal.abort());
  assert.deepEqual(world.saved, []);
});

test('where there is little, it is told as of now', async () => {
  const world = createWorld(3);
  const totals = await world.totals.read();
  assert.deepEqual([totals?.grants[0]?.count, totals?.countedAt], [3, world.clock.now()]);
});
