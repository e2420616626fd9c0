import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { GatewayError } from '../../src/core/errors.ts';
import { groupedCalls } from '../../src/stores/grouped-calls.ts';

type Call = { key: string; number: number };

/** Groups whose work ends when the test says so. */
const world = (limits: { sizeMax?: number; groupsMax?: number; waitingMax?: number } = {}) => {
  const groups: {
    numbers: number[];
    end: (results: (string | null)[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const alone: number[] = [];
  let heldAlone: Promise<void> = Promise.resolve();
  const add = groupedCalls<Call, string>({
    keyOf: ({ key }) => key,
    together: (calls) =>
      new Promise((resolve, reject) =>
        groups.push({ numbers: calls.map(({ number }) => number), end: resolve, fail: reject }),
      ),
    alone: async ({ number }) => {
      alone.push(number);
      await heldAlone;
      if (number < 0) throw new Error(`alone ${number}`);
      return `alone ${number}`;
    },
    mayBeOfOne: (error) => error instanceof Error && error.message === 'of one',
    sizeMax: limits.sizeMax ?? 100,
    groupsMax: limits.groupsMax ?? 1,
    waitingMax: limits.waitingMax ?? 100,
  });
  let last = 0;
  const call = (key?: string): Promise<string> => {
    last += 1;
    return add({ key: key ?? String(last), number: last });
  };
  return {
    add,
    call,
    groups,
    alone,
    holdAlone: (until: Promise<void>) => {
      heldAlone = until;
    },
  };
};

const numbersOf = ({ groups }: ReturnType<typeof world>) => groups.map(({ numbers }) => numbers);

/** More than anything here takes that nobody holds back. */
const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await turn();
};

test('a call that comes alone is begun in the next turn of the loop', async () => {
  const w = world();
  const result = w.call();
  await turn();
  assert.deepEqual(numbersOf(w), [[1]]);
  w.groups[0]?.end(['a']);
  assert.equal(await result, 'a');
});

test('calls that come while a group is under way make the next one, and nobody is answered early', async () => {
  const w = world();
  const first = w.call();
  await turns();
  const answered: string[] = [];
  const others = [w.call(), w.call(), w.call()].map(async (each) => answered.push(await each));
  await turns();
  assert.deepEqual(numbersOf(w), [[1]]);
  w.groups[0]?.end(['a']);
  await first;
  await turns();
  assert.deepEqual(numbersOf(w), [[1], [2, 3, 4]]);
  assert.deepEqual(answered, []);
  w.groups[1]?.end(['b', 'c', 'd']);
  await Promise.all(others);
  assert.deepEqual(answered, ['b', 'c', 'd']);
});

test('calls of one key are done one after another, while others pass by', async () => {
  const w = world({ groupsMax: 2 });
  const results = [w.call('x'), w.call('y'), w.call('x'), w.call('x')];
  await turns();
  assert.deepEqual(numbersOf(w), [[1, 2]]);
  const other = w.call('z');
  await turns();
  assert.deepEqual(numbersOf(w), [[1, 2], [5]]);
  w.groups[1]?.end(['z']);
  await other;
  for (const [index, number] of [3, 4].entries()) {
    w.groups.at(index === 0 ? 0 : -1)?.end(['done', 'done']);
    await turns();
    assert.deepEqual(w.groups.at(-1)?.numbers, [number]);
  }
  w.groups.at(-1)?.end(['done']);
  assert.deepEqual(await Promise.all(results), ['done', 'done', 'done', 'done']);
});

test('groups are bounded in size and in number', async () => {
  const w = world({ sizeMax: 2, groupsMax: 2 });
  const results = Array.from({ length: 5 }, () => w.call());
  await turns();
  assert.deepEqual(numbersOf(w), [
    [1, 2],
    [3, 4],
  ]);
  w.groups[0]?.end(['a', 'b']);
  w.groups[1]?.end(['c', 'd']);
  await turns();
  assert.deepEqual(w.groups.at(-1)?.numbers, [5]);
  w.groups.at(-1)?.end(['e']);
  assert.deepEqual(await Promise.all(results), ['a', 'b', 'c', 'd', 'e']);
});

test('what could not be done with the others is done alone, and keeps no group waiting', async () => {
  const w = world();
  const { promise, resolve } = Promise.withResolvers<void>();
  w.holdAlone(promise);
  const [first, second] = [w.call(), w.call()];
  await turns();
  w.groups[0]?.end(['a', null]);
  assert.equal(await first, 'a');
  const third = w.call();
  await turns();
  assert.deepEqual(w.groups.at(-1)?.numbers, [3]);
  w.groups.at(-1)?.end(['c']);
  assert.equal(await third, 'c');
  resolve();
  assert.equal(await second, 'alone 2');
});

test('a failure that may be of one call fails that one alone', async () => {
  const w = world();
  const good = [w.call(), w.call()];
  const bad = w.add({ key: 'bad', number: -1 });
  await turns();
  w.groups[0]?.fail(new Error('of one'));
  assert.deepEqual(await Promise.all(good), ['alone 1', 'alone 2']);
  await assert.rejects(bad, /alone -1/);
});

test('a failure of the database is told to all, and nothing is done a second time', async () => {
  const w = world();
  const results = [w.call(), w.call()];
  await turns();
  w.groups[0]?.fail(new Error('lost'));
  const settled = await Promise.allSettled(results);
  assert.deepEqual(
    settled.map((each) => each.status === 'rejected' && String(each.reason)),
    ['Error: lost', 'Error: lost'],
  );
  assert.deepEqual(w.alone, []);
  const after = w.call();
  await turns();
  w.groups[1]?.end(['again']);
  assert.equal(await after, 'again');
});

test('one more than may wait is overloaded', async () => {
  const w = world({ waitingMax: 2 });
  const results = [w.call(), w.call()];
  await assert.rejects(w.call(), (error) => error instanceof GatewayError && error.code === 'overloaded');
  await turns();
  w.groups[0]?.end(['a', 'b']);
  assert.deepEqual(await Promise.all(results), ['a', 'b']);
});

test('four at most are done alone at once, and those who wait for it count among those who wait', async () => {
  const w = world({ waitingMax: 6 });
  const { promise, resolve } = Promise.withResolvers<void>();
  w.holdAlone(promise);
  const results = Array.from({ length: 6 }, () => w.call());
  await turns();
  w.groups[0]?.end(results.map(() => null));
  await turns();
  assert.deepEqual(w.alone, [1, 2, 3, 4]);
  const more = Array.from({ length: 4 }, () => w.call());
  await assert.rejects(w.call(), (error) => error instanceof GatewayError && error.code === 'overloaded');
  await turns();
  resolve();
  await Promise.all(results);
  assert.deepEqual(w.alone, [1, 2, 3, 4, 5, 6]);
  w.groups.at(-1)?.end(more.map(() => 'together'));
  await Promise.all(more);
});
