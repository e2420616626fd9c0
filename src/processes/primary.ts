// Several processes behind one port. The primary holds the port and serves nothing: it starts the workers, starts a
// dead one again, replaces all of them one after another on SIGHUP, and ends them. What a worker does is main.ts's.
import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../core/index.ts';
import { type Member, type MemberBounds, startMember } from './member.ts';
import type { Report } from './messages.ts';
import { createMetricsExchange } from './metrics-exchange.ts';
import { createRestarts, type Restarts } from './restarts.ts';
import { drainSecondsFor, onEndSignals } from './signals.ts';

export type PrimaryOptions = {
  /** The file that a worker runs. */
  entry: string;
  count: number;
  drainSeconds: number;
  log: Log;
  /** Shows what an operator must see, whatever the log level. */
  announce: (notice: string) => void;
  bounds: MemberBounds;
};

/** Answers the exit code when all workers have ended: 0 after a signal, if all of them ended in good order. */
export async function runPrimary({
  entry,
  count,
  drainSeconds,
  log,
  announce,
  bounds,
}: PrimaryOptions): Promise<number> {
  const members = new Set<Member>();
  const announced = new Set<string>();
  const metrics = createMetricsExchange(() => [...members].filter(({ state }) => state !== 'starting'));
  const stopping = new AbortController();
  const over = Promise.withResolvers<number>();
  let isReplacing = false;
  let exitCode = 0;

  cluster.setupPrimary({ exec: entry, args: [] });

  /** A worker that ends by itself after it was ready is started again; before that, it is the caller's to decide. */
  function start(restarts: Restarts, within = bounds): Member {
    const member = startMember({
      place: freePlace(members),
      restarts,
      bounds: within,
      log,
      onNotices: announceNew,
      onReport: exchange,
      onEnd: noteEnd,
    });
    members.add(member);
    return member;
  }

  function announceNew(notices: readonly string[]): void {
    for (const notice of notices) {
      if (!announced.has(notice)) announce(notice);
      announced.add(notice);
    }
  }

  /** Metrics: an answer of one, or the question of the one that is scraped. */
  function exchange(member: Member, report: Report): void {
    if (report.kind === 'metrics') metrics.note(member, report.id, report.metrics);
    if (report.kind !== 'collect') return;
    const { id } = report;
    void metrics.collect().then((reports) => member.send({ kind: 'collected', id, reports }));
  }

  function noteEnd(member: Member, { code, signal }: { code: number | null; signal: string | null }): void {
    members.delete(member);
    metrics.end(member);
    const { pid, state, restarts } = member;
    if (stopping.signal.aborted) {
      if (code !== 0) exitCode = 1;
      if (members.size === 0) over.resolve(exitCode);
    } else if (state !== 'leaving') {
      log.error('a process ended by itself', { pid, code, signal });
      const lived = member.readyMilliseconds();
      if (lived !== null) void keepUp(restarts, lived);
    }
  }

  /** Starts one for one that ended, again and again until it lives or there is no hope. */
  async function keepUp(restarts: Restarts, lived: number | null): Promise<void> {
    for (let readyMilliseconds = lived; !stopping.signal.aborted; readyMilliseconds = null) {
      const isAnyoneReady = [...members].some(({ state }) => state === 'ready');
      const milliseconds = restarts.afterEnd({ readyMilliseconds, isAnyoneReady });
      if (milliseconds === null) return giveUp();
      await wait(milliseconds, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      const member = start(restarts);
      if (!(await member.started)) continue;
      log.info('a process was started again', { pid: member.pid });
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
    for (const member of members) member.dismiss({ kind: 'end', seconds, isReplaced: false });
    if (members.size === 0) over.resolve(exitCode);
  }

  /** The new one serves before the old one leaves, so that there are never fewer than before. */
  async function replaceAll(): Promise<void> {
    for (const old of [...members].filter(({ state }) => state === 'ready')) {
      const isReady = await start(createRestarts()).started;
      if (stopping.signal.aborted) return;
      if (!isReady) {
        log.error('the processes are not replaced: the new one did not start, and the old ones go on');
        return;
      }
      if (old.state === 'ready') old.dismiss({ kind: 'end', seconds: 0, isReplaced: true });
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
      for (const member of members) member.kill();
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

  // The first one alone, and for as long as it takes: it migrates the database, and where it cannot start, nobody can.
  const first = start(createRestarts(), { ...bounds, startMilliseconds: null });
  if (!(await first.started)) return stopping.signal.aborted ? over.promise : 1;
  for (let started = 1; started < count && !stopping.signal.aborted; started++) {
    const restarts = createRestarts();
    start(restarts).started.then((isReady) => {
      if (!isReady) void keepUp(restarts, null);
    });
  }
  await Promise.all([...members].map((member) => member.started));
  if (!stopping.signal.aborted) log.info('all processes serve', { pids: pidsOf(members) });
  return over.promise;
}

/** Few and the same again after a restart, so that it can be a label of metrics. */
function freePlace(members: Iterable<Member>): number {
  const taken = new Set([...members].map(({ place }) => place));
  let place = 1;
  while (taken.has(place)) place += 1;
  return place;
}

const pidsOf = (members: Iterable<Member>): (number | undefined)[] => [...members].map(({ pid }) => pid);
