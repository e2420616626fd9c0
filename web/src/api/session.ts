// The console session: who is signed in, signing in by API key, signing out, and what other ways in there are.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createApi } from './client.ts';
import { isProblem } from './problem.ts';
import { sessionKey } from './session-key.ts';
import { useAction } from './use-action.ts';

const api = createApi(null);

export type ConsoleSession = Awaited<ReturnType<typeof api.consoleSession.get>>;
export type ApiKeyScope = ConsoleSession['scopes'][number];

/** Data null = nobody is signed in. */
export const useConsoleSession = () =>
  useQuery<ConsoleSession | null>({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      try {
        return await api.consoleSession.get({ signal });
      } catch (error) {
        if (isProblem(error) && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: 'always',
  });

export function useSignIn() {
  const queries = useQueryClient();
  return useAction({
    mutationFn: (apiKey: string) => api.consoleSession.begin({ api_key: apiKey }),
    onSuccess: async (session) => {
      isSignedOut = false;
      // An answer that is still on its way tells of the session before.
      await queries.cancelQueries({ queryKey: sessionKey });
      queries.setQueryData(sessionKey, session);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useAction({
    mutationFn: () => api.consoleSession.end(),
    onSuccess: async () => {
      await queries.cancelQueries({ queryKey: sessionKey });
      // Nothing of what was seen stays in this page's memory.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      isSignedOut = true;
      queries.setQueryData(sessionKey, null);
    },
  });
}

/** Whether the last session of this window ended by the person's own will, here. */
export const hasSignedOut = (): boolean => isSignedOut;
let isSignedOut = false;

/** Ways to sign in beside an API key. */
export const useSignInOptions = () =>
  useQuery({
    queryKey: ['console-sign-in-options'],
    queryFn: ({ signal }) => api.consoleSignInOptions.get({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
