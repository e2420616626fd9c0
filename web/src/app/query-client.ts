// The cache of what the API has answered: what is retried, and what happens everywhere when a session is
// over or an object is gone.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isProblem } from '../api/problem.ts';
import { sessionKey } from '../api/session-key.ts';

const staleMs = 15_000;
const retriesMax = 2;

export function createQueryClient(): QueryClient {
  // A 401 on any call: if the session is over, the sign-in takes the place of the page, and after it the page is back.
  // That is asked, for the call may have been one of the session before.
  const onError = (error: Error): void => {
    if (isProblem(error) && error.status === 401) void client.invalidateQueries({ queryKey: sessionKey });
  };
  // Somebody else has taken away what was to be changed: what is shown of it is asked for anew.
  const onActionError = (error: Error): void => {
    onError(error);
    if (isProblem(error) && error.status === 404) void client.invalidateQueries({ type: 'active' });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError: onActionError }),
    defaultOptions: {
      queries: {
        staleTime: staleMs,
        // The API client repeats what may pass by itself; what it gives up on is shown, with a button.
        retry: (failures, error) => !isProblem(error) && failures < retriesMax,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
  return client;
}
