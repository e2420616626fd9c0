// Work over many mailboxes that a caller asked for and may follow: begun by a request, done step by step, each step
// by whichever process claims it, those of one workspace one after the other. What a step does is its kind's:
// warmup-jobs.ts, mailbox-jobs.ts, erasure.ts.
import { record } from '../audit.ts';
import { GatewayError, notFound } from '../errors.ts';
import type { Page, PageRequest, Ports, StoreOperations } from '../ports.ts';
import { hasScope, type Principal, workspaceFor } from '../principal.ts';

export const backgroundJobTypes = [
  'update_warmup',
  'verify_mailboxes',
  'enable_mailboxes',
  'disable_mailboxes',
  'disconnect_mailboxes',
  'set_customer',
  'erase_person',
] as const;

export type BackgroundJobType = (typeof backgroundJobTypes)[number];

export type BackgroundJob = {
  id: string;
  workspaceId: string;
  type: BackgroundJobType;
  /**
   * One that was cancelled is `failed` and says so in its data (`isCancelled`): an older release knows no other word.
   */
  status: 'pending' | 'running' | 'success' | 'failed';
  /** 0 to 100. */
  progress: number;
  /** What to do and what came of it, plain JSON. The member `plan` goes with the end of the job. */
  data: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
};

/**
 * Does the next part of a job, and answers the job as it is then. A step may be done twice (by a process that was
 * thought dead), so it only sets what is wanted.
 */
export type JobStep = (job: BackgroundJob) => Promise<BackgroundJob>;

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

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'log'> & {
  stepOf: Record<BackgroundJobType, JobStep>;
};

export function createBackgroundJobs(ports: Needs) {
  const { clock, random, store, log, stepOf } = ports;

  const owned = (job: BackgroundJob | null, workspaceId: string): BackgroundJob => {
    if (job?.workspaceId !== workspaceId) throw notFound('background job');
    return job;
  };

  return {
    /**
     * Notes the wish; what it is about happens soon after. `audited`: further data for the audit log. Throws
     * `rate_limited` while the workspace has 20 unfinished jobs.
     */
    async add(
      principal: Principal,
      workspaceId: string,
      {
        type,
        data,
        audited = {},
      }: Pick<BackgroundJob, 'type' | 'data'> & { audited?: Record<string, unknown> },
    ): Promise<BackgroundJob> {
      const now = clock.now();
      const job: BackgroundJob = {
        id: random.id(),
        workspaceId,
        type,
        status: 'pending',
        progress: 0,
        data,
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
        await tell(rows, principal, job, audited);
      });
      return job;
    },

    /** Needs `mailboxes:read`; whoever may erase persons may read that as well. Throws `not_found`. */
    async read(principal: Principal, id: string): Promise<BackgroundJob> {
      const job = await store.backgroundJobs.byId(id);
      const isErasure = job?.type === 'erase_person' && hasScope(principal, 'people:delete');
      return owned(job, workspaceFor(principal, isErasure ? 'people:delete' : 'mailboxes:read'));
    },

    /** Newest first. */
    async list(
      principal: Principal,
      page: PageRequest,
      types: readonly BackgroundJobType[] = backgroundJobTypes,
    ): Promise<Page<BackgroundJob>> {
      return store.backgroundJobs.list(workspaceFor(principal, 'mailboxes:read'), page, types);
    },

    /**
     * Ends a job where it is: what is done stays done, what is under way is finished. Throws `not_found`, and
     * `conflict` for one that is over. An erasure is ended by whoever may begin one.
     */
    async cancel(principal: Principal, id: string): Promise<BackgroundJob> {
      const found = await store.backgroundJobs.byId(id);
      const isErasure = found?.type === 'erase_person';
      const workspaceId = workspaceFor(principal, isErasure ? 'people:delete' : 'mailboxes:update');
      return store.transaction(async (rows) => {
        await rows.lock(lockOf(id));
        const job = owned(await rows.backgroundJobs.byId(id), workspaceId);
        if (!isUnfinished(job)) throw new GatewayError('conflict', 'This background job is over already.');
        const cancelled = asCancelled(job, clock.now());
        await rows.backgroundJobs.overwrite(cancelled);
        await tell(rows, principal, job, { cancelled: true });
        return cancelled;
      });
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
      const after = await stepOf[job.type](job).catch((error: unknown) => afterFailure(job, error));
      const isSaved = await save({ ...after, updatedAt: clock.now() }, until);
      if (!isSaved) log.warn('a step took longer than its claim, and another one counts', { jobId: job.id });
      // Nothing was done: it is looked for again after the pause.
      return after === job ? 0 : 1;
    },

    /** Forgets jobs that were over thirty days ago; says how many, at most 500. */
    prune: (): Promise<number> =>
      store.backgroundJobs.prune(clock.now() - finishedKeptMilliseconds, prunedAtOnceMax),
  };

  /** A database that is busy for a moment does not end a job. */
  function afterFailure(job: BackgroundJob, error: unknown): BackgroundJob {
    if (error instanceof GatewayError && error.code === 'overloaded') return job;
    log.error('a background job failed', { jobId: job.id, error });
    return { ...job, status: 'failed', progress: 100, data: withoutPlan(job) };
  }

  /** A job that was cancelled during the step still learns what the step has done. */
  function save(after: BackgroundJob, claimedUntil: number): Promise<boolean> {
    return store.transaction(async (rows) => {
      await rows.lock(lockOf(after.id));
      if (await rows.backgroundJobs.release(after, claimedUntil)) return true;
      const current = await rows.backgroundJobs.byId(after.id);
      if (current === null || !isCancelled(current)) return false;
      return rows.backgroundJobs.overwrite(asCancelled(after, Number(current.data.cancelledAt)));
    });
  }

  function tell(
    rows: StoreOperations,
    principal: Principal,
    { id, type, workspaceId }: BackgroundJob,
    more: Record<string, unknown>,
  ): Promise<void> {
    return record({ clock, random }, rows, principal, {
      workspaceId,
      action: type === 'erase_person' ? 'person.erasure_requested' : 'mailboxes.changed',
      objectId: id,
      data: { job: type, ...more },
    });
  }
}

const lockOf = (id: string): string => `background job ${id}`;

const isUnfinished = ({ status }: BackgroundJob): boolean => status === 'pending' || status === 'running';

function withoutPlan({ data }: BackgroundJob): Record<string, unknown> {
  const { plan: _, ...rest } = data;
  return rest;
}

const asCancelled = (job: BackgroundJob, at: number): BackgroundJob => ({
  ...job,
  status: 'failed',
  data: { ...withoutPlan(job), cancelledAt: at },
  updatedAt: at,
});

/** Whether somebody ended it before it was over. */
export const isCancelled = ({ status, data }: BackgroundJob): boolean =>
  status === 'failed' && typeof data.cancelledAt === 'number';
