// Signals that end a process. The first one ends it in good order, a later one at once. A terminal sends Ctrl-C to
// every process of a command, and those that started this one pass it on: what comes within a moment is the same one.

const sameMilliseconds = 500;

export type EndSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** `first` is called once, `again` whenever somebody does not want to wait. */
export function onEndSignals(
  signals: readonly EndSignal[],
  { first, again }: { first: (signal: EndSignal) => void; again: () => void },
): void {
  let since: number | null = null;
  for (const signal of signals) {
    process.on(signal, () => {
      if (since === null) {
        since = performance.now();
        first(signal);
      } else if (performance.now() - since > sameMilliseconds) {
        again();
      }
    });
  }
}

/** Who presses Ctrl-C sits in front of the machine, and no load balancer does. */
export const drainSecondsFor = (signal: EndSignal, drainSeconds: number): number =>
  signal === 'SIGINT' ? 0 : drainSeconds;
