// Which OAuth client the owner consents to; usually the one that is taken by itself.
import { Anchor, Select, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { OAuthClient } from '../../api/oauth-clients.ts';

type Props = {
  /** Undefined while they are not known. */
  oauthClients: readonly OAuthClient[] | undefined;
  value: string | null;
  onChange: (id: string | null) => void;
};

export function OAuthClientSelect({ oauthClients, value, onChange }: Props) {
  return (
    <div>
      <Select
        label="OAuth client"
        description="Left open, the newest of the workspace is taken, else a shared one."
        placeholder="Taken by itself"
        clearable
        searchable
        data={(oauthClients ?? []).map(({ id, name, status, is_shared: isShared }) => ({
          value: id,
          label: `${name}${isShared ? ' (shared)' : ''}${status === 'paused' ? ', paused' : ''}`,
          disabled: status === 'paused',
        }))}
        value={value}
        onChange={onChange}
      />
      {oauthClients?.length === 0 && (
        <Text size="sm" mt={6}>
          There is none at this provider that you can see.{' '}
          <Anchor component={Link} href="/oauth-clients" underline="always">
            Set one up
          </Anchor>{' '}
          first.
        </Text>
      )}
    </div>
  );
}
