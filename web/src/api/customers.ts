// Customers: the workspace's own clients, as the mailboxes name them, with how many mailboxes each has.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Customer } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';

export type { Customer };

const pageSize = 100;

export function useCustomers() {
  const { client, key } = useApi();
  return useInfiniteQuery({
    // Below mailboxes: whatever changes them changes these counts.
    queryKey: key('mailboxes', 'customers'),
    queryFn: ({ pageParam, signal }) =>
      client.customers.list(
        { limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
