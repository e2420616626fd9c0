// The link of a connect session is told once, when it is made. It is kept in this page's memory, so that the page of
// the session can show it; gone with the page.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useApi } from './api-context.tsx';

export function useConnectLinks() {
  const { key } = useApi();
  const queries = useQueryClient();
  const keep = useCallback(
    (sessionId: string, url: string): void => {
      const queryKey = key('connect-links', sessionId);
      queries.setQueryDefaults(queryKey, { gcTime: Number.POSITIVE_INFINITY });
      queries.setQueryData(queryKey, url);
    },
    [key, queries],
  );
  /** Null for sessions that were not made here. */
  const find = (sessionId: string): string | null =>
    queries.getQueryData<string>(key('connect-links', sessionId)) ?? null;
  return { keep, find };
}
