// The side of a process that serves together with others: it tells the primary how far it is, and ends when it is told
// to, or when the primary is gone.
import cluster from 'node:cluster';
import { type Order, parseOrder, type Report } from './messages.ts';

/** Null when this process serves alone. `end` may be called more than once, from now on. */
export function linkToPrimary(end: (order: Order) => void): { tell(report: Report): void } | null {
  const { worker } = cluster;
  if (worker === undefined) return null;
  const tell = (report: Report): void => {
    // The primary may be gone at this moment, which `disconnect` tells.
    if (worker.isConnected()) worker.send(report, () => {});
  };
  worker.on('message', (message: unknown) => {
    const order = parseOrder(message);
    if (order !== null) end(order);
  });
  worker.once('disconnect', () => {
    // Else Node.js would end the process at once, in the middle of its requests.
    worker.exitedAfterDisconnect = true;
    end({ kind: 'end', seconds: 0, isReplaced: false });
  });
  tell({ kind: 'hears' });
  return { tell };
}
