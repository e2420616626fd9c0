// What is known of the registration.
import { Code } from '@mantine/core';
import type { OAuthClient } from '../../api/oauth-client.ts';
import { Copyable } from '../../components/copyable.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import { cloudLabel, grantTypeLabels } from './client-words.ts';

export function ClientFacts({ client }: { client: OAuthClient }) {
  const isAsking = client.grant_type === 'authorization_code';
  const facts: Fact[] = [
    { name: 'Provider', value: <ProviderName provider={client.provider} /> },
    { name: 'Access', value: grantTypeLabels[client.grant_type] },
    { name: 'Client id', value: <Copyable text={client.client_id} /> },
    ...(isAsking ? [{ name: 'Redirect URI', value: <Copyable text={client.redirect_uri} /> }] : []),
    ...(client.provider === 'microsoft'
      ? [
          { name: 'Cloud', value: cloudLabel(client.cloud) },
          { name: 'Directory', value: client.entra_tenant ?? 'Any' },
        ]
      : []),
    { name: 'Belongs to', value: client.is_shared ? 'The installation (shared)' : 'This workspace' },
    { name: 'Made', value: <Moment at={client.created_at} form="full" /> },
    { name: 'Changed', value: <Moment at={client.updated_at} /> },
    { name: 'Id', value: <Code>{client.id}</Code> },
  ];
  return (
    <Panel title="Facts">
      <Facts facts={facts} />
    </Panel>
  );
}
