// What is held of one person, and forgetting it. No answer outlives the page: it is about a person.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Erasure, Person } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { isUnderWay } from './background-jobs.ts';
import { useAction } from './use-action.ts';

export type { Erasure, Person };

/** The whole workspace is searched. */
const searchedWithinMs = 300_000;
const watchMs = 1_000;

export function usePeople() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return {
    tell: useAction({
      gcTime: 0,
      mutationFn: (email: string) => client.people.export({ email }, { timeoutMs: searchedWithinMs }),
    }),
    /** Begins a background job, or answers the one that is under way for the same address. */
    erase: useAction({
      gcTime: 0,
      mutationFn: (email: string) => client.people.erase({ email, confirm: email }),
      onSuccess: () => queries.invalidateQueries({ queryKey: key('background-jobs') }),
    }),
  };
}

/** The job that forgets a person, looked at until it is over. */
export function useErasureJob(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('erasure', id),
    gcTime: 0,
    queryFn: ({ signal }) => client.backgroundJobs.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data === undefined || isUnderWay(state.data) ? watchMs : false),
  });
}
