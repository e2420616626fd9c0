// The workspaces of the installation, for whoever may see them.
import { useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.tsx';

/** As many as the switcher offers; with more, one goes there by the page of workspaces. */
const switcherMax = 1_000;

export function useWorkspaceList({ enabled }: { enabled: boolean }) {
  const { client } = useApi();
  return useQuery({
    // Not below the workspace that is looked at: the list is the same for all.
    queryKey: ['workspaces', 'switcher'],
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const found = [];
      for await (const workspace of client.workspaces.iterate({ limit: 100 }, { signal })) {
        found.push(workspace);
        if (found.length === switcherMax) break;
      }
      return found;
    },
  });
}

export function useWorkspaceOf(id: string | null) {
  const { client } = useApi();
  return useQuery({
    queryKey: ['workspaces', 'one', id],
    enabled: id !== null,
    staleTime: 60_000,
    queryFn: ({ signal }) => client.workspaces.get(id ?? '', { signal }),
  });
}
