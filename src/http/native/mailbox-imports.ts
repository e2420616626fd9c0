// Mailboxes over HTTP whose tokens somebody else obtained: proved at the provider, then taken over.
import { type Static, Type } from 'typebox';
import { GatewayError, type ImportRequest, verdictOf } from '../../core/index.ts';
import { customer, name, presentMailbox } from './mailbox-schema.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, email, id, noQuery, nullable, provider } from './parts.ts';
import { principalOf } from './principal.ts';

const imported = Type.Object(
  {
    provider: provider('Who hosts it.'),
    refresh_token: Type.String({
      minLength: 1,
      maxLength: 16_384,
      pattern: '^[\\u0021-\\u007e]+$',
      description:
        'As the other system has it. It is used once at once, and stored sealed; where the provider rotates, the other system cannot use it any more.',
      examples: ['1//0example-refresh-token'],
    }),
    oauth_client_id: Type.Optional(
      nullable(
        id(
          'The registration that the tokens were given to. Omit to take the newest of the workspace, else a shared one.',
        ),
      ),
    ),
    email: Type.Optional(nullable(email('Refuse every other address; omit to take what the provider says.'))),
    scope: Type.Optional(
      nullable(
        Type.String({
          minLength: 1,
          maxLength: 4096,
          pattern: '^[^\\u0000-\\u001f\\u007f]*$',
          description: 'What was granted, separated by spaces, if it is known.',
          examples: ['https://mail.google.com/'],
        }),
      ),
    ),
    name: Type.Optional(nullable(name)),
    customer: Type.Optional(customer),
    mailbox_id: Type.Optional(nullable(id('The mailbox that gets these tokens; it keeps its id.'))),
    exclusive: Type.Optional(
      Type.Boolean({ description: 'Refuse a mailbox that another workspace has connected.' }),
    ),
  },
  {
    ...closed,
    examples: [
      {
        provider: 'google',
        refresh_token: '1//0example-refresh-token',
        oauth_client_id: '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10',
        email: 'ada@example.com',
      },
    ],
  },
);

export const mailboxImports: Noun = (app, core) => {
  app.post(
    '/v1/mailbox-imports',
    {
      schema: {
        querystring: noQuery,
        body: imported,
        ...operation({
          takesBody: true,
          id: 'importMailbox',
          tag: 'Mailboxes',
          summary: 'Take over a mailbox with a refresh token',
          description:
            'For mailboxes that another system has connected. Nothing is believed: the refresh token is used, the address asked for, and every transport proved before anything is stored.',
          scope: 'mailboxes:create',
          success: {
            200: answer('Mailbox', 'The mailbox was known; it has these tokens now.'),
            201: answer('Mailbox', 'The new mailbox.'),
          },
          errors: ['not_found', 'oauth_client_paused', 'mailbox_refused'],
        }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const outcome = await core.imports.import(principal, requestOf(request.body));
      if (!outcome.ok) {
        if (outcome.reason === 'client_unknown' && request.body.oauth_client_id) {
          throw new GatewayError('not_found', 'There is no such OAuth client of this provider.');
        }
        const verdict = verdictOf(outcome.reason);
        throw new GatewayError('mailbox_refused', `${verdict.sentence} ${verdict.remedy}`, {
          extras: { verdict, ...(outcome.provider ? { provider: outcome.provider } : {}) },
        });
      }
      const joined = await core.mailboxes.readWritten(principal, outcome.mailbox.id);
      return reply.code(outcome.isNew ? 201 : 200).send(await presentMailbox(core, joined));
    },
  );
};

const requestOf = (body: Static<typeof imported>): ImportRequest => ({
  provider: body.provider,
  oauthClient: body.oauth_client_id
    ? { kind: 'id', id: body.oauth_client_id }
    : { kind: 'chosen', owner: 'any' },
  refreshToken: body.refresh_token,
  scope: body.scope ?? null,
  email: body.email?.toLowerCase() ?? null,
  name: body.name ?? null,
  customer: body.customer ?? null,
  externalId: null,
  mailboxId: body.mailbox_id ?? null,
  settings: {},
  exclusive: body.exclusive ?? false,
});
