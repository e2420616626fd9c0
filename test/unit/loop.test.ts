import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoop } from '../../src/jobs/loop.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { until } from '../support/until.ts';

const errors: string[] = [];
const log = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) };
const start = (work: () => Promise<number>) =>
  startLoop({ clock: systemClock, random: systemRandom, log }, { name: 'test', pauseSeconds: 0.01, work });

test('due work is done batch after batch, and a failing batch does not end the loop', async () => {
  const batches = [2, 2, 'fails', 1, 0] as const;
  let calls = 0;
  const loop = start(async () => {
    const batch = batches[calls] ?? 0;
    calls += 1;
    if (batch === 'fails') throw new Error('this batch fails');
    return batch;
  });
  await until('all batches were asked for', () => calls > batches.length);
  await loop.stop();
  assert.equal(errors.length, 1);
});

test('stopping waits for the batch that runs, and none begins after it', async () => {
  const held = Promise.withResolvers<number>();
  let calls = 0;
  let isStopped = false;
  const loop = start(() => {
    calls += 1;
    return held.promise;
  });
  assert.equal(calls, 1);
  const stopping = loop.stop().then(() => {
    isStopped = true;
  });
  // More turns of the event loop than anything but the batch could need.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isStopped, false);

  held.resolve(5);
  await stopping;
  assert.equal(calls, 1, 'there was more to do, but not for this loop');
});

test('stopping ends the pause between batches at once', async () => {
  const loop = startLoop(
    { clock: systemClock, random: systemRandom, log },
    { name: 'test', pauseSeconds: 3600, work: async () => 0 },
  );
  await loop.stop();
});

test('a loop that is woken ends its pause, also when that was during its work', async () => {
  const listeners: (() => void)[] = [];
  const ring = (): void => {
    for (const listener of listeners) listener();
  };
  let calls = 0;
  const work = async () => {
    calls += 1;
    // Whatever is told while it looks may have come too late for this look.
    if (calls === 2) ring();
    return 0;
  };
  const wakenBy = { onRing: (listener: () => void) => void listeners.push(listener) };
  const loop = startLoop(
    { clock: systemClock, random: systemRandom, log },
    { name: 'test', pauseSeconds: 3600, work, wakenBy },
  );
  await until('it pauses', () => calls === 1);
  ring();
  await until('it has looked twice more', () => calls === 3);
  await loop.stop();
  assert.equal(calls, 3);
});
