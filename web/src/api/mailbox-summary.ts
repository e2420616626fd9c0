// How many mailboxes a filter lets through, by status and by provider.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';
import type { MailboxFilter } from './mailboxes.ts';

export function useMailboxSummary(filter: MailboxFilter = {}) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('mailboxes', 'summary', filter),
    queryFn: ({ signal }) => client.mailboxes.summary(filter, { signal }),
    placeholderData: keepPreviousData,
  });
}

export type MailboxSummary = NonNullable<ReturnType<typeof useMailboxSummary>['data']>;
