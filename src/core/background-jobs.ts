// Work over many mailboxes that a caller asked for and may follow: begun by a request, done step by step, each step
// by whichever process claims it, those of one workspace one after the other.
import { record } from './audit.ts';
import { GatewayError, notFound } from './errors.ts';
import { holdMailbox, settingsColumn } from './held-mailbox.ts';
import type { MailboxFilter } from './mailboxes.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
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

/** Mailboxes of one step: milliseconds each. */
const stepMailboxesMax = 100;
/**
 * A step whose process went away is done again after this long. One that takes longer is done twice, which sets the
 * same again, and only the process that has the claim by then says how far the job is.
 */
const claimMilliseconds = 60_000;
/** Pending and running, of one workspace. */
const unfinishedMax = 20;
/** A step comes every few seconds, and most jobs have one. */
const retryAfterSeconds = 30;
const finishedKeptMilliseconds = 30 * 24 * 3600 * 1000;
const prunedAtOnceMax = 500;

export type BackgroundJobs = ReturnType<typeof createBackgroundJobs>;

export function createBackgroundJobs({
  clock,
  random,
  store,
  log,
}: Pick<Ports, 'clock' | 'random' | 'store' | 'log'>) {
  /** False for a mailbox that is gone. */
  function setWarmup(id: string, wanted: boolean): Promise<boolean> {
    return store.transaction(async (rows) => {
      const mailbox = await holdMailbox(rows, id);
      if (!mailbox) return false;
      if (mailbox.settings.warmup.wanted !== wanted) {
        const column = settingsColumn(mailbox, { warmup: { wanted } });
        await rows.mailboxes.update(id, { ...column, updatedAt: clock.now() });
      }
      return true;
    });
  }

  /** The mailboxes of the next step; `next` null when there are none behind them. */
  async function targetsOf(
    { workspaceId }: BackgroundJob,
    { emails, filter, exceptEmails }: Plan,
    position: string | null,
  ): Promise<{ ids: string[]; next: string | null }> {
    if (emails) {
      const start = position === null ? 0 : emails.indexOf(position) + 1;
      const named = emails.slice(start, start + stepMailboxesMax);
      const found = await Promise.all(named.map((email) => store.mailboxes.byEmail(workspaceId, email)));
      const isLast = start + named.length >= emails.length;
      return {
        ids: found.flatMap((mailbox) => (mailbox ? [mailbox.id] : [])),
        next: isLast ? null : (named.at(-1) ?? null),
      };
    }
    // By id from the last one on: what the job changed before, and so the filter leaves out, moves nothing.
    const page = await store.mailboxes.list(workspaceId, filter, {
      after: position,
      limit: stepMailboxesMax,
    });
    const wanted = page.items.filter(({ mailbox }) => !exceptEmails.includes(mailbox.email));
    return { ids: wanted.map(({ mailbox }) => mailbox.id), next: page.next };
  }

  async function totalOf({ workspaceId }: BackgroundJob, { emails, filter }: Plan): Promise<number> {
    if (emails) return emails.length;
    return (await store.mailboxes.slice(workspaceId, filter, { offset: 0, limit: 1 })).total;
  }

  /** A step may be done twice (by a process that was thought dead), so it only sets what is wanted. */
  async function step(job: BackgroundJob): Promise<BackgroundJob> {
    const plan = planOf(job.data);
    const before = progressOf(job.data);
    const total = before.total ?? (await totalOf(job, plan));
    const { ids, next } = await targetsOf(job, plan, before.position);
    let { done } = before;
    for (const id of ids) if (await setWarmup(id, plan.wanted)) done += 1;
    const counted = { ...job.data, done, position: next };
    if (next !== null) {
      const progress = Math.min(99, Math.floor((done * 100) / Math.max(1, total)));
      return { ...job, status: 'running', progress, data: { ...counted, total, missing: 0 } };
    }
    // A filter names nobody who could be missing, and its mailboxes come and go.
    const asked = plan.emails ? total : done;
    const data = { ...counted, total: asked, missing: asked - done };
    return { ...job, status: 'success', progress: 100, data };
  }

  return {
    /**
     * Notes the wish; the settings change soon after. No warm-up traffic comes of it. Throws `rate_limited` while
     * the workspace has 20 unfinished jobs.
     */
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
      await store.transaction(async (rows) => {
        await rows.lock(`background jobs ${workspaceId}`);
        if ((await rows.backgroundJobs.countUnfinished(workspaceId)) >= unfinishedMax) {
          throw new GatewayError(
            'rate_limited',
            `This workspace has ${unfinishedMax} unfinished background jobs, and may have no more.`,
            { extras: { retryAfterSeconds } },
          );
        }
        await rows.backgroundJobs.insert(job);
        await record({ clock, random }, rows, principal, {
          workspaceId,
          action: 'mailboxes.changed',
          objectId: job.id,
          data: { job: job.type },
        });
      });
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

    /** Does one step of the oldest unfinished job that is free; says how many there were. */
    async workDue(): Promise<number> {
      const now = clock.now();
      const until = now + claimMilliseconds;
      const job = await store.transaction(async (rows) => {
        await rows.lock('claim of a background job');
        return rows.backgroundJobs.claim(now, until);
      });
      if (!job) return 0;
      const after = await step(job).catch((error: unknown): BackgroundJob => {
        log.error('a background job failed', { jobId: job.id, error });
        return { ...job, status: 'failed', progress: 100 };
      });
      const isSaved = await store.backgroundJobs.release({ ...after, updatedAt: clock.now() }, until);
      if (!isSaved) log.warn('a step took longer than its claim, and another one counts', { jobId: job.id });
      return 1;
    },

    /** Forgets jobs that were over thirty days ago; says how many, at most 500. */
    prune: (): Promise<number> =>
      store.backgroundJobs.prune(clock.now() - finishedKeptMilliseconds, prunedAtOnceMax),
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

/** How far the job is, as the steps before wrote it. */
function progressOf({ done, total, position }: Record<string, unknown>) {
  if (typeof position !== 'string') return { done: 0, total: null, position: null };
  return {
    done: typeof done === 'number' ? done : 0,
    total: typeof total === 'number' ? total : null,
    /** The last mailbox looked at: its id, or the address that was named. Null at the beginning. */
    position,
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
