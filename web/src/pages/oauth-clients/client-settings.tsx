// What can be changed of an OAuth client that is in use. What was not changed is not sent.
import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { type OAuthClient, type OAuthClientChanges, useOAuthClientActions } from '../../api/oauth-client.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDraft } from '../../components/use-draft.ts';
import { scopesOf } from './scopes-text.ts';

export function ClientSettings({ client }: { client: OAuthClient }) {
  const { update } = useOAuthClientActions(client.id);
  const draft = useDraft({
    name: client.name,
    clientId: client.client_id,
    directory: client.entra_tenant ?? '',
    isPersonal: client.personal_accounts,
    areCustomers: client.customers_may_use,
    scopes: client.extra_scopes.join('\n'),
  });
  const { name, clientId, directory, isPersonal, areCustomers, scopes } = draft.fields;
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
    if (!isChanged) return;
    const saved = draft.sending();
    update.mutate(changes, {
      onSuccess: () => {
        saved();
        notifyDone('Saved');
      },
    });
  };
  return (
    <Panel title="Settings" note="Client id and directory stay as they are while mailboxes depend on them.">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            maxLength={200}
            value={name}
            onChange={(event) => draft.enter({ name: event.currentTarget.value })}
          />
          <TextInput
            label="Client id"
            maxLength={512}
            spellCheck={false}
            value={clientId}
            onChange={(event) => draft.enter({ clientId: event.currentTarget.value })}
          />
          {isMicrosoft && (
            <TextInput
              label="Directory"
              description="common, organizations, consumers, a directory id or its domain."
              maxLength={253}
              spellCheck={false}
              value={directory}
              onChange={(event) => draft.enter({ directory: event.currentTarget.value })}
            />
          )}
          {isAsking && (
            <Switch
              label="Consumer accounts may be connected"
              description="gmail.com, outlook.com and the like."
              checked={isPersonal}
              onChange={(event) => draft.enter({ isPersonal: event.currentTarget.checked })}
            />
          )}
          {!client.is_shared && isAsking && (
            <Switch
              label="Offered to customers"
              description="On the page that a customer link leads to."
              checked={areCustomers}
              onChange={(event) => draft.enter({ areCustomers: event.currentTarget.checked })}
            />
          )}
          <Textarea
            label="Further scopes"
            description="Asked for besides those that mail needs, one a line. Mailboxes that are connected lack them until they are reconnected."
            autosize={false}
            rows={3}
            spellCheck={false}
            value={scopes}
            onChange={(event) => draft.enter({ scopes: event.currentTarget.value })}
          />
          <OvertakenNote names={draft.overtaken.map((field) => labels[field])} />
          {update.error !== null && <ErrorState error={update.error} />}
          <Group>
            <Button type="submit" disabled={!isChanged} loading={update.isPending}>
              Save
            </Button>
            {isChanged && (
              <Button
                variant="subtle"
                onClick={() => {
                  draft.reset();
                  update.reset();
                }}
              >
                Undo changes
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

const labels = {
  name: 'Name',
  clientId: 'Client id',
  directory: 'Directory',
  isPersonal: 'Consumer accounts',
  areCustomers: 'Offered to customers',
  scopes: 'Further scopes',
};
