// Background jobs over HTTP: how far they are, what could not be done, and ending one early.
import { type Static, Type } from 'typebox';
import {
  type BackgroundJob,
  type Core,
  erasureReportOf,
  isCancelled,
  jobFailuresOf,
  jobProgressOf,
} from '../../core/index.ts';
import { answer, type Noun, operation } from './operation.ts';
import {
  closed,
  id,
  idParams,
  isoTime,
  noQuery,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  time,
} from './parts.ts';
import { principalOf } from './principal.ts';

const jobSchema = Type.Object(
  {
    id: id('Id of the job.'),
    action: oneOf(
      ['verify', 'enable', 'disable', 'disconnect', 'set_customer', 'update_warmup', 'erase_person'],
      {
        description:
          'What it does. `update_warmup` is begun through the API that speaks Instantly, `erase_person` by `/v1/people/erase`.',
      },
    ),
    status: oneOf(['pending', 'running', 'succeeded', 'failed', 'cancelled'], {
      description:
        '`succeeded` = it came to its end; what could not be done is in `failures`. `failed` = it could not go on.',
    }),
    total: nullable(Type.Integer({ minimum: 0, description: 'Mailboxes; null before it has begun.' })),
    done: Type.Integer({ minimum: 0, description: 'Of these done.' }),
    failed: Type.Integer({ minimum: 0, description: 'Of these failed.' }),
    failures: Type.Array(
      Type.Object({
        mailbox_id: id('The mailbox.'),
        email: nullable(Type.String({ description: 'Its address; null when it is gone.' })),
        code: Type.String({ description: 'Code of an error, or of a verdict.', examples: ['grant_revoked'] }),
        detail: Type.String({ description: 'For people.' }),
      }),
      { description: 'The first hundred.' },
    ),
    erasure: nullable(Type.Ref('Erasure#')),
    created_at: time('When it was asked for.'),
    updated_at: time('When it last went on.'),
  },
  { $id: 'BackgroundJob', title: 'BackgroundJob', description: 'Work over many mailboxes.' },
);

const counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description });

const erasureSchema = Type.Object(
  {
    mailboxes: Type.Array(
      Type.Object({
        mailbox_id: id('A mailbox that was disconnected.'),
        at_provider: oneOf(['revoked', 'failed', 'kept', 'unsupported', 'unknown'], {
          description:
            '`failed` = the grant is still good at the provider; `kept` = somebody else lives by it; `unsupported` = the provider has no way; `unknown` = a try that was cut off did it, and what it came to is lost.',
        }),
      }),
    ),
    removed: counts('Rows that are gone, by table, beside those of the mailboxes.'),
    rewritten: counts('Rows in which the person was replaced, by table.'),
  },
  {
    $id: 'Erasure',
    title: 'Erasure',
    description: 'What was done so far to forget a person; null for other jobs. It names nobody.',
  },
);

const tag = 'Background jobs';

/** To be registered before what answers with a job. */
export const backgroundJobs: Noun = (app, core) => {
  app.addSchema(erasureSchema);
  app.addSchema(jobSchema);

  app.get(
    '/v1/background-jobs',
    {
      schema: {
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listBackgroundJobs',
          tag,
          summary: 'List the background jobs',
          description: 'They are forgotten thirty days after their end.',
          scope: 'mailboxes:read',
          success: { 200: pageOf('BackgroundJob', 'Newest first.') },
        }),
      },
    },
    async (request) => {
      const page = await core.backgroundJobs.list(principalOf(request), pageRequestOf(request.query));
      return presentPage(page, (job) => presentJob(core, job));
    },
  );

  app.get(
    '/v1/background-jobs/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readBackgroundJob',
          tag,
          summary: 'Read a background job',
          description: 'An erasure is told to keys with `people:delete` too.',
          scope: 'mailboxes:read',
          success: { 200: answer('BackgroundJob', 'The job as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) =>
      presentJob(core, await core.backgroundJobs.read(principalOf(request), request.params.id)),
  );

  app.post(
    '/v1/background-jobs/:id/cancel',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'cancelBackgroundJob',
          tag,
          summary: 'Cancel a background job',
          description:
            'What is done stays done, and the few mailboxes under way are finished. An erasure needs `people:delete`.',
          scope: 'mailboxes:update',
          success: { 200: answer('BackgroundJob', 'The job, which goes on no further.') },
          errors: ['not_found', 'conflict'],
        }),
      },
    },
    async (request) =>
      presentJob(core, await core.backgroundJobs.cancel(principalOf(request), request.params.id)),
  );
};

const actions = {
  update_warmup: 'update_warmup',
  verify_mailboxes: 'verify',
  enable_mailboxes: 'enable',
  disable_mailboxes: 'disable',
  disconnect_mailboxes: 'disconnect',
  set_customer: 'set_customer',
  erase_person: 'erase_person',
} as const satisfies Record<BackgroundJob['type'], string>;

export async function presentJob(core: Core, job: BackgroundJob): Promise<Static<typeof jobSchema>> {
  const failures = jobFailuresOf(job);
  const emails = await core.mailboxJobs.emailsOf(job);
  return {
    id: job.id,
    action: actions[job.type],
    status: statusOf(job),
    ...jobProgressOf(job),
    failures: failures.map(({ mailboxId, code, detail }) => ({
      mailbox_id: mailboxId,
      email: emails.get(mailboxId) ?? null,
      code,
      detail,
    })),
    erasure: presentErasure(job),
    created_at: isoTime(job.createdAt),
    updated_at: isoTime(job.updatedAt),
  };
}

function presentErasure(job: BackgroundJob): Static<typeof erasureSchema> | null {
  const report = erasureReportOf(job);
  return (
    report && {
      ...report,
      mailboxes: report.mailboxes.map(({ mailboxId, atProvider }) => ({
        mailbox_id: mailboxId,
        at_provider: atProvider,
      })),
    }
  );
}

function statusOf(job: BackgroundJob): Static<typeof jobSchema>['status'] {
  if (isCancelled(job)) return 'cancelled';
  return job.status === 'success' ? 'succeeded' : job.status;
}
