// One person's data over HTTP: everything that is held of an address in a workspace, and its erasure.
import { type Static, Type } from 'typebox';
import type { MailboxWithGrant, PersonExport } from '../../core/index.ts';
import { presentJob } from './background-jobs.ts';
import { gone } from './gone.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, email, id, isoTime, isoTimeOrNull, noQuery, nullable, time } from './parts.ts';
import { type LongList, streamOfObject } from './person-text.ts';
import { principalOf } from './principal.ts';

const tag = 'People';
const exportedMailboxSchema = Type.Object({
  id: id('Id of the mailbox.'),
  email: Type.String(),
  delegate_email: nullable(Type.String()),
  aliases: Type.Array(Type.String()),
  name: Type.String(),
  provider: Type.String(),
  customer: nullable(Type.String()),
  metadata: Type.Record(Type.String(), Type.String()),
  settings: Type.Object({}, { additionalProperties: true }),
  created_at: time('When it was connected first.'),
  grant: Type.Object({
    issuer: Type.String(),
    subject: Type.String({ description: 'Who the provider says the person is.' }),
    scope: Type.String(),
    status: Type.String(),
    consented_at: nullable(time('When the person last consented.')),
    refreshed_at: time('When a token was last obtained.'),
  }),
});

const personSchema = Type.Object(
  {
    email: Type.String(),
    addresses: Type.Array(Type.String(), { description: 'All addresses of the person that are known.' }),
    mailboxes: Type.Array(exportedMailboxSchema),
    records: Type.Array(
      Type.Object({
        kind: Type.String({ description: 'The table.', examples: ['events'] }),
        key: Type.String({ description: 'Which row of it.' }),
        texts: Type.Record(Type.String(), Type.String(), {
          description: 'Its columns that can be about a person.',
        }),
      }),
      { description: 'Every further row that is about the person.' },
    ),
    is_complete: Type.Boolean({ description: 'False when there are more than 10,000 records.' }),
  },
  { $id: 'Person', title: 'Person', description: 'What is held of a person. Never a token.' },
);

const person = { email: email('An address of the person.') };

export const people: Noun = (app, core) => {
  app.addSchema(personSchema);
  app.post(
    '/v1/people/export',
    {
      schema: {
        querystring: noQuery,
        body: Type.Object(person, { ...closed, examples: [{ email: 'ada@example.com' }] }),
        ...operation({
          takesBody: true,
          id: 'exportPerson',
          tag,
          summary: 'Tell everything that is held of a person',
          description:
            'Searches the workspace for the address, and for the further addresses of the mailboxes that have it. Goes through everything, which takes its time.',
          scope: 'people:read',
          errors: ['conflict'],
          success: { 200: answer('Person', 'Everything; empty lists when there is nothing.') },
        }),
      },
    },
    async (request, reply) => {
      const found = await core.people.export(principalOf(request), request.body, gone(reply));
      // A stream passes by the schema: the types of the members are held to it below.
      return reply.type('application/json; charset=utf-8').send(streamOf(found));
    },
  );
  app.post(
    '/v1/people/erase',
    {
      schema: {
        querystring: noQuery,
        body: Type.Object(
          { ...person, confirm: email('The same address once more.') },
          { ...closed, examples: [{ email: 'ada@example.com', confirm: 'ada@example.com' }] },
        ),
        ...operation({
          takesBody: true,
          id: 'erasePerson',
          tag,
          summary: 'Forget a person',
          description:
            "For ever: disconnects the person's mailboxes, revokes their grants at the provider where that is possible, removes or rewrites every row that names the person. It is a background job: follow it at `/v1/background-jobs/{id}`, where `erasure` is the report. The same call before it is over answers the same job; after a failure it begins one that goes on with what is left.",
          scope: 'people:delete',
          errors: ['rate_limited'],
          success: { 202: answer('BackgroundJob', 'The job, which has begun.') },
        }),
      },
    },
    async (request, reply) => {
      const job = await core.people.erase(principalOf(request), request.body);
      return reply.code(202).send(await presentJob(core, job));
    },
  );
};

const presentMailbox = ({ mailbox, grant }: MailboxWithGrant): Static<typeof exportedMailboxSchema> => ({
  id: mailbox.id,
  email: mailbox.email,
  delegate_email: mailbox.delegateEmail,
  aliases: mailbox.aliases,
  name: mailbox.name,
  provider: mailbox.provider,
  customer: mailbox.customer,
  metadata: mailbox.metadata,
  settings: { ...mailbox.settings },
  created_at: isoTime(mailbox.createdAt),
  grant: {
    issuer: grant.issuer,
    subject: grant.subject,
    scope: grant.scope,
    status: grant.status,
    consented_at: isoTimeOrNull(grant.consentedAt),
    refreshed_at: isoTime(grant.refreshedAt),
  },
});

const streamOf = ({ email, addresses, mailboxes, records, isComplete }: PersonExport) =>
  streamOfObject({
    email: { value: email },
    addresses: { value: addresses },
    mailboxes: listOf(mailboxes, presentMailbox),
    records: listOf(records, (each): Static<typeof personSchema>['records'][number] => each),
    is_complete: { value: isComplete },
  } satisfies Record<keyof Static<typeof personSchema>, unknown>);

const listOf = <T>(items: readonly T[], present: (item: T) => unknown): LongList => ({
  length: items.length,
  at(index) {
    const item = items[index];
    return item === undefined ? null : present(item);
  },
});
