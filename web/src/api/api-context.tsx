// The API client of the workspace that is looked at, and the beginning of every cache key, so that no answer of one
// workspace is ever shown in another.
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { type Client, createApi } from './client.ts';

export type Api = {
  client: Client;
  /** False while a key of the installation looks at the installation itself. */
  hasWorkspace: boolean;
  /** `key('mailboxes', id)`: the cache key of something of this workspace. */
  key: (...parts: readonly unknown[]) => readonly unknown[];
};

const ApiContext = createContext<Api | null>(null);

type Props = {
  /** Named in every call; null = the one of the key, or the installation itself. */
  workspaceId: string | null;
  hasWorkspace: boolean;
  sessionKeyId: string;
  children: ReactNode;
};

export function ApiProvider({ workspaceId, hasWorkspace, sessionKeyId, children }: Props) {
  const api = useMemo<Api>(() => {
    const scope = ['api', sessionKeyId, workspaceId];
    return { client: createApi(workspaceId), hasWorkspace, key: (...parts) => [...scope, ...parts] };
  }, [workspaceId, hasWorkspace, sessionKeyId]);
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('useApi outside of the console');
  return api;
}
