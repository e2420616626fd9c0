// OAuth clients, as far as others refer to them: their names for filters and choices.
import { useQuery } from '@tanstack/react-query';
import type { OAuthClient } from '../../../sdk/src/index.ts';
import { useMay } from '../app/session-context.tsx';
import { useApi } from './api-context.tsx';

export type { OAuthClient };

/** As many as a choice offers. */
const choiceMax = 500;

export function useOAuthClientChoice() {
  const { client, key } = useApi();
  const may = useMay();
  return useQuery({
    queryKey: key('oauth-clients', 'choice'),
    enabled: may('oauth_clients:read'),
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const found: OAuthClient[] = [];
      for await (const oauthClient of client.oauthClients.iterate({ limit: 100 }, { signal })) {
        found.push(oauthClient);
        if (found.length === choiceMax) break;
      }
      return found;
    },
  });
}
