// The OAuth clients that are used here: the workspace's own and the shared ones, each with what is the matter with it.
import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { type OAuthClient, useOAuthClients } from '../../api/oauth-client.ts';
import { useMay } from '../../app/session-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { Page } from '../../components/page.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { actors } from '../../components/verdict-note.tsx';
import { ClientStatusBadge, CredentialEnd } from './client-status.tsx';
import { grantTypeLabels } from './client-words.ts';

const columns = ['Name', 'Status', 'Provider', 'Access', 'Credential ends', 'Belongs to'];

export function OAuthClientsPage() {
  const may = useMay();
  const list = useOAuthClients();
  const { items, error, isPending, refetch } = list;
  const add = may('oauth_clients:create') && (
    <Button
      component={Link}
      href="/oauth-clients/new"
      leftSection={<IconPlus size={16} aria-hidden="true" />}
    >
      Add an OAuth client
    </Button>
  );
  return (
    <Page
      title="OAuth clients"
      lead="Registrations at Google and Microsoft, in whose name mailbox owners are asked for access."
      actions={add}
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={3} height={52} />}
      {items && items.length > 0 && (
        <DataTable title="OAuth clients" minWidth={780} columns={columns}>
          {items.map((client) => (
            <Row key={client.id} client={client} />
          ))}
        </DataTable>
      )}
      {items?.length === 0 && (
        <EmptyState title="There is no OAuth client yet">
          <Text>
            Mailboxes are connected through one. Register an application at Google or Microsoft, enter it
            here, and follow its set-up list.
          </Text>
          <Group>{add}</Group>
        </EmptyState>
      )}
      <MoreButton list={list} />
    </Page>
  );
}

function Row({ client }: { client: OAuthClient }) {
  const { verdict } = client;
  return (
    <Table.Tr>
      <Table.Td maw="22rem">
        <Stack gap={2}>
          <TextLink href={`/oauth-clients/${client.id}`} isStrong>
            {client.name}
          </TextLink>
          {verdict !== null && (
            <Text size="xs">
              {verdict.sentence} {verdict.remedy} Must act: {actors[verdict.actor]}.
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <ClientStatusBadge status={client.status} />
      </Table.Td>
      <Table.Td>
        <ProviderName provider={client.provider} />
      </Table.Td>
      <Table.Td>{grantTypeLabels[client.grant_type]}</Table.Td>
      <Table.Td>
        <CredentialEnd expiresAt={client.credential.expires_at} />
      </Table.Td>
      <Table.Td>{client.is_shared ? 'The installation (shared)' : 'This workspace'}</Table.Td>
    </Table.Tr>
  );
}
