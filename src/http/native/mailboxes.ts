// Mailboxes over HTTP: connect without a sign-in, list, read, change, disconnect. Their proofs are in
// mailbox-checks.ts.
import { type Static, Type } from 'typebox';
import type { MailboxWithGrant } from '../../core/index.ts';
import { mailboxFilterOf, mailboxFilterQuery } from './mailbox-filter.ts';
import { customer, mailboxSchema, metadata, name, presentMailbox } from './mailbox-schema.ts';
import { answer, type Noun, operation } from './operation.ts';
import {
  closed,
  email,
  id,
  idParams,
  noQuery,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  presentPage,
  profile,
  skippedPageRequestOf,
  skipQuery,
} from './parts.ts';
import { principalOf } from './principal.ts';

const directConnection = Type.Object(
  {
    oauth_client_id: id('One that acts without a sign-in: `jwt_bearer` or `client_credentials`.'),
    email: email('Address of the mailbox.'),
    profile: Type.Optional(profile),
    name: Type.Optional(nullable(name)),
    customer: Type.Optional(customer),
    mailbox_id: Type.Optional(
      nullable(id('The mailbox of this address that is moved to the OAuth client; it keeps its id.')),
    ),
    exclusive: Type.Optional(
      Type.Boolean({ description: 'Refuse a mailbox that another workspace has connected.' }),
    ),
  },
  {
    ...closed,
    examples: [{ oauth_client_id: '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10', email: 'ada@example.com' }],
  },
);

const changes = Type.Object(
  {
    name: Type.Optional(name),
    customer: Type.Optional(customer),
    metadata: Type.Optional(metadata),
    disabled: Type.Optional(
      Type.Boolean({
        description: 'True switches it off: no tokens, no verification; its grant is kept alive.',
      }),
    ),
  },
  { ...closed, minProperties: 1, examples: [{ name: 'Ada Lovelace', disabled: false }] },
);

const disconnectionSchema = Type.Object(
  {
    id: id('Id that the mailbox had.'),
    at_provider: oneOf(['revoked', 'failed', 'kept', 'unsupported'], {
      description:
        '`revoked` there too; `failed`: it stays valid there; `kept`: another mailbox uses it; `unsupported`: the provider has no way to revoke it.',
    }),
  },
  { $id: 'Disconnection', title: 'Disconnection', description: 'What became of the grant.' },
);

const tag = 'Mailboxes';

export const mailboxes: Noun = (app, core) => {
  app.addSchema(mailboxSchema);
  app.addSchema(disconnectionSchema);
  const present = (joined: MailboxWithGrant) => presentMailbox(core, joined);

  app.get(
    '/v1/mailboxes',
    {
      schema: {
        querystring: Type.Object({ ...mailboxFilterQuery, ...pageQuery, ...skipQuery }, closed),
        ...operation({
          id: 'listMailboxes',
          tag,
          summary: 'List the mailboxes',
          description:
            'Page after page by `cursor`, which neither misses nor repeats what stays as it is, whatever else changes meanwhile; or any page at once by `skip`.',
          scope: 'mailboxes:read',
          success: { 200: pageOf('Mailbox', 'Oldest first.') },
        }),
      },
    },
    async (request) => {
      const { query } = request;
      const wanted = mailboxFilterOf(query);
      const page = await core.mailboxes.list(principalOf(request), wanted, skippedPageRequestOf(query));
      return presentPage(page, present);
    },
  );

  app.post(
    '/v1/mailboxes',
    {
      schema: {
        querystring: noQuery,
        body: directConnection,
        ...operation({
          takesBody: true,
          id: 'connectMailbox',
          tag,
          summary: 'Connect a mailbox without a sign-in',
          description:
            'For OAuth clients that an administrator lets act for mailboxes. A token is issued and every transport proved before anything is stored. For all others make a connect session.',
          scope: 'mailboxes:create',
          success: {
            200: answer('Mailbox', 'The mailbox was known; it goes by this OAuth client now.'),
            201: answer('Mailbox', 'The new mailbox.'),
          },
          errors: ['not_found', 'oauth_client_paused', 'mailbox_refused'],
        }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { joined, isNew } = await core.directConnections.connect(principalOf(request), {
        oauthClientId: body.oauth_client_id,
        email: body.email,
        profile: body.profile ?? 'full',
        name: body.name ?? null,
        customer: body.customer ?? null,
        externalId: null,
        mailboxId: body.mailbox_id ?? null,
        exclusive: body.exclusive ?? false,
      });
      return reply.code(isNew ? 201 : 200).send(await present(joined));
    },
  );

  app.get(
    '/v1/mailboxes/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readMailbox',
          tag,
          summary: 'Read a mailbox',
          scope: 'mailboxes:read',
          success: { 200: answer('Mailbox', 'The mailbox.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => present(await core.mailboxes.read(principalOf(request), request.params.id)),
  );

  app.patch(
    '/v1/mailboxes/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: changes,
        ...operation({
          takesBody: true,
          id: 'updateMailbox',
          tag,
          summary: 'Change a mailbox',
          description: 'Members that are not sent stay as they are; `metadata` is replaced as a whole.',
          scope: 'mailboxes:update',
          success: { 200: answer('Mailbox', 'The mailbox as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => {
      const changed = changesOf(request.body);
      return present(await core.mailboxes.update(principalOf(request), request.params.id, changed));
    },
  );

  app.delete(
    '/v1/mailboxes/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'disconnectMailbox',
          tag,
          summary: 'Disconnect a mailbox',
          description: 'Revokes its grant at the provider where that is possible, and forgets it here.',
          scope: 'mailboxes:delete',
          success: { 200: answer('Disconnection', 'The mailbox is gone.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request): Promise<Static<typeof disconnectionSchema>> => {
      const { mailboxId, atProvider } = await core.mailboxes.disconnect(
        principalOf(request),
        request.params.id,
      );
      return { id: mailboxId, at_provider: atProvider };
    },
  );
};

const changesOf = (body: Static<typeof changes>) => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.customer === undefined ? {} : { customer: body.customer }),
  ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  ...(body.disabled === undefined ? {} : { disabled: body.disabled }),
});
