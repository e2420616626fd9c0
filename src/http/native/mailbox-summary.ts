// How many mailboxes there are, by what people look after them for.
import { type Static, Type } from 'typebox';
import type { MailboxSummary } from '../../core/index.ts';
import { mailboxFilterOf, mailboxFilterQuery } from './mailbox-filter.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed } from './parts.ts';
import { principalOf } from './principal.ts';

const count = Type.Integer({ minimum: 0, examples: [3] });

const summarySchema = Type.Object(
  {
    total: Type.Integer({ minimum: 0, description: 'All that the filter lets through.', examples: [12] }),
    by_status: Type.Object(
      { verifying: count, connected: count, degraded: count, needs_reauthorization: count, disabled: count },
      { description: 'The same by status.' },
    ),
    by_provider: Type.Object({ google: count, microsoft: count }, { description: 'The same by provider.' }),
  },
  { $id: 'MailboxSummary', title: 'MailboxSummary', description: 'How many mailboxes there are.' },
);

export const mailboxSummary: Noun = (app, core) => {
  app.addSchema(summarySchema);
  app.get(
    '/v1/mailboxes/summary',
    {
      schema: {
        querystring: Type.Object(mailboxFilterQuery, closed),
        ...operation({
          id: 'summarizeMailboxes',
          tag: 'Mailboxes',
          summary: 'Count the mailboxes',
          description: 'By status and by provider, of all or of those that a filter lets through.',
          scope: 'mailboxes:read',
          success: { 200: answer('MailboxSummary', 'The counts.') },
        }),
      },
    },
    async (request) =>
      present(await core.mailboxes.summary(principalOf(request), mailboxFilterOf(request.query))),
  );
};

const present = ({ total, byStatus, byProvider }: MailboxSummary): Static<typeof summarySchema> => ({
  total,
  by_status: byStatus,
  by_provider: byProvider,
});
