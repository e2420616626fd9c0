// A loop over work that falls due: batch after batch while there is any, else a jittered pause. A failing
// batch is logged and tried again after the pause; it never ends the loop.
import type { Log, Ports } from '../core/index.ts';

export type Work = {
  name: string;
  pauseSeconds: number;
  work: (stopping: AbortSignal) => Promise<number>;
  /** Whatever tells that there is something to do now: it ends a pause, and the next one if none is running. */
  wakenBy?: { onRing(listener: () => void): void };
};

export type Loop = { stop(): Promise<void> };

export function startLoop(
  { clock, random, log }: Pick<Ports, 'clock' | 'random'> & { log: Log },
  { name, pauseSeconds, work, wakenBy }: Work,
): Loop {
  const stopping = new AbortController();
  let pause: AbortController | null = null;
  let isWoken = false;
  wakenBy?.onRing(() => {
    isWoken = true;
    pause?.abort();
  });

  async function sleep(): Promise<void> {
    if (isWoken) return;
    const woken = new AbortController();
    const stop = (): void => woken.abort();
    pause = woken;
    stopping.signal.addEventListener('abort', stop, { once: true });
    if (stopping.signal.aborted) stop();
    await clock.sleep(pauseSeconds * 1000 * (0.5 + random.fraction()), woken.signal);
    stopping.signal.removeEventListener('abort', stop);
    pause = null;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      isWoken = false;
      const found = await work(stopping.signal).catch((error: unknown) => {
        log.error('a batch of due work failed', { job: name, error });
        return 0;
      });
      if (found === 0) await sleep();
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
