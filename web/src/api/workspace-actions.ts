// Workspaces as their own page needs them: the list, made, renamed, deleted.
import { useQueryClient } from '@tanstack/react-query';
import type { Workspace } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { usePaged } from './paged.ts';
import { useAction } from './use-action.ts';

export type { Workspace };

/** Everything of it goes, which takes its time. */
const deletedWithinMs = 300_000;

export function useWorkspaces() {
  const { client } = useApi();
  return usePaged<Workspace>({
    queryKey: ['workspaces', 'list'],
    limit: 100,
    read: (page, options) => client.workspaces.list(page, options),
  });
}

export function useWorkspaceActions() {
  const { client } = useApi();
  const queries = useQueryClient();
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['workspaces'] });
  return {
    create: useAction({
      mutationFn: (name: string) => client.workspaces.create({ name }),
      onSuccess: changed,
    }),
    rename: useAction({
      mutationFn: ({ id, name }: { id: string; name: string }) => client.workspaces.update(id, { name }),
      onSuccess: changed,
    }),
    remove: useAction({
      mutationFn: (id: string) => client.workspaces.delete(id, { timeoutMs: deletedWithinMs }),
      // Not the one itself: the switcher may still show it, and would be told that it is gone.
      onSuccess: () =>
        Promise.all(
          ['list', 'switcher'].map((part) => queries.invalidateQueries({ queryKey: ['workspaces', part] })),
        ),
    }),
  };
}
