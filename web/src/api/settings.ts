// Settings of the workspace: read, and changed member by member.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Branding, ChangeSettingsBody, Settings } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { useAction } from './use-action.ts';

export type { Branding, Settings };
export type BrandingChanges = NonNullable<ChangeSettingsBody['branding']>;

export function useSettings() {
  const { client, key } = useApi();
  return useQuery({
    queryKey: key('settings'),
    queryFn: ({ signal }) => client.settings.get({ signal }),
  });
}

export function useChangeSettings() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: ChangeSettingsBody) => client.settings.update(body),
    onSuccess: (settings) => queries.setQueryData(key('settings'), settings),
  });
}
