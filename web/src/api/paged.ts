// A list that comes in pages of the server, one more whenever somebody asks for it.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../../../sdk/src/index.ts';

type Options<Item> = {
  queryKey: readonly unknown[];
  read: (page: { limit: number; cursor?: string }, options: { signal: AbortSignal }) => Promise<Page<Item>>;
  enabled?: boolean;
  /** Items on one page, 100 at most. */
  limit?: number;
  /** Asked for again this often, as long as only the first page is shown. */
  everyMs?: number;
};

export function usePaged<Item>({ queryKey, read, enabled = true, limit = 50, everyMs }: Options<Item>) {
  const query = useInfiniteQuery({
    queryKey,
    enabled,
    queryFn: ({ pageParam, signal }) =>
      read({ limit, ...(pageParam === null ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      everyMs !== undefined && (state.data?.pages.length ?? 0) <= 1 ? everyMs : false,
  });
  return {
    ...query,
    /** Undefined until the first page is there. */
    items: query.data?.pages.flatMap(({ items }) => items),
  };
}

export type Paged = Pick<
  ReturnType<typeof usePaged>,
  'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage' | 'isPending' | 'error' | 'refetch'
>;
