// What a process counts of its own work: plain numbers that only grow, read by whoever scrapes (src/observability).
// Owns neither names of metrics nor a format. Label values come from closed sets, never from what a caller sent; the
// bound on the series is for the day on which somebody forgets that.
import type { ErrorCode } from '../errors.ts';
import type { Transport } from '../ports.ts';

/** One series of a counter. Who counts often keeps it and adds to `value`: that is all that a count costs. */
export type Count = { readonly labels: Labels; value: number };

/** One series of a histogram: how many fell into each bucket, the last one being beyond all bounds. Seconds. */
export type Spread = { readonly labels: Labels; readonly counts: number[]; sum: number };

export type Labels = Readonly<Record<string, string>>;

/** Series of one counter or histogram; what would be one more is counted under the word `other`. */
const seriesMax = 2_000;

export type Counter<Name extends string> = ReturnType<typeof createCounter<Name>>;

/** Counts by labels of these names. */
export function createCounter<Name extends string>(names: readonly Name[]) {
  const series = createSeries<Name, Count>(names, (labels) => ({ labels, value: 0 }));
  return {
    /** The series of these labels, made when it is first asked for. */
    of: series.of,
    add(labels: Record<Name, string>, count = 1): void {
      series.of(labels).value += count;
    },
    list: series.list,
  };
}

export type Histogram<Name extends string> = ReturnType<typeof createHistogram<Name>>;

/** Durations by labels of these names. `bounds`: seconds, ascending. */
export function createHistogram<Name extends string>(names: readonly Name[], bounds: readonly number[]) {
  const series = createSeries<Name, Spread>(names, (labels) => ({
    labels,
    counts: new Array<number>(bounds.length + 1).fill(0),
    sum: 0,
  }));
  const note = (spread: Spread, seconds: number): void => {
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] ?? 0)) index += 1;
    spread.counts[index] = (spread.counts[index] ?? 0) + 1;
    // A clock that was put back in the middle of it took nothing away.
    spread.sum += Math.max(0, seconds);
  };
  return {
    bounds,
    of: series.of,
    /** Of a series that is kept. */
    note,
    add: (labels: Record<Name, string>, seconds: number): void => note(series.of(labels), seconds),
    list: series.list,
  };
}

function createSeries<Name extends string, Series>(
  names: readonly Name[],
  make: (labels: Labels) => Series,
): { of(labels: Record<Name, string>): Series; list(): Series[] } {
  const known = new Map<string, Series>();
  const find = (values: readonly string[]): Series => {
    const key = values.join('\n');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])));
    known.set(key, made);
    return made;
  };
  return {
    of(labels) {
      const values = names.map((name) => labels[name]);
      const isRoom = known.size < seriesMax || known.has(values.join('\n'));
      return find(isRoom ? values : names.map(() => 'other'));
    },
    list: () => [...known.values()],
  };
}

/** Provider calls take tens of milliseconds to seconds, and end by a time-out of at most a minute. */
const callSeconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Where a token came from; `refused` has the reason beside it. */
export type TokenReadResult = 'memory' | 'database' | 'refreshed' | 'refused';

export type Measures = ReturnType<typeof createMeasures>;

/**
 * Told as zero from the start: of a series that begins with fifty, Prometheus does not see that it grew, and fifty
 * grants that end at once are what its alert is for.
 */
const refreshesFromStart = ['google', 'microsoft'].flatMap((provider) =>
  ['refreshed', 'dead', 'failed'].map((outcome) => ({ provider, outcome })),
);

const transports = ['imap', 'smtp', 'gmail_api', 'graph'] as const satisfies readonly Transport[];

/** The same for proofs, whose verdicts are too many to be told before there is one. */
const proofsFromStart = transports.flatMap((transport) =>
  (['ok', 'failed'] as const).map((outcome) => ({ transport, outcome })),
);

/** All that the core counts. */
export function createMeasures() {
  const tokenReads = createCounter(['result', 'reason']);
  const refreshes = createCounter(['provider', 'outcome']);
  for (const labels of refreshesFromStart) refreshes.of(labels);
  const proofs = createCounter(['transport', 'outcome']);
  for (const labels of proofsFromStart) proofs.of(labels);
  return {
    tokenReads,
    /** Of the hot path, which adds to its `value` and does nothing else. */
    readsFromMemory: tokenReads.of({ result: 'memory', reason: '' } satisfies ReadLabels),
    /** Turns under a lease: what became of them. */
    refreshes,
    refreshSeconds: createHistogram(['provider'], callSeconds),
    /** Calls to token endpoints: `outcome` is `ok` or the reason of the failure. */
    providerCalls: createCounter(['provider', 'operation', 'outcome']),
    providerCallSeconds: createHistogram(['provider', 'operation'], callSeconds),
    connectSessions: createCounter(['outcome', 'reason']),
    verifications: createCounter(['transport', 'verdict']),
    /** The same proofs without their verdict: what an alert can wait for. `outcome` is `ok` or `failed`. */
    proofs,
    webhookAttempts: createCounter(['outcome']),
    webhookSeconds: createHistogram([], callSeconds),
    dueWorkFailures: createCounter(['work']),
  };
}

type ReadLabels = { result: TokenReadResult; reason: ErrorCode | '' };
