// What is asked before a link is made: where the mailbox is, what it is for, and, for whoever needs them, limits on what
// may be connected.
import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CreateConnectSessionBody } from '../../../../sdk/src/index.ts';
import type { Provider } from '../../api/mailboxes.ts';
import { useOAuthClientChoice } from '../../api/oauth-clients.ts';
import { providerNames } from '../../components/provider-name.tsx';
import { ConnectLimits, type Limits, noLimits } from './connect-limits.tsx';
import { DirectConnection } from './direct-connection.tsx';
import { OAuthClientSelect } from './oauth-client-select.tsx';
import { type Profile, profiles } from './profiles.ts';

type Props = {
  customer: string;
  isPending: boolean;
  failure: ReactNode;
  onSubmit: (body: CreateConnectSessionBody) => void;
};

const providers = ['google', 'microsoft'] as const satisfies readonly Provider[];

export function ConnectForm({ customer: givenCustomer, isPending, failure, onSubmit }: Props) {
  const [provider, setProvider] = useState<Provider>('google');
  const [profile, setProfile] = useState<Profile>('full');
  const [oauthClientId, setOAuthClientId] = useState<string | null>(null);
  const [expectedEmail, setExpectedEmail] = useState('');
  const [customer, setCustomer] = useState(givenCustomer);
  const [limits, setLimits] = useState<Limits>(noLimits);
  const oauthClients = useOAuthClientChoice();
  const chosen = oauthClients.data?.find(({ id }) => id === oauthClientId);
  // An administrator has allowed it for everybody: nobody signs in, so there is no link.
  const isDirect = chosen !== undefined && chosen.grant_type !== 'authorization_code';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit({
      provider,
      profile,
      ...(oauthClientId === null ? {} : { oauth_client_id: oauthClientId }),
      ...(expectedEmail.trim() === '' ? {} : { expected_email: expectedEmail.trim() }),
      ...(customer.trim() === '' ? {} : { customer: customer.trim() }),
      ...(limits.sharedMailbox.trim() === '' || provider !== 'microsoft'
        ? {}
        : { shared_mailbox: limits.sharedMailbox.trim() }),
      managed_accounts_only: limits.isManagedOnly,
      exclusive: limits.isExclusive,
      is_retryable: limits.isRetryable,
    });
  };
  const where = (
    <Radio.Group
      label="Provider"
      value={provider}
      onChange={(value) => {
        setProvider(value === 'microsoft' ? 'microsoft' : 'google');
        setOAuthClientId(null);
      }}
    >
      <Group mt={6}>
        {providers.map((value) => (
          <Radio key={value} value={value} label={providerNames[value]} />
        ))}
      </Group>
    </Radio.Group>
  );
  const which = (
    <OAuthClientSelect
      oauthClients={oauthClients.data?.filter((client) => client.provider === provider)}
      value={oauthClientId}
      onChange={setOAuthClientId}
    />
  );
  const what = (
    <Radio.Group
      label="What it is connected for"
      value={profile}
      onChange={(value) => setProfile(profiles.find((known) => known.value === value)?.value ?? 'full')}
    >
      <Stack gap="xs" mt={6}>
        {profiles.map(({ value, label, meaning }) => (
          <Radio key={value} value={value} label={label} description={meaning[provider]} />
        ))}
      </Stack>
    </Radio.Group>
  );
  const whose = (
    <TextInput
      label="Customer"
      description="The client of yours that it belongs to. May be left out."
      maxLength={200}
      value={customer}
      onChange={(event) => setCustomer(event.currentTarget.value)}
    />
  );
  if (isDirect) {
    return (
      <Stack gap="lg">
        {where}
        {which}
        {what}
        {whose}
        <DirectConnection oauthClientId={chosen.id} profile={profile} customer={customer} />
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="lg">
        {where}
        {which}
        {what}
        <TextInput
          type="email"
          label="Address"
          description="Only this mailbox is accepted. Leave it out to take whichever the owner signs in to."
          maxLength={254}
          value={expectedEmail}
          onChange={(event) => setExpectedEmail(event.currentTarget.value)}
        />
        {whose}
        <ConnectLimits limits={limits} provider={provider} onChange={setLimits} />
        {failure}
        <Group>
          <Button type="submit" size="md" loading={isPending}>
            Make the connect link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
