// Links for the workspace's customers over HTTP: a page on which they connect mailboxes without an API key of ours.
import { Type } from 'typebox';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { closed, isoTime, noQuery, profile, text, time } from './parts.ts';
import { principalOf } from './principal.ts';

const daySeconds = 24 * 3600;

const linkRequest = Type.Object(
  {
    customer: text({
      description: "The workspace's own client; the mailboxes connected at the link belong to it.",
      examples: ['acme'],
    }),
    profile: Type.Optional(profile),
    expires_in_seconds: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 366 * daySeconds,
        default: 30 * daySeconds,
        description: 'How long the link is good.',
        examples: [30 * daySeconds],
      }),
    ),
  },
  { ...closed, examples: [{ customer: 'acme' }] },
);

const customerLinkSchema = Type.Object(
  {
    url: Type.String({ format: 'uri', description: 'For the customer. Whoever has it can use it.' }),
    expires_at: time('When it ends.'),
  },
  { $id: 'CustomerLink', title: 'Customer link', description: 'A connect page for one customer.' },
);

export const customerLinks: Noun = (app, core) => {
  app.addSchema(customerLinkSchema);
  app.post(
    '/v1/customer-links',
    {
      schema: {
        querystring: noQuery,
        body: linkRequest,
        ...operation({
          takesBody: true,
          id: 'createCustomerLink',
          tag: 'Connect sessions',
          summary: 'Create a link for a customer',
          description:
            'A page that offers the providers that the customer may connect with, until it ends, at most 30 times an hour. An OAuth client of the workspace is used where `customers_may_use` is true, else a shared one.',
          scope: 'connect_sessions:create',
          success: { 201: answer('CustomerLink', 'The link. Nothing is stored.') },
        }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { url, expiresAt } = await core.customerPages.link(principalOf(request), {
        customer: body.customer,
        profile: body.profile ?? 'full',
        lifeSeconds: body.expires_in_seconds ?? 30 * daySeconds,
      });
      return reply.code(201).send({ url, expires_at: isoTime(expiresAt) });
    },
  );
  app.post(
    '/v1/customer-links/revoke',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'revokeCustomerLinks',
          tag: 'Connect sessions',
          summary: 'Take back all customer links',
          description:
            'Ends every customer link that the workspace has handed out so far; make new ones for those who shall go on. Mailboxes that are connected, and connect sessions that were begun, stay as they are.',
          scope: 'settings:update',
          success: { 204: noContent('All links are over.') },
        }),
      },
    },
    async (request, reply) => {
      await core.customerPages.revokeLinks(principalOf(request));
      return reply.code(204).send();
    },
  );
};
