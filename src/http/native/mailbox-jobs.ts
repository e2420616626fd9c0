// Many mailboxes changed by one call, as a background job (background-jobs.ts tells how far it is).
import { type Static, Type } from 'typebox';
import { GatewayError, invalidField, type MailboxJobRequest } from '../../core/index.ts';
import { presentJob } from './background-jobs.ts';
import { mailboxFilterBody, mailboxFilterOf } from './mailbox-filter.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, id, noQuery, nullable, oneOf, text } from './parts.ts';
import { principalOf } from './principal.ts';

/** As many as go into a body. */
const idsMax = 1_000;

const newJob = Type.Object(
  {
    action: oneOf(['verify', 'enable', 'disable', 'disconnect', 'set_customer'], {
      description: 'What to do with each. `disconnect` also needs the scope `mailboxes:delete`.',
    }),
    customer: Type.Optional(
      nullable(
        text({ description: 'For `set_customer`: the customer, or null for none.', examples: ['acme'] }),
      ),
    ),
    mailbox_ids: Type.Optional(
      Type.Array(id('A mailbox.'), { minItems: 1, maxItems: idsMax, description: 'These mailboxes.' }),
    ),
    filter: Type.Optional(
      Type.Object(mailboxFilterBody.properties, {
        ...closed,
        description:
          'In place of `mailbox_ids`: all that it lets through when the job comes to them; `{}` = all of the workspace.',
      }),
    ),
  },
  { ...closed, examples: [{ action: 'verify', filter: { status: 'degraded' } }] },
);

export const mailboxJobs: Noun = (app, core) => {
  app.post(
    '/v1/mailbox-jobs',
    {
      // So that an empty body is answered with the field that it lacks.
      config: { isBodyOptional: true },
      schema: {
        querystring: noQuery,
        body: newJob,
        ...operation({
          takesBody: true,
          id: 'createMailboxJob',
          tag: 'Mailboxes',
          summary: 'Change many mailboxes',
          description:
            'Begins a background job that verifies, switches, disconnects or assigns mailboxes, by id or by filter. At most 20 unfinished jobs a workspace; they are done one after the other.',
          scope: 'mailboxes:update',
          success: { 202: answer('BackgroundJob', 'The job, which has begun.') },
          errors: ['rate_limited'],
        }),
      },
    },
    async (request, reply) => {
      const job = await core.mailboxJobs.begin(principalOf(request), requestOf(request.body));
      return reply.code(202).send(await presentJob(core, job));
    },
  );
};

function requestOf({ action, customer, mailbox_ids: ids, filter }: Static<typeof newJob>): MailboxJobRequest {
  if ((ids === undefined) === (filter === undefined)) throw eitherOr();
  const mailboxes = ids === undefined ? { filter: mailboxFilterOf(filter ?? {}) } : { ids };
  if (action !== 'set_customer') {
    if (customer !== undefined) throw invalidField('/customer', 'is for the action `set_customer` alone');
    return { action, mailboxes };
  }
  if (customer === undefined) throw invalidField('/customer', 'is missing');
  return { action, customer, mailboxes };
}

const eitherOr = (): GatewayError =>
  new GatewayError('invalid_request', 'Name either `mailbox_ids` or a `filter`.', {
    extras: { fields: [{ field: '', message: 'must have either `mailbox_ids` or `filter`' }] },
  });
