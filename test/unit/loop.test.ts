import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoop } from '../../src/jobs/loop.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { until } from '../support/until.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

test('due work is done batch after batch, a failing batch does not end the loop, and stopping waits for it', async () => {
  const batches = [2, 2, 'fails', 1, 0] as const;
  const errors: string[] = [];
  let calls = 0;
  const loop = startLoop(
    {
      clock: systemClock,
      random: systemRandom,
      log: { ...silent, error: (message) => errors.push(message) },
    },
    {
      name: 'test',
      pauseSeconds: 0.01,
      work: async () => {
        const batch = batches[calls] ?? 0;
        calls += 1;
        if (batch === 'fails') throw new Error('this batch fails');
        return batch;
      },
    },
  );
  await until('all batches were asked for', () => calls > batches.length);
  await loop.stop();
  const callsAtEnd = calls;
  assert.equal(errors.length, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(calls, callsAtEnd);
});
