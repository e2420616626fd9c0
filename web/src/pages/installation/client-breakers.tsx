// Breakers of single OAuth clients that are open or count failures.
import { Table, Text } from '@mantine/core';
import type { Installation } from '../../api/installation-actions.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { breakerBadges } from './breaker-badge.tsx';
import { CloseBreaker } from './close-breaker.tsx';

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
        {breakers.map(({ key, oauth_client_id: id, status, open_until: until, failures }) => (
          <Table.Tr key={key}>
            <Table.Td>
              <code>{id}</code>
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
              <CloseBreaker breakerKey={key} name={`OAuth client ${id}`} />
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </Panel>
  );
}
