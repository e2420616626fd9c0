// Calls of many callers that arrive in the same moment, done as one. Who comes alone is not kept waiting; who comes while
// others are at it joins the next group, so groups grow with the load. Each call has its own result, and nobody is
// answered before the work for him is done.
import { GatewayError } from '../core/errors.ts';

export type Grouping<Call, Result> = {
  /** Calls with the same key are done one after another, in the order of their coming. */
  keyOf(call: Call): string;
  /**
   * Results in the order of the calls; null = not done, because it would have kept the others waiting. When it rejects,
   * none is done.
   */
  together(calls: readonly Call[]): Promise<readonly (Result | null)[]>;
  /** What was not done with the others; for as long as it takes, while groups go on. A few at once. */
  alone(call: Call): Promise<Result>;
  /** Whether the failure of a group may be the fault of one of its calls: then each is done alone. */
  mayBeOfOne(error: unknown): boolean;
  /** Calls in a group. */
  sizeMax: number;
  /** Groups under way. */
  groupsMax: number;
  /** Calls that may wait; one more is `overloaded`. */
  waitingMax: number;
};

/** Each of them may stand on a connection that waits; the others are for the groups, and for everybody else. */
const aloneMax = 4;

type Job<Call, Result> = {
  call: Call;
  key: string;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

export const groupedCalls = <Call, Result>(grouping: Grouping<Call, Result>) => {
  const { keyOf, together, alone, mayBeOfOne, sizeMax, groupsMax, waitingMax } = grouping;
  let waiting: Job<Call, Result>[] = [];
  const left: Job<Call, Result>[] = [];
  const busy = new Set<string>();
  let lone = 0;
  let groups = 0;
  let isAwaited = false;

  /** Those that may be done now, with their keys held. */
  const take = (): Job<Call, Result>[] => {
    const taken: Job<Call, Result>[] = [];
    const later: Job<Call, Result>[] = [];
    for (const job of waiting) {
      if (taken.length === sizeMax || busy.has(job.key)) {
        later.push(job);
        continue;
      }
      busy.add(job.key);
      taken.push(job);
    }
    waiting = later;
    return taken;
  };

  /** Its key is free from now on. */
  const settled = (job: Job<Call, Result>, tell: () => void): void => {
    busy.delete(job.key);
    tell();
    wake();
  };
  const doAlone = (job: Job<Call, Result>): Promise<void> =>
    alone(job.call).then(
      (result) => settled(job, () => job.resolve(result)),
      (error: unknown) => settled(job, () => job.reject(error)),
    );

  const doLeft = (): void => {
    while (lone < aloneMax) {
      const job = left.shift();
      if (job === undefined) return;
      lone += 1;
      void doAlone(job).then(() => {
        lone -= 1;
        doLeft();
      });
    }
  };

  const doTogether = async (jobs: readonly Job<Call, Result>[]): Promise<void> => {
    try {
      const results = await together(jobs.map(({ call }) => call));
      for (const [index, job] of jobs.entries()) {
        const result = results[index] ?? null;
        if (result === null) left.push(job);
        else settled(job, () => job.resolve(result));
      }
      doLeft();
    } catch (error) {
      if (jobs.length > 1 && mayBeOfOne(error)) for (const job of jobs) await doAlone(job);
      else for (const job of jobs) settled(job, () => job.reject(error));
    }
  };

  const work = async (jobs: readonly Job<Call, Result>[]): Promise<void> => {
    groups += 1;
    await doTogether(jobs);
    groups -= 1;
    wake();
  };

  /** In the next turn of the loop, so that those who come in this one are there. */
  const wake = (): void => {
    if (isAwaited || waiting.length === 0 || groups >= groupsMax) return;
    isAwaited = true;
    setImmediate(() => {
      isAwaited = false;
      if (groups >= groupsMax) return;
      const jobs = take();
      if (jobs.length === 0) return;
      void work(jobs);
      wake();
    });
  };

  return (call: Call): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (waiting.length + left.length >= waitingMax) {
        reject(
          new GatewayError('overloaded', 'Too many callers wait for the database.', {
            extras: { retryAfterSeconds: 1 },
          }),
        );
        return;
      }
      waiting.push({ call, key: keyOf(call), resolve, reject });
      wake();
    });
};
