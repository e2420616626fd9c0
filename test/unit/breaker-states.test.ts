// What becomes of a breaker, step by step. Times in milliseconds after `start`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterAnswer,
  afterCalls,
  afterFailure,
  type Breaker,
  type BreakerRules,
  type NotedCall,
  phaseOf,
  withCall,
} from '../../src/core/breaker-states.ts';

const start = 1_700_000_000_000;
const rules: BreakerRules = {
  failuresMax: 3,
  windowMilliseconds: 60_000,
  openMilliseconds: 30_000,
  openMillisecondsMax: 600_000,
};

/** Calls that begin and fail at these moments, one after the other. */
function failing(breaker: Breaker | null, moments: readonly number[], askedMilliseconds = 0): Breaker | null {
  let state = breaker;
  for (const moment of moments) {
    const at = start + moment;
    state = afterFailure('key', state, { startedAt: at, at, askedMilliseconds }, rules);
  }
  return state;
}
const phase = (breaker: Breaker | null, moment: number) => phaseOf(breaker, start + moment);
const answered = (breaker: Breaker | null, startedAt: number, at = startedAt) =>
  afterAnswer(breaker, { startedAt: start + startedAt, at: start + at });
const openMillisecondsOf = (breaker: Breaker | null, moment: number): number => {
  const state = phase(breaker, moment);
  return state.phase === 'open' ? state.milliseconds : 0;
};

test('it opens at the failure that is one too many within the window', () => {
  assert.equal(phase(failing(null, [0, 1]), 1).phase, 'closed');
  assert.deepEqual(phase(failing(null, [0, 1, 2]), 2), { phase: 'open', milliseconds: 30_000 });
});

test('failures that are far apart never open it', () => {
  assert.equal(phase(failing(null, [0, 59_999, 60_000, 119_999, 120_000]), 120_000).phase, 'closed');
});

test('any answer forgets the failures', () => {
  const counting = failing(null, [0, 1]);
  assert.equal(answered(counting, 2), null);
  assert.equal(phase(failing(answered(counting, 2), [3, 4]), 4).phase, 'closed');
});

test('when its time is over, one probe has it for itself', () => {
  const open = failing(null, [0, 1, 2]);
  assert.ok(open);
  assert.equal(phase(open, 30_001).phase, 'open');
  assert.equal(phase(open, 30_002).phase, 'over');
  const probing = { ...open, probeUntil: start + 50_000 };
  assert.deepEqual(phase(probing, 30_002), { phase: 'open', milliseconds: 2_000 });
  assert.deepEqual(phase(probing, 49_500), { phase: 'open', milliseconds: 500 });
  assert.equal(phase(probing, 50_000).phase, 'over', 'a probe that is lost is followed by another');
});

test("a probe's answer closes it, that of a call which had begun before does not", () => {
  const open = failing(null, [0, 1, 2]);
  assert.equal(answered(open, 1, 10_000), open);
  assert.equal(answered(open, 30_001, 30_500), open);
  assert.equal(answered(open, 30_002, 30_500), null);
});

test('each probe that fails opens it for twice as long, up to ten minutes', () => {
  let breaker = failing(null, [0, 1, 2]);
  let moment = 2;
  const lengths = [openMillisecondsOf(breaker, moment)];
  for (let trip = 2; trip <= 7; trip += 1) {
    moment += lengths.at(-1) ?? 0;
    breaker = failing(breaker, [moment]);
    lengths.push(openMillisecondsOf(breaker, moment));
  }
  assert.deepEqual(lengths, [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
});

test('calls that were under way when it opened make it neither longer nor worse', () => {
  const open = failing(null, [0, 1, 2]);
  const straggler = (at: number) =>
    afterFailure('key', open, { startedAt: start + 1, at: start + at, askedMilliseconds: 0 }, rules);
  assert.equal(straggler(3), open);
  assert.equal(straggler(31_000), open, 'not even after its time');
});

test('the time that the provider names is believed, up to ten minutes, and never makes it shorter', () => {
  assert.equal(openMillisecondsOf(failing(null, [0, 1, 2], 90_000), 2), 90_000);
  assert.equal(openMillisecondsOf(failing(null, [0, 1, 2], 5_000), 2), 30_000);
  assert.equal(openMillisecondsOf(failing(null, [0, 1, 2], 7_200_000), 2), 600_000);
  const open = failing(null, [0, 1, 2]);
  assert.equal(openMillisecondsOf(failing(open, [3], 90_000), 3), 90_000, 'also when it is named later');
  assert.equal(openMillisecondsOf(failing(open, [3], 10_000), 3), 29_999);
});

test('one that a node of the release before has opened closes by itself', () => {
  const theirs: Breaker = {
    key: 'key',
    failures: 3,
    windowStart: start,
    openUntil: start + 30_000,
    trips: 0,
    probeUntil: 0,
  };
  assert.equal(phase(theirs, 29_999).phase, 'open');
  assert.equal(answered(theirs, 10, 20), theirs);
  assert.equal(phase(theirs, 30_000).phase, 'closed');
  assert.equal(answered(theirs, 30_000), null);
});

const noted = (startedAt: number, isAnswer: boolean, at = startedAt): NotedCall => ({
  startedAt: start + startedAt,
  at: start + at,
  askedMilliseconds: 0,
  isAnswer,
});
const together = (known: Breaker | null, ...calls: NotedCall[]): Breaker | null => {
  const waiting = calls.reduce<NotedCall[]>((before, call) => withCall(before, call, rules), []);
  return afterCalls('key', known, waiting, rules);
};

test('calls that are noted together come to the same as one after the other', () => {
  assert.equal(phase(together(null, noted(0, false), noted(1, false), noted(2, false)), 2).phase, 'open');
  assert.equal(together(null, noted(0, false), noted(1, false), noted(2, true)), null);
  assert.equal(
    together(null, noted(0, false), noted(1, false), noted(2, true), noted(3, false))?.failures,
    1,
  );
});

test('of calls that are noted together the end of a probe is not lost, whatever ends behind it', () => {
  const open = failing(null, [0, 1, 2]);
  const late = Array.from({ length: 50 }, (_, index) => noted(index % 3, true, 40_001 + index));
  assert.equal(together(open, noted(40_000, true), ...late), null);
  assert.equal(together(open, noted(40_000, false), ...late)?.trips, 2);
});

test('what waits to be noted is bounded', () => {
  let waiting: NotedCall[] = [];
  for (let call = 0; call < 1_000; call += 1)
    waiting = withCall(waiting, noted(1_000 - call, call % 2 === 0), rules);
  assert.ok(waiting.length <= rules.failuresMax + 1);
});
