// Who reads which mailbox's tokens, how often, when first and last: counted in memory by the minute and written in
// batches, so that a read itself writes nothing. A process that is killed loses what it counted since its last flush.
// The same record tells which token sets to keep warm.
import { warmAt } from './due-times.ts';
import { notFound } from './errors.ts';
import type { Page, PageRequest, Ports, TokenRead, TokenUse } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import type { ReadOf } from './read-memory.ts';

export type TokenUses = ReturnType<typeof createTokenUses>;

const minuteMilliseconds = 60_000;
const keptMilliseconds = 30 * 24 * 3600 * 1000;
/** Rows in one statement. */
const batchMax = 500;
/** Counters that may wait for a flush: beyond it a database in trouble costs records, not memory. */
const waitingMax = 200_000;

export function createTokenUses(ports: Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'settings'>) {
  const { clock, log, store } = ports;
  /** By mailbox, then by key. */
  let counting = new Map<string, Map<string, TokenUse>>();
  let finished: TokenUse[] = [];
  /** By grant, then by resource. */
  let reads = new Map<string, Map<string, ReadOf & { readAt: number }>>();
  let lost = 0;

  function count(keyId: string, mailboxId: string, now: number): void {
    let ofMailbox = counting.get(mailboxId);
    if (!ofMailbox) {
      if (counting.size >= waitingMax) {
        lost += 1;
        return;
      }
      ofMailbox = new Map();
      counting.set(mailboxId, ofMailbox);
    }
    const minute = now - (now % minuteMilliseconds);
    const use = ofMailbox.get(keyId);
    if (use?.minute === minute) {
      use.total += 1;
      use.lastAt = now;
      return;
    }
    if (use && finished.length < waitingMax) finished.push(use);
    ofMailbox.set(keyId, { mailboxId, keyId, minute, total: 1, firstAt: now, lastAt: now });
  }

  function noteRead(read: ReadOf, readAt: number): void {
    const ofGrant = reads.get(read.grantId);
    const known = ofGrant?.get(read.resource);
    if (known && known.obtainedAt === read.obtainedAt) known.readAt = readAt;
    else if (ofGrant) ofGrant.set(read.resource, { ...read, readAt });
    else if (reads.size < waitingMax) {
      reads.set(read.grantId, new Map([[read.resource, { ...read, readAt }]]));
    }
  }

  async function writeUses(uses: TokenUse[]): Promise<void> {
    for (const batch of inBatches(uses)) await store.tokenUses.add(batch);
  }

  async function writeReads(noted: (ReadOf & { readAt: number })[]): Promise<void> {
    const due = noted.flatMap((read): TokenRead[] => {
      const { grantId, resource, readAt } = read;
      const dueAt = warmAt(ports, clock.now(), read);
      return dueAt === null ? [] : [{ grantId, resource, readAt, dueAt }];
    });
    for (const batch of inBatches(due)) await store.grants.noteReads(batch);
  }

  return {
    /** Costs a few look-ups in memory. */
    note(keyId: string, mailboxId: string, read: ReadOf): void {
      const now = clock.now();
      count(keyId, mailboxId, now);
      noteRead(read, now);
    },

    /** Writes what was counted since the last time; what cannot be written is counted as lost, and logged. */
    async flush(): Promise<number> {
      const uses = [...finished, ...[...counting.values()].flatMap((ofMailbox) => [...ofMailbox.values()])];
      const noted = [...reads.values()].flatMap((ofGrant) => [...ofGrant.values()]);
      counting = new Map();
      finished = [];
      reads = new Map();
      try {
        await writeUses(uses);
        await writeReads(noted);
      } catch (error) {
        log.error('token reads could not be recorded', { mailboxes: uses.length, error });
      }
      if (lost > 0) log.warn('too many token reads between two flushes: some are not recorded', { lost });
      lost = 0;
      return 0;
    },

    /** Newest first. Throws `not_found` for a mailbox of another workspace. */
    async list(principal: Principal, mailboxId: string, page: PageRequest): Promise<Page<TokenUse>> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const mailbox = await store.mailboxes.byId(mailboxId);
      if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
      return store.tokenUses.list(mailboxId, page);
    },

    prune: (): Promise<number> => store.tokenUses.prune(clock.now() - keptMilliseconds, batchMax),
  };
}

function* inBatches<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += batchMax) yield items.slice(start, start + batchMax);
}
