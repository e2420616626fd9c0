// A load on one or several servers: what is asked, and what came of it. The work is done by load-process.ts, in a
// process of its own, so that its cost is not the server's.
import { type Child, startChild } from './child.ts';
import { memberAt, numberAt } from './members.ts';

export type LoadRequest = {
  ports: readonly number[];
  connections: number;
  seconds: number;
  /** Requests a second whether answers come or not; null = as many as there are connections to send them on. */
  ratePerSecond?: number | null;
  apiKey: string;
  /** JSON; null = no body at all. */
  body?: string | null;
  /** Of the population, by index. `each` asks for every one once, and ends with the last. */
  mailboxes: { from: number; count: number; order: 'random' | 'each' };
};

export type LoadResult = {
  requests: number;
  /** Other answers than 200, and connections that broke. */
  failures: number;
  firstFailure: string | null;
  seconds: number;
  perSecond: number;
  /** From the moment at which a request was to be sent, so that a stalled server is not flattered. */
  p50Milliseconds: number;
  p99Milliseconds: number;
  maxMilliseconds: number;
};

export type Load = { run(request: LoadRequest): Promise<LoadResult>; child: Child };

export async function startLoad(): Promise<Load> {
  const child = await startChild('load-process.ts');
  return {
    child,
    async run(request) {
      const value = await child.ask('run', JSON.stringify(request), request.seconds + 120);
      const firstFailure = memberAt(value, 'firstFailure');
      const requests = numberAt(value, 'requests');
      const seconds = numberAt(value, 'seconds');
      return {
        requests,
        failures: numberAt(value, 'failures'),
        firstFailure: typeof firstFailure === 'string' ? firstFailure : null,
        seconds,
        perSecond: requests / seconds,
        p50Milliseconds: numberAt(value, 'p50Milliseconds'),
        p99Milliseconds: numberAt(value, 'p99Milliseconds'),
        maxMilliseconds: numberAt(value, 'maxMilliseconds'),
      };
    },
  };
}

/** For benches where every answer must be good: a fast error is no result. */
export function allGood(result: LoadResult): LoadResult {
  if (result.failures === 0 && result.requests > 0) return result;
  throw new Error(
    `${result.failures} of ${result.requests} requests failed: ${result.firstFailure ?? 'none sent'}`,
  );
}
