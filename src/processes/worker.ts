// The side of a process that serves together with others: it tells the primary how far it is, and ends when it is told
// to, or when the primary is gone.
import cluster from 'node:cluster';
import { type Order, parseOrder, type Report } from './messages.ts';

/** Null when this process serves alone. */
export function linkToPrimary(): {
  tell(report: Report): void;
  onOrder(end: (order: Order) => void): void;
} | null {
  const { worker } = cluster;
  if (worker === undefined) return null;
  return {
    tell(report) {
      // The primary may be gone at this moment, which `disconnect` tells.
      if (worker.isConnected()) worker.send(report, () => {});
    },
    onOrder(end) {
      worker.on('message', (message: unknown) => {
        const order = parseOrder(message);
        if (order !== null) end(order);
      });
      worker.once('disconnect', () => {
        // Else Node.js would end the process at once, in the middle of its requests.
        worker.exitedAfterDisconnect = true;
        end({ kind: 'end', seconds: 0, isReplaced: false });
      });
    },
  };
}
