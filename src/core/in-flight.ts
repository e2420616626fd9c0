// Work that must not be cut off half-way, so that a process can wait for it before it ends: a refresh whose token
// the provider has already spent, a callback whose code is redeemed.
import type { Clock } from './ports.ts';

export type InFlight = ReturnType<typeof createInFlight>;

export function createInFlight({ clock }: { clock: Clock }) {
  const running = new Set<Promise<unknown>>();
  return {
    /** The same promise, remembered until it settles. */
    track<T>(work: Promise<T>): Promise<T> {
      running.add(work);
      const forget = (): void => void running.delete(work);
      work.then(forget, forget);
      return work;
    },

    /** Until all of it has settled, at most this long. True when nothing is left. */
    async drain(milliseconds: number): Promise<boolean> {
      const over = new AbortController();
      let isLate = milliseconds <= 0;
      // One sleep, not the clock's time: a clock that is put back while a process ends must not keep it.
      const late = clock.sleep(milliseconds, over.signal).then(() => {
        isLate = true;
      });
      while (running.size > 0 && !isLate) await Promise.race([Promise.allSettled(running), late]);
      over.abort();
      return running.size === 0;
    },
  };
}
