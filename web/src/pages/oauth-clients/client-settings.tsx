// What can be changed of an OAuth client that is in use. What was not changed is not sent.
import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type OAuthClient, type OAuthClientChanges, useOAuthClientActions } from '../../api/oauth-client.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { Panel } from '../../components/panel.tsx';
import { scopesOf } from './scopes-text.ts';

export function ClientSettings({ client }: { client: OAuthClient }) {
  const { update } = useOAuthClientActions(client.id);
  const [name, setName] = useState(client.name);
  const [clientId, setClientId] = useState(client.client_id);
  const [directory, setDirectory] = useState(client.entra_tenant ?? '');
  const [isPersonal, setPersonal] = useState(client.personal_accounts);
  const [areCustomers, setCustomers] = useState(client.customers_may_use);
  const [scopes, setScopes] = useState(client.extra_scopes.join('\n'));
  const isMicrosoft = client.provider === 'microsoft';
  const isAsking = client.grant_type === 'authorization_code';
  const extra = scopesOf(scopes);
  const changes: OAuthClientChanges = {
    ...(name.trim() === client.name ? {} : { name: name.trim() }),
    ...(clientId.trim() === client.client_id ? {} : { client_id: clientId.trim() }),
    ...(directory.trim() === (client.entra_tenant ?? '') ? {} : { entra_tenant: directory.trim() || null }),
    ...(isPersonal === client.personal_accounts ? {} : { personal_accounts: isPersonal }),
    ...(areCustomers === client.customers_may_use ? {} : { customers_may_use: areCustomers }),
    ...(extra.join(' ') === client.extra_scopes.join(' ') ? {} : { extra_scopes: extra }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isChanged) update.mutate(changes, { onSuccess: () => notifyDone('Saved') });
  };
  return (
    <Panel title="Settings" note="Client id and directory stay as they are while mailboxes depend on them.">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Client id"
            maxLength={512}
            spellCheck={false}
            value={clientId}
            onChange={(event) => setClientId(event.currentTarget.value)}
          />
          {isMicrosoft && (
            <TextInput
              label="Directory"
              description="common, organizations, consumers, a directory id or its domain."
              maxLength={253}
              spellCheck={false}
              value={directory}
              onChange={(event) => setDirectory(event.currentTarget.value)}
            />
          )}
          {isAsking && (
            <Switch
              label="Consumer accounts may be connected"
              description="gmail.com, outlook.com and the like."
              checked={isPersonal}
              onChange={(event) => setPersonal(event.currentTarget.checked)}
            />
          )}
          {!client.is_shared && isAsking && (
            <Switch
              label="Offered to customers"
              description="On the page that a customer link leads to."
              checked={areCustomers}
              onChange={(event) => setCustomers(event.currentTarget.checked)}
            />
          )}
          <Textarea
            label="Further scopes"
            description="Asked for besides those that mail needs, one a line. Mailboxes that are connected lack them until they are reconnected."
            autosize={false}
            rows={3}
            spellCheck={false}
            value={scopes}
            onChange={(event) => setScopes(event.currentTarget.value)}
          />
          {update.error !== null && <ErrorState error={update.error} />}
          <Group>
            <Button type="submit" disabled={!isChanged} loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
