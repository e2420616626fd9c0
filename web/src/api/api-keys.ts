// API keys: listed without their text, made (the text is shown once and kept nowhere), revoked.
import { useQueryClient } from '@tanstack/react-query';
import type { ApiKey, CreateApiKeyBody, NewApiKey } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { usePaged } from './paged.ts';
import { useAction } from './use-action.ts';

export type { ApiKey, NewApiKey };

export function useApiKeys() {
  const { client, key } = useApi();
  return usePaged<ApiKey>({
    queryKey: key('api-keys'),
    limit: 100,
    read: (page, options) => client.apiKeys.list(page, options),
  });
}

export function useCreateApiKey() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    // What it answers holds the key: it is kept no longer than the dialog that shows it.
    gcTime: 0,
    mutationFn: (body: CreateApiKeyBody) => client.apiKeys.create(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('api-keys') }),
  });
}

export function useRevokeApiKey() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (id: string) => client.apiKeys.revoke(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('api-keys') }),
  });
}
