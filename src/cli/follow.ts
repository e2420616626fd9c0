// Reading a list on and on: what is new comes out once, in order as far as it can be. Rows of transactions that ran
// side by side may be seen after others with later ids, so what was first seen within the last minute is read again and
// again, and passed over. Goes on over failures of the gateway; what is no use to ask again ends it.
import type { Clock } from '../core/ports.ts';
import { systemClock } from '../system.ts';
import { type Api, ApiProblem, type Query } from './api.ts';
import { exitCodes } from './command.ts';
import { note } from './output.ts';
import { Unreachable } from './place.ts';
import { textOf } from './report.ts';

type Following = {
  api: Api;
  path: string;
  query: Query;
  /** How many that are there already come first, or from when on (`query.since`) all of them: `all`. */
  first: number | 'all';
  stopping: AbortSignal;
  clock?: Pick<Clock, 'now' | 'sleep'>;
};

const pauseMilliseconds = 1000;
/** Between two tries of a gateway that does not answer: this, then twice as long each time, up to the second. */
const retryMilliseconds = { first: 1000, most: 30_000 } as const;
/** A transaction that takes longer ends by a time-out. */
const settledMilliseconds = 60_000;
/** Of what was seen; with more in a minute, the first ones count as settled. */
const seenMax = 10_000;
/** Looked at to begin with, so that what is shown first is not all that is known to be there. */
const knownLeast = 100;

/** Ends when `stopping` aborts. Throws what the gateway refuses. */
export async function* follow({
  api,
  path,
  query,
  first,
  stopping,
  clock = systemClock,
}: Following): AsyncGenerator<unknown> {
  /** When each was seen first. */
  const seen = new Map<string, number>();
  let settled: string | null = null;
  const isNew = (item: unknown): boolean => {
    const id = textOf(item, 'id') ?? '';
    if (seen.has(id)) return false;
    seen.set(id, clock.now());
    if (seen.size > 2 * seenMax) settle(clock.now());
    return true;
  };
  /** After a reading that began at `at`: it has found whatever comes before those that were seen a minute earlier. */
  const settle = (at: number): void => {
    const before = at - settledMilliseconds;
    for (const [id, at] of [...seen].sort(([left], [right]) => (left < right ? -1 : 1))) {
      if (at > before && seen.size <= seenMax) return;
      settled = id;
      seen.delete(id);
    }
  };

  if (first !== 'all') {
    const known: unknown[] = [];
    const most = Math.max(first, knownLeast);
    for await (const item of api.items(path, { limit: most, query: { ...query, order: 'newest' } })) {
      known.unshift(item);
    }
    for (const item of known) isNew(item);
    settled = textOf(known[0], 'id');
    yield* known.slice(Math.max(0, known.length - first));
  }
  let failures = 0;
  while (!stopping.aborted) {
    const began = clock.now();
    try {
      for await (const item of api.items(path, { after: settled, query: { ...query, order: 'oldest' } })) {
        if (isNew(item)) yield item;
        if (stopping.aborted) return;
      }
      if (failures > 0) note('The gateway answers again.');
      failures = 0;
      settle(began);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (failures === 0) note(`${error.message}\nIt is asked again until it answers.`);
      failures += 1;
    }
    const { first: least, most } = retryMilliseconds;
    const pause =
      failures === 0 ? pauseMilliseconds : Math.min(most, least * 2 ** Math.min(failures - 1, 10));
    await clock.sleep(pause, stopping);
  }
}

/** A gateway that is restarted, or has too much to do. */
const isPassing = (error: unknown): error is Error =>
  error instanceof Unreachable ||
  (error instanceof ApiProblem && (error.status >= 500 || error.status === 429));

/** How long what is under way may take after a signal. */
const lastMilliseconds = 2000;

/**
 * Runs what goes on until somebody ends it. Answers the exit code: Ctrl-C is one that says so, a supervisor's SIGTERM
 * is the end that was meant. The second signal ends at once.
 */
export async function untilSignal(work: (stopping: AbortSignal) => Promise<void>): Promise<number> {
  const stopping = new AbortController();
  let code: number = exitCodes.done;
  const stop = (signal: 'SIGINT' | 'SIGTERM'): void => {
    code = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.done;
    if (stopping.signal.aborted) process.exit(code);
    stopping.abort();
    setTimeout(() => process.exit(code), lastMilliseconds).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await work(stopping.signal);
    return code;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
