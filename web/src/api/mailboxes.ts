// Mailboxes: by what they are found, the first that are found, one of them and what is done to it. The list is in
// mailbox-pages.ts.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Disconnection, Mailbox, UpdateMailboxBody, Verdict } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { useAction } from './use-action.ts';

export type { Mailbox, Verdict };
export type MailboxStatus = Mailbox['status'];
export type Provider = Mailbox['provider'];
export type Transport = NonNullable<Mailbox['verification']>['results'][number]['transport'];

/** Only members that are set filter. */
export type MailboxFilter = {
  search?: string;
  status?: MailboxStatus;
  provider?: Provider;
  oauth_client_id?: string;
  customer?: string;
};

/** The first mailboxes that a filter lets through, whole. */
export function useFirstMailboxes(filter: MailboxFilter, limit: number) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('mailboxes', 'first', filter, limit),
    queryFn: ({ signal }) => client.mailboxes.list({ ...filter, limit }, { signal }),
  });
}

export function useMailbox(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('mailboxes', 'one', id),
    queryFn: ({ signal }) => client.mailboxes.get(id, { signal }),
    // One that is being proved for the first time is looked at until that is done.
    refetchInterval: ({ state }) => (state.data?.status === 'verifying' ? 2_000 : false),
  });
}

/** Everything that one can do to one mailbox; each puts its answer where the mailbox is shown. */
export function useMailboxActions(id: string) {
  const { client, key } = useApi();
  const queries = useQueryClient();
  const show = (mailbox: Mailbox): void => {
    queries.setQueryData(key('mailboxes', 'one', id), mailbox);
    changed();
  };
  const changed = (): void => {
    for (const part of ['summary', 'first', 'list']) {
      void queries.invalidateQueries({ queryKey: key('mailboxes', part), refetchType: 'active' });
    }
    void queries.invalidateQueries({ queryKey: key('events') });
  };
  return {
    update: useAction({
      mutationFn: (body: UpdateMailboxBody) => client.mailboxes.update(id, body),
      onSuccess: show,
    }),
    verify: useAction({ mutationFn: () => client.mailboxes.verify(id), onSuccess: show }),
    diagnose: useAction({
      mutationFn: () => client.mailboxes.diagnose(id, { timeoutMs: 120_000 }),
      onSuccess: () => queries.invalidateQueries({ queryKey: key('mailboxes', 'one', id) }),
    }),
    disconnect: useAction<Disconnection>({
      mutationFn: () => client.mailboxes.disconnect(id),
      onSuccess: changed,
    }),
  };
}

/** Each read of tokens counted by key and minute; as many as fit in the pages that a chart needs. */
export function useTokenUses(id: string) {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('mailboxes', 'token-uses', id),
    queryFn: async ({ signal }) => {
      const found = [];
      for await (const use of client.mailboxes.iterateTokenUses(id, { limit: 100 }, { signal })) {
        found.push(use);
        if (found.length === tokenUsesMax) return { uses: found, isCut: true };
      }
      return { uses: found, isCut: false };
    },
  });
}

const tokenUsesMax = 1_000;
