// Connect sessions: made, listed, watched by long polls until they are over, cancelled. And links for customers.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ConnectSession,
  CreateConnectSessionBody,
  CreateCustomerLinkBody,
  NewConnectSession,
} from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { useAction } from './use-action.ts';

export type { ConnectSession, NewConnectSession };
export type ConnectSessionStatus = ConnectSession['status'];

/** Seconds that the server holds one long poll; it answers at once when the status is not the one that is shown. */
const waitSeconds = 25;
const listMs = 4_000;
const pageSize = 50;

const over: readonly ConnectSessionStatus[] = ['connected', 'failed', 'cancelled', 'expired'];
export const isOver = (status: ConnectSessionStatus): boolean => over.includes(status);

export function useConnectSessions(status: ConnectSessionStatus | null) {
  const { client, key } = useApi();
  return useInfiniteQuery({
    queryKey: key('connect-sessions', 'list', status),
    queryFn: ({ pageParam, signal }) =>
      client.connectSessions.list(
        {
          limit: pageSize,
          ...(status === null ? {} : { status }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Live, as long as only the first page is shown; further ones would be asked for again one after another.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? listMs : false),
  });
}

/** One session, live: asked for again as soon as its status changes. */
export function useConnectSession(id: string) {
  const { client, key } = useApi();
  const queries = useQueryClient();
  const queryKey = key('connect-sessions', 'one', id);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      // The first answer at once, the later ones when there is something new.
      const known = queries.getQueryData<ConnectSession>(queryKey)?.status;
      const query = known === undefined ? {} : { wait: waitSeconds, known_status: known };
      return client.connectSessions.get(id, query, {
        signal,
        timeoutMs: (waitSeconds + 10) * 1000,
      });
    },
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : 250),
  });
}

export function useCreateConnectSession() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: CreateConnectSessionBody) => client.connectSessions.create(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('connect-sessions', 'list') }),
  });
}

export function useCancelConnectSession() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (id: string) => client.connectSessions.cancel(id),
    onSuccess: (session) => {
      queries.setQueryData(key('connect-sessions', 'one', session.id), session);
      return queries.invalidateQueries({ queryKey: key('connect-sessions', 'list') });
    },
  });
}

export function useCreateCustomerLink() {
  const { client } = useApi();
  return useAction({ mutationFn: (body: CreateCustomerLinkBody) => client.customerLinks.create(body) });
}

export function useRevokeCustomerLinks() {
  const { client } = useApi();
  return useAction({ mutationFn: () => client.customerLinks.revoke() });
}
