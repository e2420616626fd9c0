// Requests of a workspace in the current second and minute, without a write for each. A process counts by itself;
// from a small share of the limit on it adds what it has counted to the total of all processes and takes that
// over, one write at a time for a workspace and window.
// How exact: one process alone never lets more through than the limit. With N processes up to N times the share
// that is kept back (a tenth of a second's limit, a hundredth of a minute's) and whatever arrives while a write is
// on its way can pass in addition.
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'>;

type Counter = {
  windowStart: number;
  /** Counted here and not yet told to the others. */
  unshared: number;
  /** What all processes together had at the last write, this one's part included. */
  shared: number;
  isSharing: boolean;
};

type Kind = { name: string; milliseconds: number; max: number; keptBack: number };

/** With more counters than this, two a workspace, those whose window is over are forgotten. */
const countersMax = 10_000;
/** Not more often than this: with more workspaces than that at work, all are looked through in vain. */
const forgetMilliseconds = 60_000;

export function createRequestCounter({ clock, log, store, settings }: Needs) {
  const kinds: Kind[] = [
    {
      name: 'second',
      milliseconds: 1000,
      max: settings.workspaceSecondMax,
      keptBack: settings.workspaceSecondMax / 10,
    },
    {
      name: 'minute',
      milliseconds: 60_000,
      max: settings.workspaceMinuteMax,
      keptBack: settings.workspaceMinuteMax / 100,
    },
  ];
  const counters = new Map<string, Counter>();
  let forgottenAt = 0;

  function counterOf(key: string, windowStart: number): Counter {
    const known = counters.get(key);
    if (known?.windowStart === windowStart) return known;
    if (counters.size > countersMax) forgetOver();
    const fresh = { windowStart, unshared: 0, shared: 0, isSharing: false };
    counters.set(key, fresh);
    return fresh;
  }

  function forgetOver(): void {
    const now = clock.now();
    if (now < forgottenAt + forgetMilliseconds) return;
    forgottenAt = now;
    const oldest = now - 60_000;
    for (const [key, { windowStart }] of counters) if (windowStart < oldest) counters.delete(key);
  }

  function share(key: string, { milliseconds }: Kind, counter: Counter): void {
    const count = counter.unshared;
    const window = { start: counter.windowStart, end: counter.windowStart + milliseconds };
    counter.isSharing = true;
    store.limits
      .hit(key, window, count)
      .then((total) => {
        counter.shared = total;
        counter.unshared -= count;
      })
      // The limit holds within this process; the others learn of it with the next write.
      .catch((error: unknown) => log.debug('a request count could not be shared', { error }))
      .finally(() => {
        counter.isSharing = false;
      });
  }

  return {
    /** Null when the request may pass, else the seconds after which the next one may. */
    count(workspaceId: string): number | null {
      const now = clock.now();
      const current = kinds.map((kind) => {
        const key = `${kind.name}:${workspaceId}`;
        return { kind, key, counter: counterOf(key, now - (now % kind.milliseconds)) };
      });
      const full = current.filter(({ kind, counter }) => counter.shared + counter.unshared >= kind.max);
      // What is refused is not counted: a caller that waits as it is told gets on.
      if (full.length > 0) {
        return Math.max(
          ...full.map(({ kind, counter }) =>
            Math.ceil((counter.windowStart + kind.milliseconds - now) / 1000),
          ),
        );
      }
      for (const { kind, key, counter } of current) {
        counter.unshared += 1;
        if (counter.unshared > kind.keptBack && !counter.isSharing) share(key, kind, counter);
      }
      return null;
    },
  };
}
