// The workspace's own clients over HTTP, as its mailboxes name them. Links for them are in customer-links.ts.
import { Type } from 'typebox';
import { type Noun, operation } from './operation.ts';
import { closed, pageOf, pageQuery, pageRequestOf, presentPage } from './parts.ts';
import { principalOf } from './principal.ts';

const customerSchema = Type.Object(
  {
    name: Type.String({ description: 'As the mailboxes have it in `customer`.', examples: ['acme'] }),
    mailboxes: Type.Integer({ minimum: 1, description: 'How many have it.', examples: [12] }),
  },
  { $id: 'Customer', title: 'Customer', description: "One of the workspace's own clients." },
);

const query = {
  limit: pageQuery.limit,
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1_000,
      pattern: '^[^\\u0000]*$',
      description: '`next_cursor` of the page before.',
      examples: ['acme'],
    }),
  ),
};

export const customers: Noun = (app, core) => {
  app.addSchema(customerSchema);
  app.get(
    '/v1/customers',
    {
      schema: {
        querystring: Type.Object(query, closed),
        ...operation({
          id: 'listCustomers',
          tag: 'Mailboxes',
          summary: 'List the customers',
          description: 'Whom the mailboxes of the workspace belong to, by name, and how many belong to each.',
          scope: 'mailboxes:read',
          success: { 200: pageOf('Customer', 'By name.') },
        }),
      },
    },
    async (request) => {
      const page = pageRequestOf(request.query);
      return presentPage(await core.customers.ofMailboxes(principalOf(request), page), (each) => each);
    },
  );
};
