// The subject: a whole gateway in a process of its own, configured by its environment as any other, with a control
// channel for what a caller over HTTP cannot see: CPU time, statements sent, a profile, work that falls due.
import process from 'node:process';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { serveControl } from './control.ts';
import { mailboxIdOf } from './ids.ts';
import { memberAt, numberAt, textAt } from './members.ts';
import { startProfile, stopProfile } from './profile.ts';
import { countStatements } from './statements.ts';
import { percentile } from './statistics.ts';

let statements: ReturnType<typeof countStatements> | null = null;
const gateway = await createGateway(loadConfig());
const address = await gateway.start();

type Done = { done: number; failed: number; seconds: number; p50Milliseconds: number };

/** Within which something that is due is refreshed on the busiest machine. */
const patienceMilliseconds = 60_000;

/**
 * As the loop of src/jobs does it, until nothing is due or the time is over, but not before something was refreshed.
 */
async function refreshDue(secondsMax: number): Promise<Done> {
  const begin = performance.now();
  let done = 0;
  do {
    done += await gateway.core.dueRefreshes.refreshDueGrants(AbortSignal.timeout(secondsMax * 1000));
  } while (done === 0 && performance.now() - begin < patienceMilliseconds);
  return { done, failed: 0, seconds: (performance.now() - begin) / 1000, p50Milliseconds: 0 };
}

/** Reads that make the provider issue a new token, because the old one is over or is not wanted: each mailbox once. */
async function readAnew(argument: unknown): Promise<Done> {
  const from = numberAt(argument, 'from');
  const count = numberAt(argument, 'count');
  const principal = await gateway.core.apiKeys.authenticate(textAt(argument, 'apiKey'));
  const begin = performance.now();
  const end = begin + numberAt(argument, 'seconds') * 1000;
  const isForced = memberAt(argument, 'isForced') === true;
  const samples: number[] = [];
  let next = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end && next < count) {
      const id = mailboxIdOf(from + next);
      next += 1;
      const sentAt = performance.now();
      const { refreshed } = await gateway.core.tokens.read(principal, id, {
        resource: null,
        minTtlSeconds: 0,
        forceRefresh: isForced,
      });
      if (!refreshed) failed += 1;
      samples.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: numberAt(argument, 'inFlight') }, lane));
  const seconds = (performance.now() - begin) / 1000;
  return { done: samples.length, failed, seconds, p50Milliseconds: percentile(samples, 0.5) };
}

serveControl({
  port: () => Number(new URL(address).port),
  refreshDue: (argument) => refreshDue(numberAt(argument, 'seconds')),
  readAnew,
  /** Since the last time that this was asked; the first time begins to count. */
  statements: () => {
    statements ??= countStatements();
    return statements.take();
  },
  startProfile,
  stopProfile,
  close: async () => {
    await gateway.close();
    process.disconnect?.();
  },
});
