// One of several processes as the primary sees it: how far it is, what it was told, and that it gets there in time. What
// follows from its end is primary.ts's.
import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../core/index.ts';
import { type Exchange, type Order, parseReport, type Report } from './messages.ts';
import type { Restarts } from './restarts.ts';

export type Member = {
  pid: number | undefined;
  /** From 1: the smallest that no other one has while it lives. */
  place: number;
  send(message: Exchange): void;
  state: 'starting' | 'ready' | 'leaving';
  /** How long it was ready; null = it never was. */
  readyMilliseconds(): number | null;
  /** Of the place that it fills: whoever is started in its stead has the same. */
  restarts: Restarts;
  /** True when it listens, false when it ended before. */
  started: Promise<boolean>;
  ended: Promise<void>;
  /** Tells it to end, and kills it when it is still there long after. */
  dismiss(order: Order): void;
  kill(): void;
};

export type MemberBounds = {
  /** Until it listens. Longer than a migration waits for those that use the database; null = for ever. */
  startMilliseconds: number | null;
  /** From the end of the drain until it is gone. Longer than the gateway gives itself. */
  endMilliseconds: number;
};

export type MemberOptions = {
  place: number;
  restarts: Restarts;
  bounds: MemberBounds;
  log: Log;
  onNotices(notices: readonly string[]): void;
  onReport(member: Member, report: Report): void;
  onEnd(member: Member, exit: { code: number | null; signal: string | null }): void;
};

export function startMember(options: MemberOptions): Member {
  const { place, restarts, bounds, log, onNotices, onReport, onEnd } = options;
  cluster.setupPrimary({ args: [`--place=${place}`] });
  const worker = cluster.fork();
  const { pid } = worker.process;
  const started = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<void>();
  let readySince: number | null = null;
  let told: Order | null = null;
  let timer: NodeJS.Timeout | undefined;

  const member: Member = {
    pid,
    place,
    send: (message) => tell(worker, message),
    state: 'starting',
    readyMilliseconds: () => (readySince === null ? null : performance.now() - readySince),
    restarts,
    started: started.promise,
    ended: ended.promise,
    dismiss(order) {
      member.state = 'leaving';
      told = order;
      tell(worker, order);
      killAfter(order.seconds * 1000 + bounds.endMilliseconds, 'a process does not end, and is killed');
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };

  function killAfter(milliseconds: number, message: string): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      log.error(message, { pid, seconds: milliseconds / 1000 });
      member.kill();
    }, milliseconds);
  }

  const { startMilliseconds } = bounds;
  if (startMilliseconds !== null) killAfter(startMilliseconds, 'a process does not start, and is killed');
  worker.on('message', (message: unknown) => {
    const report = parseReport(message);
    // What it was told before it heard anything is lost: whoever reports is told again.
    if (report !== null && told !== null) tell(worker, told);
    if (report?.kind === 'notices') onNotices(report.notices);
    if (report !== null) onReport(member, report);
    if (report?.kind === 'ready') {
      if (member.state === 'starting') {
        member.state = 'ready';
        clearTimeout(timer);
      }
      readySince = performance.now();
      started.resolve(true);
    }
  });
  // A worker that is gone cannot be told anything; 'exit' says so.
  worker.on('error', () => {});
  worker.once('exit', (code, signal) => {
    clearTimeout(timer);
    started.resolve(false);
    ended.resolve();
    onEnd(member, { code, signal });
  });
  return member;
}

function tell(worker: Worker, message: Order | Exchange): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
