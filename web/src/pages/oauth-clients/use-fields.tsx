// What the OAuth client may be used for here.
import { Stack, Switch, Text, Textarea } from '@mantine/core';
import type { NewClientDraft } from './new-client-draft.ts';

type Props = {
  draft: NewClientDraft;
  isShared: boolean;
  onChange: (changes: Partial<NewClientDraft>) => void;
};

export function UseFields({ draft, isShared, onChange }: Props) {
  const isAsking = draft.grantType === 'authorization_code';
  return (
    <Stack gap="md">
      {isAsking && draft.provider === 'google' && (
        <Switch
          label="Consumer accounts may be connected"
          description="gmail.com addresses. Off when the consent screen is “Internal”."
          checked={draft.arePersonal}
          onChange={(event) => onChange({ arePersonal: event.currentTarget.checked })}
        />
      )}
      {isAsking && !isShared && (
        <Switch
          label="Offered to customers"
          description="On the page that a customer link leads to."
          checked={draft.mayCustomers}
          onChange={(event) => onChange({ mayCustomers: event.currentTarget.checked })}
        />
      )}
      <Textarea
        label="Further scopes"
        description="Asked for besides those that mail needs, one a line. Leave it empty unless your program does more than mail."
        rows={3}
        spellCheck={false}
        value={draft.scopes}
        onChange={(event) => onChange({ scopes: event.currentTarget.value })}
      />
      {!isAsking && (
        <Text size="sm">
          Nobody signs in: mailboxes are connected by their address, on the page “Connect a mailbox”.
        </Text>
      )}
    </Stack>
  );
}
