// How far the pass over sealed values is, as the command line tells it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEstimate, partOf, resealingProgress } from '../../src/cli/resealing-progress.ts';

const pass = (total: number | null, checked: number, finishedAt: string | null = null) => ({
  total,
  checked,
  resealed: checked,
  finished_at: finishedAt,
});

const shown = (isTerminal: boolean, json = false) => {
  const written: string[] = [];
  const progress = resealingProgress({ json, isTerminal, write: (text) => written.push(text) });
  return { progress, written };
};

test('the part is unknown while values are counted, and never more than all', () => {
  assert.equal(partOf(pass(null, 0)), null);
  assert.equal(partOf(pass(200, 50)), 0.25);
  assert.equal(partOf(pass(200, 230)), 1, 'values that came since the pass began');
  assert.equal(partOf(pass(0, 0)), 1);
  assert.equal(partOf(pass(null, 0, '2026-01-01T00:00:00Z')), 1);
});

test('a terminal sees a bar that fills, and what is left only when that is known', () => {
  const { progress, written } = shown(true);
  progress.show(pass(null, 0), 0);
  progress.show(pass(100, 0), 1_000);
  progress.show(pass(100, 0), 2_000);
  progress.show(pass(100, 10), 6_000);
  progress.show(pass(100, 20), 21_000);
  progress.end();
  assert.equal(written.length, 5, 'what did not change is not written again');
  assert.match(written[0] ?? '', /counting what is sealed/);
  assert.match(written[1] ?? '', /^\r░{30} {3}0 % {2}0 of 100 values/);
  assert.match(written[2] ?? '', /█{3}░{27} {2}10 %/);
  assert.doesNotMatch(written[2] ?? '', /left/, 'five seconds say nothing');
  assert.match(written[3] ?? '', /20 %.*about 80 s left/);
  assert.equal(written[4], '\n');
});

test('elsewhere there is a line for each tenth, and with --json nothing', () => {
  const { progress, written } = shown(false);
  for (let checked = 0; checked <= 100; checked += 1) progress.show(pass(100, checked), checked);
  assert.equal(written.length, 11);
  assert.match(written.at(-1) ?? '', /^100 %: 100 of 100 values looked at, 100 sealed again\n$/);
  const silent = shown(true, true);
  silent.progress.show(pass(100, 1), 0);
  silent.progress.end();
  assert.deepEqual(silent.written, []);
});

test('what is left is estimated from what was seen here, and anew when another pass begins', () => {
  const estimate = createEstimate();
  // Most of it was done before anybody looked, perhaps in the night before.
  assert.equal(estimate(0.5, 0), null);
  assert.equal(estimate(0.51, 60_000), null, 'too little was seen');
  assert.equal(estimate(0.75, 100_000), 'about 100 s left');
  assert.equal(estimate(0.8, 3_600_000), 'about 40 min left');
  assert.equal(estimate(0.1, 3_700_000), null);
  assert.equal(estimate(1, 3_900_000), null);
});
