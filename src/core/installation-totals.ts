// How many grants and mailboxes there are of each status. Counted in slices by id, one process at a time over the whole
// installation, and kept in a row: whoever looks reads that row. Counting takes a two-hundredth of the time at most.
import type { CountedSlice, InstallationTotals, Ports, StatusCount } from './ports.ts';

/** Rows of one statement: a few milliseconds on the embedded database, whose reads hold up everything else. */
const slice = 2_000;
/** 100 million rows: a walk that finds no end is none. */
const slicesMax = 50_000;
const pauseMilliseconds = 5;
const restShare = 200;
const restMillisecondsMin = 60_000;
/** One that died in the middle of it is replaced after this. */
const claimMilliseconds = 15 * 60_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'store'>;
type Walk = (after: string | null, limit: number) => Promise<CountedSlice>;

export function createInstallationTotals({ clock, log, store }: Needs) {
  const { installation } = store;

  async function walk(step: Walk, stopping: AbortSignal | undefined): Promise<StatusCount[] | null> {
    const sums = new Map<string, StatusCount>();
    let after: string | null = null;
    for (let slices = 0; slices < slicesMax; slices += 1) {
      if (stopping?.aborted) return null;
      const { counts, next }: CountedSlice = await step(after, slice);
      for (const { provider, status, count } of counts) {
        const key = `${provider} ${status}`;
        sums.set(key, { provider, status, count: (sums.get(key)?.count ?? 0) + count });
      }
      if (next === null) return [...sums.values()];
      after = next;
      await clock.sleep(pauseMilliseconds, stopping);
    }
    log.warn('there is more to count than can be counted', { slices: slicesMax });
    return null;
  }

  /** Exact where there is little; null where that takes more than one slice of each. */
  async function countNow(): Promise<InstallationTotals | null> {
    const countedAt = clock.now();
    const mailboxes = await installation.countMailboxes(null, slice);
    if (mailboxes.next !== null) return null;
    const grants = await installation.countGrants(null, slice);
    return grants.next === null ? { grants: grants.counts, mailboxes: mailboxes.counts, countedAt } : null;
  }

  return {
    /** As of now where there is little; else as it was counted last, null = never. */
    read: async (): Promise<InstallationTotals | null> => (await countNow()) ?? installation.totals(),

    /** Always 0: when it is over, there is nothing more to do. */
    async countDue(stopping?: AbortSignal): Promise<number> {
      const startedAt = clock.now();
      if (!(await installation.claimCounting(startedAt, startedAt + claimMilliseconds))) return 0;
      const grants = await walk(installation.countGrants, stopping);
      const mailboxes = grants && (await walk(installation.countMailboxes, stopping));
      if (grants === null || mailboxes === null) return 0;
      const now = clock.now();
      const rest = Math.max(restMillisecondsMin, (now - startedAt) * restShare);
      await installation.saveTotals({ grants, mailboxes, countedAt: now }, now + rest);
      return 0;
    },
  };
}
