// A loop over work that falls due: batch after batch while there is any, else a jittered pause. A failing
// batch is logged and tried again after the pause; it never ends the loop.
import type { Log, Ports } from '../core/index.ts';

export type Work = { name: string; pauseSeconds: number; work: (stopping: AbortSignal) => Promise<number> };

export type Loop = { stop(): Promise<void> };

export function startLoop(
  { clock, random, log }: Pick<Ports, 'clock' | 'random'> & { log: Log },
  { name, pauseSeconds, work }: Work,
): Loop {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const found = await work(stopping.signal).catch((error: unknown) => {
        log.error('a batch of due work failed', { job: name, error });
        return 0;
      });
      if (found === 0) {
        await clock.sleep(pauseSeconds * 1000 * (0.5 + random.fraction()), stopping.signal);
      }
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
