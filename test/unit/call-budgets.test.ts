// Who may begin a call to a provider, and in which order, with a clock that the tests move.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BudgetedCall,
  type CallBudgetSettings,
  type CallBudgets,
  createCallBudgets,
  type Place,
} from '../../src/core/call-budgets.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const ample: CallBudgetSettings = {
  providerCallsMax: 1_000,
  hostCallsMax: 1_000,
  clientCallsMax: 1_000,
  clientStartsSecondMax: 100_000,
  providerCallsWaitingMax: 1_000,
};

type World = { budgets: CallBudgets; clock: ManualClock; enter: (call?: Partial<BudgetedCall>) => Entry };
/** `place`: undefined while it waits, null when it was turned away. */
type Entry = { place: Place | null | undefined; done: Promise<unknown> };

function world(settings: Partial<CallBudgetSettings>): World {
  const clock = createManualClock();
  const budgets = createCallBudgets({ clock, settings: { ...ample, ...settings } });
  const enter = (call: Partial<BudgetedCall> = {}): Entry => {
    const entry: Entry = { place: undefined, done: Promise.resolve() };
    const whole: BudgetedCall = { provider: 'p', host: 'h', client: 'c', purpose: 'read', ...call };
    entry.done = budgets.enter(whole, clock.now() + 60_000).then((place) => {
      entry.place = place;
    });
    return entry;
  };
  return { budgets, clock, enter };
}

const stateOf = ({ place }: Entry): string => (place === undefined ? 'waits' : place ? 'in' : 'turned away');
const many = (count: number, enter: () => Entry): Entry[] => Array.from({ length: count }, enter);
const countOf = (entries: readonly Entry[], state: string): number =>
  entries.filter((entry) => stateOf(entry) === state).length;

test('what has room begins without waiting, and leaves nothing behind', async () => {
  const { budgets, clock, enter } = world({});
  const entries = many(50, enter);
  await clock.advance(0);
  assert.equal(countOf(entries, 'in'), 50);
  for (const { place } of entries) place?.leave();
  assert.deepEqual(budgets.size(), { underWay: 0, waiting: 0 });
  assert.equal(clock.waits(), 0);
});

test('each budget bounds what is under way: of a provider, of a host, of an OAuth client', async () => {
  const cases = [
    { settings: { providerCallsMax: 3 }, other: { provider: 'p2' } },
    { settings: { hostCallsMax: 3 }, other: { host: 'h2' } },
    { settings: { clientCallsMax: 3 }, other: { client: 'c2' } },
  ];
  for (const { settings, other } of cases) {
    const { clock, enter } = world(settings);
    const entries = many(5, enter);
    const elsewhere = enter({ client: 'c3', host: 'h3', ...other });
    await clock.advance(0);
    assert.equal(countOf(entries, 'in'), 3);
    assert.equal(stateOf(elsewhere), 'in');
    entries[0]?.place?.leave();
    await clock.advance(0);
    assert.equal(countOf(entries, 'in'), 4);
  }
});

test('a place that is left twice is free once', async () => {
  const { clock, enter } = world({ clientCallsMax: 1 });
  const [first, ...others] = many(3, enter);
  await clock.advance(0);
  first?.place?.leave();
  first?.place?.leave();
  await clock.advance(0);
  assert.equal(countOf(others, 'in'), 1);
});

test('a flood of our own work leaves half of every budget to those who wait for a token', async () => {
  const { clock, enter } = world({ providerCallsMax: 10 });
  const flood = many(100, () => enter({ purpose: 'own' }));
  await clock.advance(0);
  assert.equal(countOf(flood, 'in'), 5);
  const readers = many(5, enter);
  await clock.advance(0);
  assert.equal(countOf(readers, 'in'), 5);
});

test('a reader who waits goes before our own work that has waited longer', async () => {
  const { clock, enter } = world({ clientCallsMax: 2 });
  const inside = many(2, enter);
  const own = enter({ purpose: 'own' });
  const reader = enter();
  await clock.advance(0);
  assert.deepEqual([own, reader].map(stateOf), ['waits', 'waits']);
  inside[0]?.place?.leave();
  await clock.advance(0);
  assert.deepEqual([own, reader].map(stateOf), ['waits', 'in']);
});

