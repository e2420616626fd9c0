// Events: what changed, of the workspace or of one object, newest first.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { MailgrantEvent } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';

export type { MailgrantEvent };

const pageSize = 20;

/** The timeline of one object, a page at a time. */
export function useTimeline(objectId: string) {
  const { client, key } = useApi();
  return useInfiniteQuery({
    queryKey: key('events', 'of', objectId),
    queryFn: ({ pageParam, signal }) =>
      client.events.list(
        {
          object_id: objectId,
          order: 'newest',
          limit: pageSize,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

const pagesMax = 10;

/** The workspace's events since a moment, newest first; `isCut` when there are more than are worth loading. */
export function useEventsSince(since: number) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('events', 'since', since),
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const found: MailgrantEvent[] = [];
      let cursor: string | null = null;
      for (let turn = 0; turn < pagesMax; turn += 1) {
        const after: { cursor?: string } = cursor === null ? {} : { cursor };
        const page = await client.events.list({ order: 'newest', limit: 100, ...after }, { signal });
        const young = page.items.filter(({ created_at: at }) => Date.parse(at) >= since);
        found.push(...young);
        cursor = page.next_cursor;
        if (young.length < page.items.length || cursor === null) return { events: found, isCut: false };
      }
      return { events: found, isCut: true };
    },
  });
}
