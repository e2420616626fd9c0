// Background jobs that set whether warm-up is wanted, of mailboxes that are named or found by a filter. No warm-up
// traffic comes of it.
import { notFound } from '../errors.ts';
import { holdMailbox, settingsColumn } from '../held-mailbox.ts';
import type { MailboxFilter } from '../mailboxes.ts';
import type { Page, PageRequest, Ports } from '../ports.ts';
import { type Principal, workspaceFor } from '../principal.ts';
import type { BackgroundJob, BackgroundJobs, JobStep } from './background-jobs.ts';

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

const type = 'update_warmup';

export type WarmupJobs = ReturnType<typeof createWarmupJobs>;

export function createWarmupJobs({ add, read, list }: Pick<BackgroundJobs, 'add' | 'read' | 'list'>) {
  return {
    /** The settings change soon after. Throws `rate_limited` while the workspace has 20 unfinished jobs. */
    async updateWarmup(principal: Principal, { wanted, mailboxes }: WarmupRequest): Promise<BackgroundJob> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      return add(principal, workspaceId, { type, data: { wanted, ...mailboxes } });
    },

    /** Of these jobs alone, as the dialect that has them knows no others. Throws `not_found`. */
    async read(principal: Principal, id: string): Promise<BackgroundJob> {
      const job = await read(principal, id);
      if (job.type !== type) throw notFound('background job');
      return job;
    },

    /** Of these jobs alone, newest first. */
    list: (principal: Principal, page: PageRequest): Promise<Page<BackgroundJob>> =>
      list(principal, page, [type]),
  };
}

/** The step of these jobs. */
export function createWarmupStep({ clock, store }: Pick<Ports, 'clock' | 'store'>): JobStep {
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

  return async (job) => {
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
