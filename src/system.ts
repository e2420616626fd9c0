// Time and chance as the machine has them: the adapters of the ports `Clock` and `Random`.
import { randomBytes, randomInt } from 'node:crypto';
import type { Ports } from './core/index.ts';

export const systemClock: Ports['clock'] = {
  now: () => Date.now(),
  /** Without the error that a timer of Node's own makes of an abort: most waits in line end by one. */
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end);
    }),
  deadline: createDeadlines(),
};

export const systemRandom: Ports['random'] = {
  bytes: (count) => randomBytes(count),
  id: createIds(),
  fraction: () => randomInt(2 ** 32) / 2 ** 32,
};

/** A deadline may come this much sooner than was asked for, if it is one of those that are not short. */
const sharedMilliseconds = 10;
const shortMilliseconds = 1_000;

/**
 * Signals of the same moment are one: each has a timer and is watched by the garbage collector, which is dear for
 * thousands of calls a second that all have the same time.
 */
function createDeadlines(): (milliseconds: number) => AbortSignal {
  let latest: { slot: number; signal: AbortSignal } | null = null;
  return (milliseconds) => {
    if (milliseconds < shortMilliseconds) return AbortSignal.timeout(milliseconds);
    const now = performance.now();
    const slot = Math.floor((now + milliseconds) / sharedMilliseconds);
    if (latest?.slot !== slot) {
      latest = { slot, signal: AbortSignal.timeout(Math.floor(slot * sharedMilliseconds - now)) };
    }
    return latest.signal;
  };
}

/**
 * UUIDs of version 7 (RFC 9562 section 5.7), in the order of their making also within a millisecond: its 12 bits
 * after the version count up from a random beginning (section 6.2, method 1). A clock that is put back is ignored.
 */
function createIds(): () => string {
  let milliseconds = 0;
  let count = 0;
  return () => {
    const now = Date.now();
    if (now > milliseconds) {
      milliseconds = now;
      count = randomInt(2 ** 11);
    } else {
      count += 1;
      if (count === 2 ** 12) {
        milliseconds += 1;
        count = 0;
      }
    }
    return uuid7(milliseconds, count, randomBytes(8));
  };
}

/** 48 bits of time, version, 12 bits of counter, variant, 62 random bits. */
function uuid7(milliseconds: number, count: number, chance: Buffer): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  const version = (count | 0x7000).toString(16);
  const variant = ((chance.readUInt16BE(0) & 0x3fff) | 0x8000).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${chance.subarray(2).toString('hex')}`;
}
