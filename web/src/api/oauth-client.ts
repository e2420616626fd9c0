// OAuth clients as their own pages need them: the list, one with its set-up list, and what is done to it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  CreateOAuthClientBody,
  Credential,
  Examination,
  LackingMailbox,
  OAuthClient,
  Removal,
  SetUpList,
  UpdateOAuthClientBody,
} from '../../../sdk/src/index.ts';
import { useMay } from '../app/session-context.tsx';
import { useWorkspace } from '../app/workspace-context.tsx';
import { useApi } from './api-context.tsx';
import { usePaged } from './paged.ts';
import { useAction } from './use-action.ts';

export type { Credential, Examination, LackingMailbox, OAuthClient, Removal, SetUpList };
export type GrantType = OAuthClient['grant_type'];
export type CredentialKind = Credential['kind'];
export type EnteredCredential = NonNullable<CreateOAuthClientBody['credential']>;
export type NewOAuthClient = CreateOAuthClientBody;
export type OAuthClientChanges = UpdateOAuthClientBody;

/** Servers of the provider are asked, one after the other. */
const examinedWithinMs = 120_000;

export function useOAuthClients() {
  const { client, key } = useApi();
  return usePaged<OAuthClient>({
    queryKey: key('oauth-clients', 'list'),
    read: (page, options) => client.oauthClients.list(page, options),
  });
}

export function useOAuthClient(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('oauth-clients', 'one', id),
    queryFn: ({ signal }) => client.oauthClients.get(id, { signal }),
  });
}

/** Whether it belongs to what is looked at: a shared one to the installation, any other to its workspace. */
export function useIsOwn(): (client: Pick<OAuthClient, 'is_shared'>) => boolean {
  const { workspaceId } = useWorkspace();
  return ({ is_shared: isShared }) => isShared === (workspaceId === null);
}

export function useSetUpList(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('oauth-clients', 'set-up', id),
    staleTime: 60_000,
    queryFn: ({ signal }) => client.oauthClients.setUp(id, { signal }),
  });
}

/** Mailboxes that were connected before a scope was added to it. */
export function useLackingScopes(id: string, { enabled }: { enabled: boolean }) {
  const { client, key } = useApi();
  const may = useMay();
  return usePaged<LackingMailbox>({
    queryKey: key('oauth-clients', 'lacking', id),
    enabled: enabled && may('mailboxes:read'),
    limit: 20,
    read: (page, options) => client.oauthClients.listLackingScopes(id, page, options),
  });
}

export function useCreateOAuthClient() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: NewOAuthClient) => client.oauthClients.create(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('oauth-clients') }),
  });
}

/** Everything that one can do to one OAuth client. */
export function useOAuthClientActions(id: string) {
  const { client, key } = useApi();
  const queries = useQueryClient();
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey: key('oauth-clients') });
  return {
    update: useAction({
      mutationFn: (body: OAuthClientChanges) => client.oauthClients.update(id, body),
      onSuccess: (updated) => {
        queries.setQueryData(key('oauth-clients', 'one', id), updated);
        void queries.invalidateQueries({ queryKey: key('events') });
        return changed();
      },
    }),
    examine: useAction({
      mutationFn: (email: string | null) =>
        client.oauthClients.examine(id, email === null ? {} : { email }, { timeoutMs: examinedWithinMs }),
      onSuccess: changed,
    }),
    remove: useAction({
      mutationFn: ({ isForced }: { isForced: boolean }) =>
        client.oauthClients.delete(id, { force: isForced ? 'true' : 'false' }),
      onSuccess: () => {
        queries.removeQueries({ queryKey: key('oauth-clients', 'one', id) });
        void queries.invalidateQueries({ queryKey: key('oauth-clients', 'list') });
        void queries.invalidateQueries({ queryKey: key('oauth-clients', 'choice') });
        void queries.invalidateQueries({ queryKey: key('mailboxes') });
      },
    }),
  };
}
