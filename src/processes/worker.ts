// The side of a process that serves together with others: it tells the primary how far it is, and ends when it is told
// to, or when the primary is gone.
import cluster from 'node:cluster';
import type { Report as MetricsReport } from '../observability/reports.ts';
import { type Order, parseExchange, parseOrder, type Report } from './messages.ts';

export type PrimaryLink = {
  tell(report: Report): void;
  /** What all processes have counted; empty when the primary is gone or does not answer. */
  collect(): Promise<readonly MetricsReport[]>;
  /** Who tells what this one has counted, from now on. */
  reportBy(report: () => Promise<MetricsReport>): void;
  /** What it has counted in the end, before it is gone. */
  sayLast(report: MetricsReport): Promise<void>;
};

/** Longer than the primary waits for the others. */
const collectMilliseconds = 4_000;
const lastWordMilliseconds = 1_000;

/** Null when this process serves alone. `end` may be called more than once, from now on. */
export function linkToPrimary(end: (order: Order) => void): PrimaryLink | null {
  const { worker } = cluster;
  if (worker === undefined) return null;
  let reportNow: () => Promise<MetricsReport> = async () => [];
  let asked = 0;
  const questions = new Map<number, (reports: readonly MetricsReport[]) => void>();
  const tell = (report: Report): void => {
    // The primary may be gone at this moment, which `disconnect` tells.
    if (worker.isConnected()) worker.send(report, () => {});
  };
  worker.on('message', (message: unknown) => {
    const order = parseOrder(message);
    if (order !== null) end(order);
    const exchange = parseExchange(message);
    if (exchange?.kind === 'collected') questions.get(exchange.id)?.(exchange.reports);
    if (exchange?.kind === 'report') {
      const { id } = exchange;
      reportNow().then(
        (metrics) => tell({ kind: 'metrics', id, metrics }),
        () => {},
      );
    }
  });
  worker.once('disconnect', () => {
    // Else Node.js would end the process at once, in the middle of its requests.
    worker.exitedAfterDisconnect = true;
    end({ kind: 'end', seconds: 0, isReplaced: false });
  });
  tell({ kind: 'hears' });
  return {
    tell,
    collect() {
      asked += 1;
      const id = asked;
      return new Promise((resolve) => {
        const answer = (reports: readonly MetricsReport[]): void => {
          clearTimeout(timer);
          questions.delete(id);
          resolve(reports);
        };
        const timer = setTimeout(() => answer([]), collectMilliseconds);
        questions.set(id, answer);
        tell({ kind: 'collect', id });
      });
    },
    reportBy(report) {
      reportNow = report;
    },
    sayLast: (metrics) =>
      new Promise((resolve) => {
        if (!worker.isConnected()) return resolve();
        const timer = setTimeout(resolve, lastWordMilliseconds);
        worker.send({ kind: 'metrics', id: 0, metrics } satisfies Report, () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
