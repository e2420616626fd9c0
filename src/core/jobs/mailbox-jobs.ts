// Background jobs over many mailboxes, as people ask for them at the console: verify, switch on or off, disconnect,
// give to a customer. Each mailbox is changed in the name of whoever asked, as one alone would be; what could not be
// done is told by mailbox.
import { isReasonCode, verdictOf } from '../diagnosis.ts';
import { GatewayError, invalidField, notFound } from '../errors.ts';
import type { MailboxChanges, Mailboxes, MailboxFilter } from '../mailboxes.ts';
import type { MailboxWithGrant, Ports } from '../ports.ts';
import { type Principal, requireScope, workspaceFor } from '../principal.ts';
import { statusOf } from '../verification.ts';
import type { BackgroundJob, BackgroundJobs, BackgroundJobType, JobStep } from './background-jobs.ts';
import {
  actionOf,
  type JobFailure,
  jobFailuresOf,
  type MailboxJobPlan,
  planData,
  planOf,
} from './mailbox-job-plan.ts';

/** Whether somebody else is asked: the provider, or the servers of the mailbox. */
type AskingAction = 'verify' | 'disconnect';
export type MailboxAction = AskingAction | 'enable' | 'disable' | 'set_customer';

/** `customer` null takes the mailboxes from whichever customer they have. */
export type MailboxJobRequest = (
  | { action: Exclude<MailboxAction, 'set_customer'> }
  | {
      action: 'set_customer';
      customer: string | null;
    }
) & { mailboxes: { ids: readonly string[] } | { filter: BulkFilter } };

/** All mailboxes that it lets through when the job comes to them. */
export type BulkFilter = Pick<
  MailboxFilter,
  'email' | 'provider' | 'oauthClientId' | 'customer' | 'search' | 'status'
>;

/** Mailboxes of one step. Servers are asked about each of these at once, which must be over within the claim. */
const askedAtOnce = 20;
const changedAtOnce = 100;
/**
 * Changes that share a transaction: each of its own is a write to the disk, too many together hold up other writers.
 */
const changedTogether = 25;
/** Failures that are kept by mailbox; all are counted. */
const failuresMax = 100;

const jobTypes = {
  verify: 'verify_mailboxes',
  enable: 'enable_mailboxes',
  disable: 'disable_mailboxes',
  disconnect: 'disconnect_mailboxes',
  set_customer: 'set_customer',
} as const satisfies Record<MailboxAction, BackgroundJobType>;

type JobMailboxes = Pick<Mailboxes, 'updateTogether' | 'verify' | 'disconnect' | 'count'>;

/** Begins these jobs. */
export function createMailboxJobs({ add }: Pick<BackgroundJobs, 'add'>, { store }: Pick<Ports, 'store'>) {
  return {
    /**
     * Throws `permission_denied` (disconnecting also needs `mailboxes:delete`), `invalid_request` for an id that names
     * no mailbox of the workspace, `rate_limited` while the workspace has 20 unfinished jobs.
     */
    async begin(principal: Principal, request: MailboxJobRequest): Promise<BackgroundJob> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const { action, mailboxes } = request;
      if (action === 'disconnect') requireScope(principal, 'mailboxes:delete');
      const ids = 'ids' in mailboxes ? [...new Set(mailboxes.ids)] : null;
      if (ids) {
        const known = await store.mailboxes.emailsOf(workspaceId, ids);
        const unknown = ids.find((id) => !known.has(id));
        if (unknown !== undefined && 'ids' in mailboxes) {
          const at = mailboxes.ids.indexOf(unknown);
          throw invalidField(`/mailbox_ids/${at}`, 'names no mailbox of this workspace');
        }
      }
      const data = planData({
        by: { keyId: principal.keyId, from: principal.from ?? null },
        customer: action === 'set_customer' ? request.customer : null,
        ids,
        filter: 'filter' in mailboxes ? mailboxes.filter : {},
      });
      const audited = ids ? { mailboxes: ids.length } : { filter: Object.keys(data.filter ?? {}) };
      return add(principal, workspaceId, { type: jobTypes[action], data, audited });
    },

    /** Addresses by id, of the mailboxes that it failed with and that are still there. */
    emailsOf: async (job: BackgroundJob): Promise<Map<string, string>> =>
      store.mailboxes.emailsOf(
        job.workspaceId,
        jobFailuresOf(job).map(({ mailboxId }) => mailboxId),
      ),
  };
}

export type MailboxJobs = ReturnType<typeof createMailboxJobs>;

