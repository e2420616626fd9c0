// Time and chance as the machine has them: the adapters of the ports `Clock` and `Random`.
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ports } from './core/index.ts';

export const systemClock: Ports['clock'] = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  },
  deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
};

export const systemRandom: Ports['random'] = {
  bytes: (count) => randomBytes(count),
  id: () => uuid7(Date.now(), randomBytes(10)),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};

/** RFC 9562 section 5.7: 48 bits of milliseconds, version, 12 random bits, variant, 62 random bits. */
function uuid7(milliseconds: number, chance: Buffer): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const version = ((chance.readUInt16BE(0) & 0x0fff) | 0x7000).toString(16);
  const variant = ((chance.readUInt16BE(2) & 0x3fff) | 0x8000).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${chance.subarray(4).toString('hex')}`;
}
