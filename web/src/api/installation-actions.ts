// What operators do by hand to the installation: let an address in again, send calls to a provider again, seal anew.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Installation, Keyring } from '../../../sdk/src/index.ts';
import { useMay } from '../app/session-context.tsx';
import { useApi } from './api-context.tsx';
import { useAction } from './use-action.ts';

export type { Installation, Keyring };

export function useInstallationActions() {
  const { client } = useApi();
  const queries = useQueryClient();
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['installation'] });
  return {
    liftBlock: useAction({
      mutationFn: (key: string) => client.installation.liftBlock(key),
      onSuccess: changed,
    }),
    closeBreaker: useAction({
      mutationFn: (key: string) => client.installation.closeBreaker(key),
      onSuccess: changed,
    }),
  };
}

const resealingMs = 2_000;

/** Which keys seal and open, without counting what each sealed, which would go through everything. */
export function useKeyring() {
  const { client } = useApi();
  const may = useMay();
  return useQuery({
    queryKey: ['keyring'],
    enabled: may('installation:read'),
    queryFn: ({ signal }) => client.keyring.get({}, { signal }),
    refetchInterval: ({ state }) => (isResealing(state.data) ? resealingMs : false),
  });
}

const isResealing = (keyring: Keyring | undefined): boolean =>
  keyring?.resealing !== null && keyring?.resealing?.finished_at === null;
