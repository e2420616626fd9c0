// Trying all mailboxes again that do not work, at a caller's request. What it does is make their verification due:
// the loop over due work refreshes and proves them. A grant that is over stays over; only its owner can renew it.
import { record } from './audit.ts';
import { GatewayError } from './errors.ts';
import type { MailboxWithGrant, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { statusOf } from './verification.ts';

/** `none`: every mailbox works. `limited`: the day's number of requests is used up. */
export type Reconnection = { outcome: 'queued'; count: number } | { outcome: 'none' | 'limited' };

export type Reconnections = ReturnType<typeof createReconnections>;

const dayMilliseconds = 24 * 3600 * 1000;
const sliceSize = 200;
/** Mailboxes that one call goes through. */
const scanMax = 20_000;

export function createReconnections(ports: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const { store, clock } = ports;
  async function failedMailboxes(workspaceId: string): Promise<string[]> {
    const failed: string[] = [];
    for (let offset = 0; ; offset += sliceSize) {
      const { items, total } = await store.mailboxes.slice(workspaceId, {}, { offset, limit: sliceSize });
      if (total > scanMax) {
        throw new GatewayError(
          'invalid_request',
          `More than ${scanMax} mailboxes cannot be tried in one call.`,
        );
      }
      for (const item of items) if (isFailed(item)) failed.push(item.mailbox.id);
      if (items.length === 0 || offset + sliceSize >= total) return failed;
    }
  }

  return {
    /**
     * Counts against the day (UTC) of the workspace only when there is something to do. Throws `invalid_request` in
     * a workspace of more than 20,000 mailboxes, whose own verification tries them anyway.
     */
    async retryFailed(principal: Principal, { perDayMax }: { perDayMax: number }): Promise<Reconnection> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const now = clock.now();
      const start = now - (now % dayMilliseconds);
      const key = `reconnect-failed ${workspaceId}`;
      const window = { start, end: start + dayMilliseconds };
      // Before anything is looked through; the count itself decides among calls at the same time.
      if ((await store.limits.hit(key, window, 0)) >= perDayMax) return { outcome: 'limited' };
      const failed = await failedMailboxes(workspaceId);
      if (failed.length === 0) return { outcome: 'none' };
      if ((await store.limits.hit(key, window, 1)) > perDayMax) return { outcome: 'limited' };
      await record(ports, store, principal, {
        workspaceId,
        action: 'mailboxes.changed',
        objectId: null,
        data: { retried: failed.length },
      });
      for (const id of failed) await store.mailboxes.update(id, { verifyDueAt: now });
      return { outcome: 'queued', count: failed.length };
    },
  };
}

function isFailed(joined: MailboxWithGrant): boolean {
  const { status } = statusOf(joined);
  return status === 'degraded' || status === 'needs_reauthorization';
}