/** The step of these jobs. */
export function createMailboxStep(
  ports: Pick<Ports, 'store' | 'log'> & { mailboxes: JobMailboxes },
): JobStep {
  const { store, log, mailboxes } = ports;

  /** `position`: of ids how many, of a filter the last one looked at. */
  async function targetsOf(
    { workspaceId }: BackgroundJob,
    { ids, filter, position }: MailboxJobPlan,
    limit: number,
  ): Promise<{ ids: string[]; next: string | null }> {
    if (ids) {
      const start = Number(position ?? 0);
      const next = start + limit < ids.length ? String(start + limit) : null;
      return { ids: ids.slice(start, start + limit), next };
    }
    const page = await store.mailboxes.list(workspaceId, filter, { after: position, limit });
    return { ids: page.items.map(({ mailbox }) => mailbox.id), next: page.next };
  }

  /** Asks the provider or the mailbox's servers. */
  async function ask(principal: Principal, action: AskingAction, id: string): Promise<JobFailure | null> {
    try {
      if (action === 'verify') return failureOfProof(await mailboxes.verify(principal, id));
      await mailboxes.disconnect(principal, id);
      return null;
    } catch (error) {
      // By an earlier try of this step, or by somebody else: it is what was wanted.
      if (action === 'disconnect' && isMissing(error)) return null;
      return failureOf(id, error);
    }
  }

  /** All together; what keeps one of them from it must not keep the others: then each by itself. */
  async function change(
    principal: Principal,
    ids: readonly string[],
    changes: MailboxChanges,
  ): Promise<(JobFailure | null)[]> {
    try {
      const missing = new Set(await mailboxes.updateTogether(principal, ids, changes));
      return ids.map((id) => (missing.has(id) ? failureOf(id, notFound('mailbox')) : null));
    } catch (error) {
      const [id, ...others] = ids;
      if (id === undefined) return [];
      if (others.length === 0) return [failureOf(id, error)];
      rethrowOverload(error);
      return inOrder(groupsOf(ids, 1), (each) => change(principal, each, changes));
    }
  }

  function failureOf(id: string, error: unknown): JobFailure {
    rethrowOverload(error);
    if (error instanceof GatewayError) return { mailboxId: id, code: error.code, detail: error.message };
    log.error('a mailbox of a background job failed', { mailboxId: id, error });
    return { mailboxId: id, code: 'internal_error', detail: 'The log has the reason.' };
  }

  return async (job) => {
    const action = actionOf(job.type);
    const plan = planOf(job.data);
    const principal = principalOf(job, plan);
    const isAsking = action === 'verify' || action === 'disconnect';
    const limit = isAsking ? askedAtOnce : changedAtOnce;
    const total = plan.total ?? plan.ids?.length ?? (await mailboxes.count(principal, plan.filter));
    const { ids, next } = await targetsOf(job, plan, limit);
    const outcomes = isAsking
      ? await askAll(ids, (id) => ask(principal, action, id))
      : await inOrder(groupsOf(ids, changedTogether), (group) =>
          change(principal, group, changesOf(action, plan.customer)),
        );
    const position = outcomes.length === ids.length ? next : positionBehind(plan, ids, outcomes.length);
    const failures = outcomes.filter((outcome) => outcome !== null);
    const done = plan.done + outcomes.length - failures.length;
    const failed = plan.failed + failures.length;
    const data = {
      ...job.data,
      done,
      failed,
      failures: [...plan.failures, ...failures].slice(0, failuresMax),
      position,
      // Those that a filter finds come and go meanwhile.
      total: position === null ? done + failed : Math.max(total, done + failed),
    };
    if (position === null) return { ...job, status: 'success', progress: 100, data };
    const progress = Math.min(99, Math.floor(((done + failed) * 100) / Math.max(1, data.total)));
    return { ...job, status: 'running', progress, data };
  };
}

/** Whoever asked. Their right was looked at when they did; that their key may have ended since changes nothing. */
const principalOf = ({ workspaceId }: BackgroundJob, { by }: MailboxJobPlan): Principal => ({
  keyId: by.keyId,
  workspaceId,
  isInstallation: false,
  scopes: new Set(['all']),
  expiresAt: null,
  ...(by.from ? { from: by.from } : {}),
});

/** A proof that fails is an answer; of many, it is what whoever asked wants to see. */
function failureOfProof(joined: MailboxWithGrant): JobFailure | null {
  const { status, reason } = statusOf(joined);
  if (status !== 'degraded' && status !== 'needs_reauthorization') return null;
  const verdict = isReasonCode(reason) ? verdictOf(reason) : null;
  return { mailboxId: joined.mailbox.id, code: reason, detail: verdict?.sentence ?? '' };
}

const changesOf = (action: Exclude<MailboxAction, AskingAction>, customer: string | null): MailboxChanges =>
  action === 'set_customer' ? { customer } : { disabled: action === 'disable' };

const isMissing = (error: unknown): boolean => error instanceof GatewayError && error.code === 'not_found';

/** A database that is busy says nothing about a mailbox: it is left to the next step. */
function rethrowOverload(error: unknown): void {
  if (error instanceof GatewayError && error.code === 'overloaded') throw error;
}

const groupsOf = (ids: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, turn) =>
    ids.slice(turn * size, (turn + 1) * size),
  );

type Outcomes = (JobFailure | null)[];

/**
 * Until the database is busy: what was done before counts, as a filter would not find it again, and the rest is left to
 * the next step. Rejects when nothing was done.
 */
async function inOrder(
  groups: readonly string[][],
  work: (group: string[]) => Promise<Outcomes>,
): Promise<Outcomes> {
  const outcomes: Outcomes = [];
  for (const group of groups) {
    const some = await work(group).catch((error: unknown) => {
      if (outcomes.length === 0) throw error;
      return [];
    });
    outcomes.push(...some);
    if (some.length < group.length) break;
  }
  return outcomes;
}

/** All at once, and none is left behind when the database is busy for one of them. As `inOrder` otherwise. */
async function askAll(
  ids: readonly string[],
  work: (id: string) => Promise<JobFailure | null>,
): Promise<Outcomes> {
  const asked = new Map(ids.map((id) => [id, work(id)]));
  await Promise.allSettled(asked.values());
  return inOrder(groupsOf(ids, 1), async (group) => Promise.all(group.map((id) => asked.get(id) ?? null)));
}

/** Of a step that did so many of these. */
const positionBehind = (
  { ids: named, position }: MailboxJobPlan,
  ids: readonly string[],
  count: number,
): string | null => (named === null ? (ids[count - 1] ?? position) : String(Number(position ?? 0) + count));
