// Background jobs over many mailboxes, as people ask for them at the console: verify, switch on or off, disconnect, give
// to a customer. Each mailbox is changed in the name of whoever asked, by the use case that changes one; what could not
// be done is told by mailbox.

import { isReasonCode, verdictOf } from '../diagnosis.ts';
import { GatewayError, invalidField } from '../errors.ts';
import type { Mailboxes, MailboxFilter } from '../mailboxes.ts';
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

export type MailboxAction = 'verify' | 'enable' | 'disable' | 'disconnect' | 'set_customer';

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
/** Failures that are kept by mailbox; all are counted. */
const failuresMax = 100;

const jobTypes = {
  verify: 'verify_mailboxes',
  enable: 'enable_mailboxes',
  disable: 'disable_mailboxes',
  disconnect: 'disconnect_mailboxes',
  set_customer: 'set_customer',
} as const satisfies Record<MailboxAction, BackgroundJobType>;

type JobMailboxes = Pick<Mailboxes, 'update' | 'verify' | 'disconnect' | 'count'>;

/** Begins these jobs. */
export function createMailboxJobs({ add }: Pick<BackgroundJobs, 'add'>, { store }: Pick<Ports, 'store'>) {
  return {
    /**
     * Throws `permission_denied` (disconnecting also needs `mailboxes:delete`), `invalid_request` for an id that names no
     * mailbox of the workspace, `rate_limited` while the workspace has 20 unfinished jobs.
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

  async function change(
    principal: Principal,
    action: MailboxAction,
    id: string,
    customer: string | null,
  ): Promise<JobFailure | null> {
    switch (action) {
      case 'verify':
        return failureOfProof(await mailboxes.verify(principal, id));
      case 'enable':
      case 'disable':
        await mailboxes.update(principal, id, { disabled: action === 'disable' });
        return null;
      case 'set_customer':
        await mailboxes.update(principal, id, { customer });
        return null;
      case 'disconnect':
        await mailboxes.disconnect(principal, id);
        return null;
      default:
        return action satisfies never;
    }
  }

  async function attempt(
    principal: Principal,
    action: MailboxAction,
    id: string,
    customer: string | null,
  ): Promise<JobFailure | null> {
    try {
      return await change(principal, action, id, customer);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'overloaded') throw error;
      // By an earlier try of this step, or by somebody else: it is what was wanted.
      const isGone = error instanceof GatewayError && error.code === 'not_found';
      if (isGone && action === 'disconnect') return null;
      if (!(error instanceof GatewayError))
        log.error('a mailbox of a background job failed', { mailboxId: id, error });
      return error instanceof GatewayError
        ? { mailboxId: id, code: error.code, detail: error.message }
        : { mailboxId: id, code: 'internal_error', detail: 'The log has the reason.' };
    }
  }

  return async (job) => {
    const action = actionOf(job.type);
    const plan = planOf(job.data);
    const principal = principalOf(job, plan);
    const isAsking = action === 'verify' || action === 'disconnect';
    const total = plan.total ?? plan.ids?.length ?? (await mailboxes.count(principal, plan.filter));
    const { ids, next } = await targetsOf(job, plan, isAsking ? askedAtOnce : changedAtOnce);
    const one = (id: string) => attempt(principal, action, id, plan.customer);
    const outcomes = isAsking ? await Promise.all(ids.map(one)) : await inOrder(ids, one);
    const failures = outcomes.filter((outcome) => outcome !== null);
    const done = plan.done + outcomes.length - failures.length;
    const failed = plan.failed + failures.length;
    const data = {
      ...job.data,
      done,
      failed,
      failures: [...plan.failures, ...failures].slice(0, failuresMax),
      position: next,
      // Those that a filter finds come and go meanwhile.
      total: next === null ? done + failed : Math.max(total, done + failed),
    };
    if (next === null) return { ...job, status: 'success', progress: 100, data };
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

async function inOrder<T>(ids: readonly string[], work: (id: string) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = [];
  for (const id of ids) outcomes.push(await work(id));
  return outcomes;
}
