// A clock that stands still until a test moves it.
import { setImmediate as settled } from 'node:timers/promises';
import type { Clock } from '../../src/core/ports.ts';

export type ManualClock = Clock & {
  /** Ends the waits that are over by then, and lets what follows from it happen. */
  advance(milliseconds: number): Promise<void>;
  /** Waits that have not ended. */
  waits(): number;
};

export function createManualClock(startedAt = 1_700_000_000_000): ManualClock {
  let now = startedAt;
  const waits = new Set<{ at: number; end: () => void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wait = {
          at: now + milliseconds,
          end: () => {
            waits.delete(wait);
            resolve();
          },
        };
        waits.add(wait);
        signal?.addEventListener('abort', wait.end, { once: true });
      }),
    deadline: () => new AbortController().signal,
    async advance(milliseconds) {
      now += milliseconds;
      for (const wait of [...waits]) if (wait.at <= now) wait.end();
      await settled();
    },
    waits: () => waits.size,
  };
}
