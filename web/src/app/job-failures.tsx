// Which mailboxes a job could not change, and why.
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import type { BackgroundJob } from '../api/background-jobs.ts';

export function JobFailures({ failures }: { failures: BackgroundJob['failures'] }) {
  return (
    <Table.ScrollContainer minWidth={380}>
      <Table aria-label="What failed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Mailbox</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {failures.map(({ mailbox_id: id, email, code, detail }) => (
            <Table.Tr key={id}>
              <Table.Td>{email === null ? id : <Link href={`/mailboxes/${id}`}>{email}</Link>}</Table.Td>
              <Table.Td>
                {detail} (<code>{code}</code>)
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
