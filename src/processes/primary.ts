// Several processes behind one port. The primary holds the port and serves nothing: it starts the workers, starts a
// dead one again, replaces all of them one after another on SIGHUP, and ends them. What a worker does is main.ts's.
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../core/index.ts';
import { type Order, parseReport } from './messages.ts';
import { createRestarts } from './restarts.ts';
import { drainSecondsFor, onEndSignals } from './signals.ts';

export type PrimaryOptions = {
  /** The file that a worker runs. */
  entry: string;
  count: number;
  drainSeconds: number;
  log: Log;
  /** Shows what an operator must see, whatever the log level. */
  announce: (notice: string) => void;
};

type Member = {
  worker: Worker;
  state: 'starting' | 'ready' | 'leaving';
  readySince: number | null;
  /** True when it listens, false when it ended before. */
  started: Promise<boolean>;
  ended: Promise<void>;
};

/** Answers the exit code when all workers have ended: 0 after a signal, if all of them ended in good order. */
export async function runPrimary({
  entry,
  count,
  drainSeconds,
  log,
  announce,
}: PrimaryOptions): Promise<number> {
  const members = new Set<Member>();
  const announced = new Set<string>();
  const restarts = createRestarts();
  const stopping = new AbortController();
  const over = Promise.withResolvers<number>();
  let isReplacing = false;
  let exitCode = 0;

  cluster.setupPrimary({ exec: entry, args: [] });

  /** A worker that ends by itself after it was ready is started again; before that, it is the caller's to decide. */
  function start(): Member {
    const worker = cluster.fork();
    const started = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<void>();
    const member: Member = {
      worker,
      state: 'starting',
      readySince: null,
      started: started.promise,
      ended: ended.promise,
    };
    members.add(member);
    worker.on('message', (message: unknown) => {
      const report = parseReport(message);
      if (report?.kind === 'notices') announceNew(report.notices);
      if (report?.kind === 'ready') {
        if (member.state === 'starting') member.state = 'ready';
        member.readySince = performance.now();
        started.resolve(true);
      }
    });
    // A worker that is gone cannot be told anything; 'exit' says so.
    worker.on('error', () => {});
    worker.once('exit', (code, signal) => {
      members.delete(member);
      started.resolve(false);
      ended.resolve();
      noteEnd(member, { code, signal });
    });
    return member;
  }

  function announceNew(notices: readonly string[]): void {
    for (const notice of notices) {
      if (!announced.has(notice)) announce(notice);
      announced.add(notice);
    }
  }

  function noteEnd(member: Member, { code, signal }: { code: number | null; signal: string | null }): void {
    const pid = member.worker.process.pid;
    if (member.state === 'leaving') {
      if (code !== 0) exitCode = 1;
    } else if (!stopping.signal.aborted) {
      log.error('a process ended by itself', { pid, code, signal });
      if (member.readySince !== null) void keepUp(performance.now() - member.readySince);
    }
    if (stopping.signal.aborted && members.size === 0) over.resolve(exitCode);
  }

  /** Starts one for one that ended, again and again until it lives or there is no hope. */
  async function keepUp(lived: number | null): Promise<void> {
    for (let readyMilliseconds = lived; !stopping.signal.aborted; readyMilliseconds = null) {
      const isAnyoneReady = [...members].some(({ state }) => state === 'ready');
      const milliseconds = restarts.afterEnd({ readyMilliseconds, isAnyoneReady });
      if (milliseconds === null) return giveUp();
      await wait(milliseconds, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      const member = start();
      if (!(await member.started)) continue;
      log.info('a process was started again', { pid: member.worker.process.pid });
      return;
    }
  }

  function giveUp(): void {
    log.error('every process that is started ends at once: giving up');
    exitCode = 1;
    stop(0);
  }

  function stop(seconds: number): void {
    stopping.abort();
    for (const member of members) dismiss(member, { kind: 'end', seconds, isReplaced: false });
    if (members.size === 0) over.resolve(exitCode);
  }

  function dismiss(member: Member, order: Order): void {
    member.state = 'leaving';
    if (member.worker.isConnected()) member.worker.send(order, () => {});
  }

  /** The new one serves before the old one leaves, so that there are never fewer than before. */
  async function replaceAll(): Promise<void> {
    for (const old of [...members].filter(({ state }) => state === 'ready')) {
      const isReady = await start().started;
      if (stopping.signal.aborted) return;
      if (!isReady) {
        log.error('the processes are not replaced: the new one did not start, and the old ones go on');
        return;
      }
      if (old.state === 'ready') dismiss(old, { kind: 'end', seconds: 0, isReplaced: true });
      await old.ended;
    }
    log.info('all processes are replaced', { pids: pidsOf(members) });
  }

  onEndSignals(['SIGTERM', 'SIGINT'], {
    first(signal) {
      log.info('stopping', { signal, pids: pidsOf(members) });
      stop(drainSecondsFor(signal, drainSeconds));
    },
    again() {
      for (const { worker } of members) worker.process.kill('SIGKILL');
      process.exit(1);
    },
  });
  process.on('SIGHUP', () => {
    if (isReplacing || stopping.signal.aborted) {
      log.warn('the processes are not replaced: that, or the end, is under way');
      return;
    }
    isReplacing = true;
    replaceAll().finally(() => {
      isReplacing = false;
    });
  });

  // The first one alone: it migrates the database, and where it cannot start, nobody can.
  if (!(await start().started)) return stopping.signal.aborted ? over.promise : 1;
  for (let started = 1; started < count && !stopping.signal.aborted; started++) {
    start().started.then((isReady) => {
      if (!isReady) void keepUp(null);
    });
  }
  await Promise.all([...members].map((member) => member.started));
  if (!stopping.signal.aborted) log.info('all processes serve', { pids: pidsOf(members) });
  return over.promise;
}

const pidsOf = (members: Iterable<Member>): (number | undefined)[] =>
  [...members].map(({ worker }) => worker.process.pid);
