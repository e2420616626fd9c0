// Breakers of single OAuth clients that are open or count failures.
import { Table, Text } from '@mantine/core';
import type { Installation } from '../../api/installation-actions.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { providerNames } from '../../components/provider-name.tsx';
import { breakerBadges } from './breaker-badge.tsx';
import { CloseBreaker } from './close-breaker.tsx';
import { ownerName } from './owner-name.ts';

type ClientBreaker = Installation['oauth_client_breakers'][number];

export function ClientBreakers({ breakers }: { breakers: Installation['oauth_client_breakers'] }) {
  if (breakers.length === 0) return null;
  return (
    <Panel
      title="OAuth clients in trouble"
      tone="bad"
      note="Each has a breaker of its own beside its provider's. It is tried again by itself."
    >
      <DataTable
        title="Breakers of OAuth clients"
        minWidth={520}
        columns={['OAuth client', 'Breaker', 'Failures', 'Actions']}
      >
        {breakers.map(
          ({ key, oauth_client_id: id, oauth_client: client, status, open_until: until, failures }) => (
            <Table.Tr key={key}>
              <Table.Td>
                <ClientName id={id} client={client} />
              </Table.Td>
              <Table.Td>
                {breakerBadges[status]}
                {until !== null && (
                  <Text size="xs">
                    until <Moment at={until} form="time" />
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{numberOf(failures)}</Table.Td>
              <Table.Td>
                <CloseBreaker breakerKey={key} name={client === null ? `OAuth client ${id}` : client.name} />
              </Table.Td>
            </Table.Tr>
          ),
        )}
      </DataTable>
    </Panel>
  );
}

/** As people know it; the id, by which logs and the API know it, below. */
function ClientName({ id, client }: { id: string; client: ClientBreaker['oauth_client'] }) {
  return (
    <>
      <Text size="sm" fw={600}>
        {client === null ? 'Gone with its workspace' : client.name}
      </Text>
      {client !== null && (
        <Text size="xs">
          {providerNames[client.provider]}, {ownerName(client.workspace_id, client.workspace_name)}
          {client.deleted_at !== null && (
            <>
              , deleted <Moment at={client.deleted_at} />
            </>
          )}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        <code>{id}</code>
      </Text>
    </>
  );
}
