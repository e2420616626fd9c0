// Who reads which mailbox's tokens, how often, when first and last: counted in memory by the minute and written in
// batches, so that a read itself writes nothing. A process that is killed loses what it counted since its last flush.
// The same record tells which token sets to keep warm.
import { dayMilliseconds, warmAt } from './due-times.ts';
import { invalidField, notFound } from './errors.ts';
import type { CoreSettings, Page, PageRequest, Ports, TokenRead, TokenUse } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import type { ReadOf } from './read-memory.ts';

export type TokenUses = ReturnType<typeof createTokenUses>;

/** `keyName`: null for a key of the installation, and for one that is gone. */
export type NamedTokenUse = TokenUse & { keyName: string | null };

type NotedRead = ReadOf & { readAt: number };

const minuteMilliseconds = 60_000;
/** Rows in one statement. */
const batchMax = 500;
/** Counters, and reads beside them, that may wait for a flush: beyond it a database in trouble costs records. */
const waitingMax = 200_000;
/** As many do not wait for the loop's next turn, which bounds what they take in memory. */
const flushedEarlyAt = 20_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'store'> & {
  settings: Pick<CoreSettings, 'keepAliveSeconds' | 'warmSeconds' | 'tokenUsesDays'>;
};

export function createTokenUses(ports: Needs) {
  const { clock, log, store, settings } = ports;
  /** Of the minute that each is in, by mailbox, then by key. */
  let counting = new Map<string, Map<string, TokenUse>>();
  /** Of minutes that were over before a flush came. */
  let finished: TokenUse[] = [];
  /** Counters in the two. */
  let waiting = 0;
  /** By grant, then by resource. */
  let reads = new Map<string, Map<string, NotedRead>>();
  let lost = 0;
  let isFlushingEarly = false;

  function count(keyId: string, mailboxId: string, now: number): void {
    let ofMailbox = counting.get(mailboxId);
    const minute = now - (now % minuteMilliseconds);
    const use = ofMailbox?.get(keyId);
    if (use?.minute === minute) {
      use.total += 1;
      use.lastAt = now;
      return;
    }
    if (waiting >= waitingMax) {
      lost += 1;
      return;
    }
    waiting += 1;
    if (use) finished.push(use);
    if (!ofMailbox) {
      ofMailbox = new Map();
      counting.set(mailboxId, ofMailbox);
    }
    ofMailbox.set(keyId, { mailboxId, keyId, minute, total: 1, firstAt: now, lastAt: now });
  }

  function noteRead(read: ReadOf, readAt: number): void {
    const ofGrant = reads.get(read.grantId);
    const known = ofGrant?.get(read.resource);
    // Memory may still hand out the one before; the newest tells when the next is due.
    if (known && known.obtainedAt >= read.obtainedAt) known.readAt = readAt;
    else if (ofGrant) ofGrant.set(read.resource, { ...read, readAt });
    else if (reads.size < waitingMax) {
      reads.set(read.grantId, new Map([[read.resource, { ...read, readAt }]]));
    }
  }

  /** What cannot be written is given up: to write it again might count it twice. */
  async function writeUses(uses: readonly TokenUse[]): Promise<void> {
    let written = 0;
    try {
      for (const batch of inBatches(uses)) {
        await store.tokenUses.add(batch);
        written += batch.length;
      }
    } catch (error) {
      const total = uses.slice(written).reduce((sum, use) => sum + use.total, 0);
      log.error('token reads could not be recorded', { reads: total, error });
    }
  }

  async function writeReads(noted: readonly NotedRead[]): Promise<void> {
    const now = clock.now();
    const due = noted.map(({ expiresAt, ...read }): TokenRead => {
      const { grantId, resource, obtainedAt, readAt } = read;
      return { grantId, resource, obtainedAt, readAt, dueAt: warmAt(ports, now, { ...read, expiresAt }) };
    });
    try {
      for (const batch of inBatches(due)) await store.grants.noteReads(batch);
    } catch (error) {
      log.error('mailboxes that were read could not be noted to be kept warm', { grants: due.length, error });
    }
  }

  async function flush(): Promise<number> {
    const uses = [...finished, ...[...counting.values()].flatMap((ofMailbox) => [...ofMailbox.values()])];
    const noted = [...reads.values()].flatMap((ofGrant) => [...ofGrant.values()]);
    const missed = lost;
    counting = new Map();
    finished = [];
    reads = new Map();
    waiting = 0;
    lost = 0;
    if (missed > 0) log.warn('too many token reads between two flushes: some are not recorded', { missed });
    await writeUses(uses);
    await writeReads(noted);
    return 0;
  }

  /** One at a time: what a slow database cannot take yet goes on waiting. */
  function flushEarly(): void {
    if (isFlushingEarly) return;
    isFlushingEarly = true;
    void flush().finally(() => {
      isFlushingEarly = false;
    });
  }

  return {
    /** Costs a few look-ups in memory. */
    note(keyId: string, mailboxId: string, read: ReadOf): void {
      const now = clock.now();
      count(keyId, mailboxId, now);
      noteRead(read, now);
      if (waiting >= flushedEarlyAt) flushEarly();
    },

    /** Writes what was counted since the last time. Never throws; what cannot be written is lost, and logged. */
    flush,

    /**
     * Newest minute first; within one, by key. Throws `not_found` for a mailbox of another workspace, `invalid_request`
     * for a cursor that no page has given.
     */
    async list(principal: Principal, mailboxId: string, page: PageRequest): Promise<Page<NamedTokenUse>> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const mailbox = await store.mailboxes.byId(mailboxId);
      if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
      if (page.after !== null && !cursorForm.test(page.after)) {
        throw invalidField('cursor', 'must be the `next_cursor` of a page before');
      }
      const { items, next } = await store.tokenUses.list(mailboxId, page);
      const names = await namesOf([...new Set(items.map(({ keyId }) => keyId))], workspaceId);
      return { items: items.map((use) => ({ ...use, keyName: names.get(use.keyId) ?? null })), next };
    },

    prune: (): Promise<number> =>
      store.tokenUses.prune(clock.now() - settings.tokenUsesDays * dayMilliseconds, batchMax),
  };

  /** Of the workspace's own keys, revoked ones too. */
  async function namesOf(keyIds: readonly string[], workspaceId: string): Promise<Map<string, string>> {
    const keys = await Promise.all(keyIds.map((id) => store.apiKeys.byId(id)));
    return new Map(
      keys.flatMap((key) => (key?.workspaceId === workspaceId ? [[key.id, key.name] as const] : [])),
    );
  }
}

/** A minute in milliseconds, and the id of a key. */
const cursorForm = /^\d{1,15}\.[0-9a-f-]{1,64}$/;

function* inBatches<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += batchMax) yield items.slice(start, start + batchMax);
}
