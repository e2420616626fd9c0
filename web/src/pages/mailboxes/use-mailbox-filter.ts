// The filter of the list, kept in the address: it can be shared, bookmarked and gone back to.
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { MailboxFilter } from '../../api/mailboxes.ts';
import { mailboxStatusNames } from '../../components/mailbox-status.tsx';

const names = ['search', 'status', 'provider', 'oauth_client_id', 'customer'] as const;
type Change = Partial<Record<(typeof names)[number], string | null>>;

const providers = ['google', 'microsoft'] as const;
/** As the API takes them; longer ones are cut rather than refused. */
const textMax = 200;

export function useMailboxFilter(): {
  filter: MailboxFilter;
  change: (change: Change) => void;
  clear: () => void;
} {
  const [params, setParams] = useSearchParams();
  const asked = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(asked)), [asked]);
  const change = (changes: Change): void => {
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const name of names) {
          const value = changes[name];
          if (value === undefined) continue;
          if (value === null || value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      // Whoever types does not want a step of the history for each letter.
      { replace: changes.search !== undefined },
    );
  };
  return { filter, change, clear: () => setParams(new URLSearchParams()) };
}

/** What is not a filter of ours, or not one of its values, is left out. */
function filterOf(params: URLSearchParams): MailboxFilter {
  const filter: MailboxFilter = {};
  const search = params.get('search')?.trim().slice(0, textMax);
  const customer = params.get('customer')?.slice(0, textMax);
  const status = mailboxStatusNames.find((known) => known === params.get('status'));
  const provider = providers.find((known) => known === params.get('provider'));
  const oauthClientId = params.get('oauth_client_id');
  if (search) filter.search = search;
  if (customer) filter.customer = customer;
  if (status) filter.status = status;
  if (provider) filter.provider = provider;
  if (oauthClientId) filter.oauth_client_id = oauthClientId;
  return filter;
}
