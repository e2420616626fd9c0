// The metrics of several processes, brought together by the primary: whoever is scraped asks it, it asks all of them, and
// what those have counted that are no more stays in the sum. Keeps texts and numbers; what they mean is not known here.
import { type Report as MetricsReport, withEnded } from '../observability/reports.ts';

/** One of the processes, as this exchange needs it. */
export type Reporter = { send(message: { kind: 'report'; id: number }): void };

export type MetricsExchange = ReturnType<typeof createMetricsExchange>;

/** A process that does not answer is busy, or about to end: then what it said last counts. */
const answerMilliseconds = 2_000;

export function createMetricsExchange(members: () => Iterable<Reporter>) {
  /** What each said last; of those that ended, summed up. */
  const known = new Map<Reporter, MetricsReport>();
  let ended: MetricsReport = [];
  let asked = 0;
  let collecting: Promise<readonly MetricsReport[]> | null = null;
  let waiting: { id: number; missing: Set<Reporter>; done: () => void } | null = null;

  async function collect(): Promise<readonly MetricsReport[]> {
    asked += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const missing = new Set(members());
    waiting = { id: asked, missing, done: resolve };
    const timer = setTimeout(resolve, answerMilliseconds);
    for (const member of missing) member.send({ kind: 'report', id: asked });
    if (missing.size > 0) await promise;
    clearTimeout(timer);
    waiting = null;
    return [...known.values(), ended];
  }

  function settle(member: Reporter): void {
    waiting?.missing.delete(member);
    if (waiting?.missing.size === 0) waiting.done();
  }

  return {
    /** Of all of them, and of those that have ended. Those who ask at the same time get the same. */
    collect(): Promise<readonly MetricsReport[]> {
      collecting ??= collect().finally(() => {
        collecting = null;
      });
      return collecting;
    },

    /** An answer, or, without having been asked, the last word of one that ends. */
    note(member: Reporter, id: number, report: MetricsReport): void {
      known.set(member, report);
      if (waiting?.id === id) settle(member);
    },

    end(member: Reporter): void {
      ended = withEnded(ended, known.get(member) ?? []);
      known.delete(member);
      settle(member);
    },
  };
}
