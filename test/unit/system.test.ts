import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, systemRandom } from '../../src/system.ts';

test('ids are UUIDs of version 7 and sort by the time of their making', () => {
  const before = Date.now();
  const id = systemRandom.id();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const milliseconds = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  assert.ok(milliseconds >= before && milliseconds <= Date.now());
  const many = Array.from({ length: 20_000 }, () => systemRandom.id());
  assert.equal(new Set(many).size, many.length);
  assert.deepEqual([...many].sort(), many);
});

test('a sleep ends early, without an error, when its signal aborts', async () => {
  const stopping = new AbortController();
  const sleeping = systemClock.sleep(60_000, stopping.signal);
  stopping.abort();
  await sleeping;
  await systemClock.sleep(60_000, stopping.signal);
});