test('of several OAuth clients in line each gets its turn, however many calls one of them has', async () => {
  const { clock, enter } = world({ providerCallsMax: 1 });
  const first = enter({ client: 'busy' });
  const order: string[] = [];
  const inLine = ['busy', 'busy', 'busy', 'busy', 'small', 'tiny'].map((client) => {
    const entry = enter({ client });
    entry.done.then(() => order.push(client));
    return entry;
  });
  await clock.advance(0);
  first.place?.leave();
  for (let turn = 0; turn < inLine.length; turn += 1) {
    await clock.advance(0);
    for (const { place } of inLine) place?.leave();
  }
  assert.deepEqual(order, ['busy', 'small', 'tiny', 'busy', 'busy', 'busy']);
});

test("one OAuth client that has no room does not hold up another one's call", async () => {
  const { clock, enter } = world({ clientCallsMax: 1 });
  const busy = many(3, () => enter({ client: 'busy' }));
  const other = enter({ client: 'other' });
  await clock.advance(0);
  assert.equal(countOf(busy, 'in'), 1);
  assert.equal(stateOf(other), 'in');
});

test('an OAuth client begins so many calls in a second and no more, without anybody leaving', async () => {
  const { clock, enter } = world({ clientStartsSecondMax: 10 });
  const entries = many(25, enter);
  await clock.advance(0);
  assert.equal(countOf(entries, 'in'), 10, "a second's worth at once");
  for (let tenth = 1; tenth <= 15; tenth += 1) {
    await clock.advance(100);
    assert.equal(countOf(entries, 'in'), 10 + tenth);
  }
});

test('our own work begins no call out of what is kept for readers of that second', async () => {
  const { clock, enter } = world({ clientStartsSecondMax: 10 });
  const flood = many(20, () => enter({ purpose: 'own' }));
  await clock.advance(0);
  assert.equal(countOf(flood, 'in'), 5);
  const readers = many(5, enter);
  await clock.advance(0);
  assert.equal(countOf(readers, 'in'), 5);
});

test('nobody waits for more than ten seconds, nor beyond the deadline', async () => {
  const { budgets, clock, enter } = world({ clientCallsMax: 1 });
  const inside = enter();
  const late = enter();
  let hasEnded = false;
  const call: BudgetedCall = { provider: 'p', host: 'h', client: 'c', purpose: 'read' };
  const pressed = budgets.enter(call, clock.now() + 2_000).finally(() => {
    hasEnded = true;
  });
  await clock.advance(1_999);
  assert.equal(hasEnded, false);
  await clock.advance(1);
  assert.equal(await pressed, null);
  await clock.advance(7_999);
  assert.equal(stateOf(late), 'waits');
  await clock.advance(1);
  assert.equal(stateOf(late), 'turned away');
  inside.place?.leave();
  assert.deepEqual(budgets.size(), { underWay: 0, waiting: 0 });
});

test('the room to wait in is bounded; one OAuth client and our own work have half of it each', async () => {
  const { clock, enter } = world({ providerCallsMax: 2, providerCallsWaitingMax: 8 });
  const inside = many(2, enter);
  const busy = many(10, () => enter({ client: 'busy' }));
  await clock.advance(0);
  assert.deepEqual([countOf(busy, 'waits'), countOf(busy, 'turned away')], [4, 6]);
  const own = Array.from({ length: 10 }, (_, index) => enter({ client: `own ${index}`, purpose: 'own' }));
  await clock.advance(0);
  assert.deepEqual([countOf(own, 'waits'), countOf(own, 'turned away')], [4, 6]);
  const other = enter({ client: 'other' });
  await clock.advance(0);
  assert.equal(stateOf(other), 'turned away');
  for (const { place } of inside) place?.leave();
  await clock.advance(0);
  assert.equal(countOf(busy, 'in'), 2);
});

test('with every budget at one, all that wait get through one after the other', async () => {
  const { budgets, clock, enter } = world({ providerCallsMax: 1, hostCallsMax: 1, clientCallsMax: 1 });
  const entries = [...many(5, enter), ...many(5, () => enter({ purpose: 'own' }))];
  for (let turn = 0; turn < entries.length; turn += 1) {
    await clock.advance(0);
    assert.equal(countOf(entries, 'in'), turn + 1);
    for (const { place } of entries) place?.leave();
  }
  assert.deepEqual(budgets.size(), { underWay: 0, waiting: 0 });
});

test('a place that is given back counts as no call begun', async () => {
  const { clock, enter } = world({ clientStartsSecondMax: 1 });
  for (let turn = 0; turn < 5; turn += 1) {
    const entry = enter();
    await clock.advance(0);
    assert.equal(stateOf(entry), 'in', `turn ${turn}`);
    entry.place?.giveBack();
    entry.place?.leave();
  }
  const [called, next] = [enter(), enter()];
  await clock.advance(0);
  called.place?.leave();
  assert.equal(stateOf(next), 'waits');
});
