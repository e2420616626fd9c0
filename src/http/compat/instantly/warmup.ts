// Warm-up: the switch for many accounts at once, as a background job, and the numbers of a traffic that this server
// does not have. The jobs can be followed under /background-jobs.
import { type Static, Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { BackgroundJob, JobFilter } from '../../../core/index.ts';
import { isoOf, warmupReason } from './account.ts';
import { AccountFilter } from './account-list.ts';
import { InstantlyError } from './errors.ts';
import { type Options, openPath } from './path.ts';

const Emails = Type.Array(Type.String({ maxLength: 320 }), { minItems: 1, maxItems: 100 });

const WarmupBody = Type.Object({
  emails: Type.Optional(Emails),
  include_all_emails: Type.Optional(Type.Boolean()),
  excluded_emails: Type.Optional(Type.Array(Type.String({ maxLength: 320 }), { maxItems: 100 })),
  filter: Type.Optional(AccountFilter),
  search: Type.Optional(Type.String({ maxLength: 320 })),
});

const JobQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  starting_after: Type.Optional(Type.String({ format: 'uuid' })),
});

/** Days of zeros, today included. */
const analyticsDays = 7;
const dayMilliseconds = 86_400_000;

export async function addWarmup(app: FastifyInstance, options: Options): Promise<void> {
  const { core } = options;

  for (const [action, wanted] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    await app.register(
      async (scope) => {
        const callers = openPath(scope, options, { POST: 'accounts:update' });
        scope
          .withTypeProvider<TypeBoxTypeProvider>()
          .post('/', { schema: { body: WarmupBody } }, async (request) =>
            jobOf(
              await core.warmupJobs.updateWarmup(callers.of(request).principal, {
                wanted,
                mailboxes: mailboxesFrom(request.body),
              }),
            ),
          );
      },
      { prefix: `/accounts/warmup/${action}` },
    );
  }

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { POST: 'accounts:read' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .post('/', { schema: { body: Type.Object({ emails: Emails }) } }, async (request) => {
          const { principal } = callers.of(request);
          const known: string[] = [];
          for (const email of new Set(request.body.emails.map((text) => text.toLowerCase()))) {
            const { items } = await core.mailboxes.list(principal, { email }, { after: null, limit: 1 });
            if (items.length > 0) known.push(email);
          }
          return analyticsOf(known, core.now());
        });
    },
    { prefix: '/accounts/warmup-analytics' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'accounts:read' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .get('/', { schema: { querystring: JobQuery } }, async (request) => {
          const { limit = 10, starting_after: after = null } = request.query;
          const page = await core.warmupJobs.list(callers.of(request).principal, { after, limit });
          return {
            items: page.items.map(jobOf),
            ...(page.next === null ? {} : { next_starting_after: page.next }),
          };
        });
    },
    { prefix: '/background-jobs' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'accounts:read' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .get('/', { schema: { params: Type.Object({ id: Type.String() }) } }, async (request) =>
          jobOf(await core.warmupJobs.read(callers.of(request).principal, request.params.id.toLowerCase())),
        );
    },
    { prefix: '/background-jobs/:id' },
  );
}

function mailboxesFrom(body: Static<typeof WarmupBody>) {
  if (body.include_all_emails !== true) {
    if (!body.emails) throw new InstantlyError(400, "body must have required property 'emails'");
    return { emails: [...new Set(body.emails.map(lower))] };
  }
  return { filter: jobFilter(body), exceptEmails: (body.excluded_emails ?? []).map(lower) };
}

const lower = (email: string): string => email.trim().toLowerCase();

function jobFilter({ filter, search }: Static<typeof WarmupBody>): JobFilter {
  const searched = search ? { search } : {};
  switch (filter) {
    case undefined:
      return searched;
    case 'ACC_FILTER_PAUSED':
      return { ...searched, sendingPaused: true };
    case 'ACC_FILTER_ERROR':
      return { ...searched, grantActive: false };
    case 'ACC_FILTER_W_PAUSED':
      return { ...searched, warmupWanted: false };
    default:
      throw new InstantlyError(400, `body/filter ${filter} is not supported for a bulk change`);
  }
}

const statuses = {
  pending: 'pending',
  running: 'in-progress',
  success: 'success',
  failed: 'failed',
} as const;

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const jobOf = (job: BackgroundJob) => ({
  id: job.id,
  workspace_id: job.workspaceId,
  type: 'update-warmup-accounts',
  entity_type: 'workspace',
  entity_id: job.workspaceId,
  user_id: null,
  status: statuses[job.status],
  progress: job.progress,
  created_at: isoOf(job.createdAt),
  updated_at: isoOf(job.updatedAt),
  data: {
    action: job.data.wanted === true ? 'enable' : 'disable',
    success_count: countOf(job.data.done),
    failed_count: countOf(job.data.missing),
    total_to_process: countOf(job.data.total),
    ...(job.data.wanted === true ? { note: warmupReason } : {}),
  },
});

function analyticsOf(emails: readonly string[], now: number) {
  const nothing = { sent: 0, landed_inbox: 0, landed_spam: 0, received: 0 };
  const days = Array.from({ length: analyticsDays }, (_, back) =>
    isoOf(now - (analyticsDays - 1 - back) * dayMilliseconds).slice(0, 10),
  );
  const byDate = Object.fromEntries(days.map((day) => [day, nothing]));
  return {
    email_date_data: Object.fromEntries(emails.map((email) => [email, byDate])),
    aggregate_data: Object.fromEntries(
      emails.map((email) => [email, { ...nothing, health_score_label: 'Inactive', health_score: 0 }]),
    ),
  };
}
