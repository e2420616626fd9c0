import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRestarts } from '../../src/processes/restarts.ts';

const atOnce = { readyMilliseconds: null, isAnyoneReady: true };

test('a process is never started again at once, and each time later, up to half a minute', () => {
  const restarts = createRestarts();
  const waits = Array.from({ length: 8 }, () => restarts.afterEnd(atOnce) ?? 0);
  assert.ok((waits[0] ?? 0) >= 100, String(waits[0]));
  for (const [index, milliseconds] of waits.slice(1).entries()) {
    assert.ok(milliseconds > (waits[index] ?? 0) || milliseconds === 30_000, waits.join());
  }
  assert.equal(waits.at(-1), 30_000);
});

test('the end of a process that was well for a minute begins a new row', () => {
  const restarts = createRestarts();
  const first = restarts.afterEnd(atOnce);
  restarts.afterEnd(atOnce);
  assert.equal(restarts.afterEnd({ readyMilliseconds: 60_000, isAnyoneReady: true }), first);
});

test('processes that end soon after they were ready wait longer, too', () => {
  const restarts = createRestarts();
  const soon = { readyMilliseconds: 500, isAnyoneReady: true };
  const [first = 0, second = 0] = [restarts.afterEnd(soon), restarts.afterEnd(soon)].map(Number);
  assert.ok(first < second, `${first}, ${second}`);
});

test('with five ends in a row it is given up, but not while another process serves', () => {
  const restarts = createRestarts();
  for (let end = 1; end <= 10; end++) assert.notEqual(restarts.afterEnd(atOnce), null, `${end}`);
  assert.equal(restarts.afterEnd({ ...atOnce, isAnyoneReady: false }), null);
  const others = createRestarts();
  const alone = { ...atOnce, isAnyoneReady: false };
  for (let end = 1; end <= 4; end++) assert.notEqual(others.afterEnd(alone), null, `${end}`);
  assert.equal(others.afterEnd(alone), null);
});
