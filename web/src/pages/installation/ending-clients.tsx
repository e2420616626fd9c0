// OAuth clients whose credential ends within 30 days, of all workspaces.
import { Table } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import type { Installation } from '../../api/installation-actions.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { ownerName } from './owner-name.ts';

type Ending = Installation['oauth_clients_ending'][number];

export function EndingClients({ clients }: { clients: readonly Ending[] }) {
  const { workspaceId } = useWorkspace();
  if (clients.length === 0) return null;
  return (
    <Panel
      title="Credentials that end soon"
      tone="warn"
      note="Make another one at the provider and enter it as the next credential."
    >
      <DataTable
        title="OAuth clients whose credential ends"
        minWidth={560}
        columns={['OAuth client', 'Belongs to', 'Ends', 'Next credential']}
      >
        {clients.map((client) => (
          <Table.Tr key={client.oauth_client_id}>
            <Table.Td>
              {client.workspace_id === workspaceId || client.workspace_id === null ? (
                <TextLink href={`/oauth-clients/${client.oauth_client_id}`}>{client.name}</TextLink>
              ) : (
                client.name
              )}
            </Table.Td>
            <Table.Td>{ownerName(client.workspace_id, client.workspace_name)}</Table.Td>
            <Table.Td>
              <Moment at={client.expires_at} form="full" />
            </Table.Td>
            <Table.Td>
              {client.has_next ? (
                <StatusBadge tone="ok" icon={IconCircleCheck} label="Entered" />
              ) : (
                <StatusBadge tone="warn" icon={IconAlertTriangle} label="Missing" />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </Panel>
  );
}
