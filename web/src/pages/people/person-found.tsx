// Everything that is held of a person, to be read and to be handed over as a file.
import { Button, Stack, Table, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Person } from '../../api/people.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { counted, numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { saveText } from './save-text.ts';

export function PersonFound({ person }: { person: Person }) {
  const { addresses, mailboxes, records, is_complete: isComplete } = person;
  const kinds = [...Map.groupBy(records, ({ kind }) => kind)].map(([kind, rows]) => ({
    kind,
    count: rows.length,
    columns: [...new Set(rows.flatMap(({ texts }) => Object.keys(texts)))].join(', '),
  }));
  const save = (): void =>
    saveText(`person-${person.email}.json`, JSON.stringify(person, null, 2), 'application/json');
  return (
    <Panel
      title={`Held of ${person.email}`}
      note={`Addresses: ${addresses.join(', ')}`}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden="true" />}
          onClick={save}
        >
          Save as JSON
        </Button>
      }
    >
      <Stack gap="md">
        {!isComplete && (
          <Text size="sm" fw={600} c="var(--mg-warn-fg)">
            There are more than 10,000 records; the file has the first ones.
          </Text>
        )}
        <Text size="sm">
          {counted(mailboxes.length, 'mailbox', 'mailboxes')} and {counted(records.length, 'further record')}.
        </Text>
        {mailboxes.length > 0 && (
          <DataTable
            title="Mailboxes"
            minWidth={560}
            columns={['Mailbox', 'Name', 'Customer', 'Connected', 'Consented']}
          >
            {mailboxes.map((mailbox) => (
              <Table.Tr key={mailbox.id}>
                <Table.Td>
                  <TextLink href={`/mailboxes/${mailbox.id}`}>{mailbox.email}</TextLink>
                </Table.Td>
                <Table.Td>{mailbox.name}</Table.Td>
                <Table.Td>{mailbox.customer ?? 'None'}</Table.Td>
                <Table.Td>
                  <Moment at={mailbox.created_at} form="full" />
                </Table.Td>
                <Table.Td>
                  {mailbox.grant.consented_at === null ? (
                    'Nobody signed in'
                  ) : (
                    <Moment at={mailbox.grant.consented_at} form="full" />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
        {kinds.length > 0 && (
          <DataTable title="Further records" minWidth={420} columns={['Kind', 'Records', 'What they hold']}>
            {kinds.map(({ kind, count, columns }) => (
              <Table.Tr key={kind}>
                <Table.Td>
                  <code>{kind}</code>
                </Table.Td>
                <Table.Td>{numberOf(count)}</Table.Td>
                <Table.Td>{columns}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )}
      </Stack>
    </Panel>
  );
}
