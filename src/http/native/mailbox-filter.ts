// By which mailboxes are found: the same for a list, a summary and a job over many.
import { type Static, Type } from 'typebox';
import { type MailboxFilter, mailboxStatusNames } from '../../core/index.ts';
import { closed, email, id, oneOf, provider, text } from './parts.ts';

const members = {
  email: Type.Optional(email('Only this address.')),
  search: Type.Optional(
    text({ description: 'Only those whose address or name has this part, in any case.', examples: ['ada'] }),
  ),
  status: Type.Optional(
    oneOf(mailboxStatusNames, {
      description: 'Only mailboxes that are so now.',
    }),
  ),
  provider: Type.Optional(provider('Only mailboxes at this provider.')),
  oauth_client_id: Type.Optional(id('Only mailboxes that were connected with it, also when it is deleted.')),
  customer: Type.Optional(text({ description: 'Only mailboxes of this customer.', examples: ['acme'] })),
};

/** Members of a query string. */
export const mailboxFilterQuery = members;

/** In a body. */
export const mailboxFilterBody = Type.Object(members, closed);

type Given = Static<typeof mailboxFilterBody>;

/** What all of these can be filtered by. */
export const mailboxFilterOf = ({
  email: address,
  search,
  status,
  provider: at,
  customer,
  oauth_client_id: oauthClientId,
}: Given): Pick<
  MailboxFilter,
  'email' | 'search' | 'status' | 'provider' | 'customer' | 'oauthClientId'
> => ({
  ...(address === undefined ? {} : { email: address.toLowerCase() }),
  ...(search === undefined ? {} : { search }),
  ...(status === undefined ? {} : { status }),
  ...(at === undefined ? {} : { provider: at }),
  ...(customer === undefined ? {} : { customer }),
  ...(oauthClientId === undefined ? {} : { oauthClientId }),
});
