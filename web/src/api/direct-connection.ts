// Connecting a mailbox without a sign-in, by an OAuth client that an administrator lets act for mailboxes.
import { useQueryClient } from '@tanstack/react-query';
import type { ConnectMailboxBody } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { useAction } from './use-action.ts';

/** Every transport is proved before the answer. */
const provedWithinMs = 120_000;

export function useConnectDirectly() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: ConnectMailboxBody) => client.mailboxes.connect(body, { timeoutMs: provedWithinMs }),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('mailboxes') }),
  });
}
