// What was done to forget a person.
import { Stack, Table, Text } from '@mantine/core';
import type { Erasure } from '../../api/people.ts';
import { DataTable } from '../../components/data-table.tsx';
import { counted, numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';

const atProvider = {
  revoked: 'The grant is revoked at the provider.',
  failed:
    'The provider could not be told: the grant is still good there. The person can end it in their account.',
  kept: 'The grant is kept at the provider: somebody else lives by it.',
  unknown:
    'It was cut off while it was being revoked: it may still be good at the provider. The person can look in their account.',
  unsupported: 'The provider has no way to revoke it. The person can end it in their account.',
} as const satisfies Record<Erasure['mailboxes'][number]['at_provider'], string>;

export function ErasureReport({ erasure, isOver }: { erasure: Erasure; isOver: boolean }) {
  const kinds = [...new Set([...Object.keys(erasure.removed), ...Object.keys(erasure.rewritten)])].toSorted();
  return (
    <div role="status">
      <Panel title={isOver ? 'The person is forgotten' : 'What was done so far'}>
        <Stack gap="md">
          <Text size="sm">{counted(erasure.mailboxes.length, 'mailbox', 'mailboxes')} disconnected.</Text>
          {erasure.mailboxes.length > 0 && (
            <DataTable title="Disconnected mailboxes" minWidth={420} columns={['Mailbox', 'At the provider']}>
              {erasure.mailboxes.map((mailbox) => (
                <Table.Tr key={mailbox.mailbox_id}>
                  <Table.Td>
                    <code>{mailbox.mailbox_id}</code>
                  </Table.Td>
                  <Table.Td>{atProvider[mailbox.at_provider]}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )}
          {kinds.length > 0 && (
            <DataTable title="Records" minWidth={360} columns={['Kind', 'Removed', 'Rewritten']}>
              {kinds.map((kind) => (
                <Table.Tr key={kind}>
                  <Table.Td>
                    <code>{kind}</code>
                  </Table.Td>
                  <Table.Td>{numberOf(erasure.removed[kind] ?? 0)}</Table.Td>
                  <Table.Td>{numberOf(erasure.rewritten[kind] ?? 0)}</Table.Td>
                </Table.Tr>
              ))}
            </DataTable>
          )}
        </Stack>
      </Panel>
    </div>
  );
}
