// What is held of one person, and forgetting it. Neither answer is cached: it is about a person.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Erasure, Person } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';

export type { Erasure, Person };

/** The whole workspace is searched. */
const searchedWithinMs = 300_000;

export function usePeople() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return {
    tell: useMutation({
      gcTime: 0,
      mutationFn: (email: string) => client.people.export({ email }, { timeoutMs: searchedWithinMs }),
    }),
    erase: useMutation({
      gcTime: 0,
      mutationFn: ({ email, confirm }: { email: string; confirm: string }) =>
        client.people.erase({ email, confirm }, { timeoutMs: searchedWithinMs }),
      onSuccess: () => {
        for (const part of ['mailboxes', 'connect-sessions', 'events']) {
          void queries.invalidateQueries({ queryKey: key(part) });
        }
      },
    }),
  };
}
