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
      const deadline = clock.now() + milliseconds;
      while (running.size > 0 && clock.now() < deadline) {
        const late = new AbortController();
        const all = Promise.allSettled(running).then(() => late.abort());
        await clock.sleep(deadline - clock.now(), late.signal);
        if (running.size === 0) await all;
      }
      return running.size === 0;
    },
  };
}
