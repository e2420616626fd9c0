// Connects a mailbox for which nobody signs in: the OAuth client acts for it. Proved before anything is stored.
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useConnectDirectly } from '../../api/direct-connection.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import type { Profile } from './profiles.ts';

type Props = { oauthClientId: string; profile: Profile; customer: string };

export function DirectConnection({ oauthClientId, profile, customer }: Props) {
  const connect = useConnectDirectly();
  const [, navigate] = useLocation();
  const [email, setEmail] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    connect.mutate(
      {
        oauth_client_id: oauthClientId,
        email: email.trim(),
        profile,
        ...(customer.trim() === '' ? {} : { customer: customer.trim() }),
      },
      {
        onSuccess: (mailbox) => {
          notifyDone(`${mailbox.email} is connected`);
          navigate(`/mailboxes/${mailbox.id}`);
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Alert variant="default" icon={<IconInfoCircle aria-hidden="true" />}>
          With this OAuth client nobody signs in: an administrator has allowed it to act for mailboxes. A
          token is issued and every transport is proved first, which may take half a minute.
        </Alert>
        <TextInput
          type="email"
          label="Address of the mailbox"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {connect.error !== null && <ErrorState error={connect.error} />}
        <Group>
          <Button type="submit" size="md" loading={connect.isPending}>
            Connect now
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
