import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemClock } from '../../src/system.ts';

test('deadlines of the same moment share a signal, and those of other times do not', () => {
  const { deadline } = systemClock;
  const many = new Set(Array.from({ length: 1000 }, () => deadline(60_000)));
  assert.ok(many.size < 100, `${many.size} signals for a thousand calls at once`);
  assert.notEqual(deadline(60_000), deadline(50_000));
  assert.notEqual(deadline(900), deadline(900));
});

test('a deadline comes in time, whether it is shared or not', { timeout: 10_000 }, async () => {
  for (const milliseconds of [100, 1_000]) {
    const startedAt = performance.now();
    const signal = systemClock.deadline(milliseconds);
    // The timer of a signal alone keeps no process alive.
    const alive = setInterval(() => {}, 1_000);
    await once(signal, 'abort');
    clearInterval(alive);
    assert.ok(performance.now() - startedAt >= milliseconds - 12);
    assert.ok(signal.reason instanceof Error && signal.reason.name === 'TimeoutError');
  }
});
