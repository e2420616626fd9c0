// Work over many mailboxes that a caller asked for and may follow: begun by a request, done in batches by whichever
// process claims it, finished by another one if that process ends.
import { notFound } from './errors.ts';
import { mergeSettings } from './mailbox-settings.ts';
import type { MailboxFilter } from './mailboxes.ts';
import type { MailboxWithGrant, Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type BackgroundJob = {
  id: string;
  workspaceId: string;
  type: 'update_warmup';
  status: 'pending' | 'running' | 'success' | 'failed';
  /** 0 to 100. */
  progress: number;
  /** What to do and what came of it, plain JSON. */
  data: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
};

/** Which mailboxes: those named, or all that the filter lets through except the excluded ones. */
export type WarmupRequest = {
  wanted: boolean;
  mailboxes: { emails: string[] } | { filter: JobFilter; exceptEmails: string[] };
};

export type JobFilter = Pick<
  MailboxFilter,
  'provider' | 'search' | 'grantActive' | 'sendingPaused' | 'warmupWanted'
>;

const batch = 100;
/** A claimed job whose process went away is claimed again after this long. */
const claimMilliseconds = 60_000;

export type BackgroundJobs = ReturnType<typeof createBackgroundJobs>;

export function createBackgroundJobs({
  clock,
  random,
  store,
  log,
}: Pick<Ports, 'clock' | 'random' | 'store' | 'log'>) {
  async function setWarmup({ mailbox }: MailboxWithGrant, wanted: boolean): Promise<void> {
    if (mailbox.settings.warmup.wanted === wanted) return;
    const settings = mergeSettings(mailbox.settings, { warmup: { wanted } });
    await store.mailboxes.update(mailbox.id, { settings, updatedAt: clock.now() });
  }

  /** Ids of all mailboxes that the job is about, found before any of them is changed. */
  async function targetsOf(job: BackgroundJob, plan: Plan): Promise<string[]> {
    if (plan.emails) {
      const found = await Promise.all(
        plan.emails.map((email) => store.mailboxes.byEmail(job.workspaceId, email)),
      );
      return found.flatMap((mailbox) => (mailbox ? [mailbox.id] : []));
    }
    const excluded = new Set(plan.exceptEmails);
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: Page<MailboxWithGrant> = await store.mailboxes.list(job.workspaceId, plan.filter, {
        after,
        limit: batch,
      });
      for (const { mailbox } of page.items) if (!excluded.has(mailbox.email)) ids.push(mailbox.id);
      after = page.next;
    } while (after !== null);
    return ids;
  }

  /** Every step may be done twice (by a process that was thought dead), so each only sets what is wanted. */
  async function run(job: BackgroundJob): Promise<void> {
    const plan = planOf(job.data);
    const ids = await targetsOf(job, plan);
    const total = plan.emails?.length ?? ids.length;
    let done = 0;
    for (const id of ids) {
      const joined = await store.mailboxes.withGrant(id);
      if (joined) {
        await setWarmup(joined, plan.wanted);
        done += 1;
      }
      if (done % batch === 0 && done < total) await save(job, 'running', { done, total });
    }
    await save(job, 'success', { done, total });
  }

  async function save(
    job: BackgroundJob,
    status: BackgroundJob['status'],
    { done, total }: { done: number; total: number },
  ): Promise<void> {
    const isOver = status === 'success' || status === 'failed';
    const progress = isOver ? 100 : Math.floor((done * 100) / Math.max(1, total));
    const data = { ...job.data, done, total, missing: isOver ? total - done : 0 };
    await store.backgroundJobs.update({ ...job, status, progress, data, updatedAt: clock.now() });
  }

  return {
    /** Notes the wish; the settings change soon after. No warm-up traffic comes of it. */
    async updateWarmup(principal: Principal, { wanted, mailboxes }: WarmupRequest): Promise<BackgroundJob> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const now = clock.now();
      const job: BackgroundJob = {
        id: random.id(),
        workspaceId,
        type: 'update_warmup',
        status: 'pending',
        progress: 0,
        data: { wanted, ...mailboxes },
        createdAt: now,
        updatedAt: now,
      };
      await store.backgroundJobs.insert(job);
      return job;
    },

    /** Throws `not_found`. */
    async read(principal: Principal, id: string): Promise<BackgroundJob> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const job = await store.backgroundJobs.byId(id);
      if (job?.workspaceId !== workspaceId) throw notFound('background job');
      return job;
    },

    /** Newest first. */
    async list(principal: Principal, page: PageRequest): Promise<Page<BackgroundJob>> {
      return store.backgroundJobs.list(workspaceFor(principal, 'mailboxes:read'), page);
    },

    /** Does the oldest unfinished job; says how many there were. */
    async workDue(): Promise<number> {
      const now = clock.now();
      const job = await store.backgroundJobs.claim(now, now + claimMilliseconds);
      if (!job) return 0;
      try {
        await run(job);
      } catch (error) {
        log.error('a background job failed', { jobId: job.id, error });
        await save(job, 'failed', { done: 0, total: 0 });
      }
      return 1;
    },
  };
}

type Plan = { wanted: boolean; emails: string[] | null; filter: JobFilter; exceptEmails: string[] };

/** Reads back what `updateWarmup` wrote. */
function planOf(data: Record<string, unknown>): Plan {
  return {
    wanted: data.wanted === true,
    emails: Array.isArray(data.emails) ? textsOf(data.emails) : null,
    filter: filterOf(data.filter),
    exceptEmails: textsOf(data.exceptEmails),
  };
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

function filterOf(value: unknown): JobFilter {
  if (typeof value !== 'object' || value === null) return {};
  const members = new Map<string, unknown>(Object.entries(value));
  const provider = members.get('provider');
  const search = members.get('search');
  const flag = (name: 'grantActive' | 'sendingPaused' | 'warmupWanted') => {
    const given = members.get(name);
    return typeof given === 'boolean' ? { [name]: given } : {};
  };
  return {
    ...(provider === 'google' || provider === 'microsoft' ? { provider } : {}),
    ...(typeof search === 'string' ? { search } : {}),
    ...flag('grantActive'),
    ...flag('sendingPaused'),
    ...flag('warmupWanted'),
  };
}
