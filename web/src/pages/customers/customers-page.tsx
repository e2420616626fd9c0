// The workspace's customers: how many mailboxes each has, links on which they connect further ones by themselves, and
// the end of all such links.
import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { type Customer, useCustomers } from '../../api/customers.ts';
import { useMay } from '../../app/session-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { CustomerLinkDialog } from './customer-link-dialog.tsx';
import { RevokeLinks } from './revoke-links.tsx';

export function CustomersPage() {
  const may = useMay();
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useCustomers();
  /** Null = no dialog; empty = for a customer who is typed. */
  const [linked, setLinked] = useState<string | null>(null);
  const customers = data?.pages.flatMap(({ items }) => items) ?? [];
  const mayLink = may('connect_sessions:create');
  return (
    <Page
      title="Customers"
      lead="Clients of yours, by the name that mailboxes have as their customer. A customer link is a page on which they connect mailboxes by themselves."
      actions={
        mayLink && (
          <Button leftSection={<IconUserPlus size={16} aria-hidden="true" />} onClick={() => setLinked('')}>
            Make a customer link
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
        {isPending && <RowsSkeleton rows={4} height={44} />}
        {customers.length > 0 && (
          <DataTable
            title="Customers"
            minWidth={520}
            columns={['Customer', 'Mailboxes', ...(mayLink ? ['Actions'] : [])]}
          >
            {customers.map((customer) => (
              <Row key={customer.name} customer={customer} onLink={mayLink ? setLinked : null} />
            ))}
          </DataTable>
        )}
        {data && customers.length === 0 && (
          <EmptyState title="No mailbox has a customer yet">
            <Text>
              A mailbox gets its customer when it is connected, in its settings, or by a customer link.
            </Text>
          </EmptyState>
        )}
        {hasNextPage && (
          <Group>
            <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          </Group>
        )}
        {may('settings:update') && <RevokeLinks />}
      </Stack>
      {linked !== null && <CustomerLinkDialog customer={linked} onClose={() => setLinked(null)} />}
    </Page>
  );
}

function Row({ customer, onLink }: { customer: Customer; onLink: ((name: string) => void) | null }) {
  const { name, mailboxes } = customer;
  const query = new URLSearchParams({ customer: name });
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} href={`/mailboxes?${query}`} size="sm" fw={550} underline="always">
          {name}
        </Anchor>
      </Table.Td>
      <Table.Td>{numberOf(mailboxes)}</Table.Td>
      {onLink && (
        <Table.Td>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Make a link for ${name}`}
            onClick={() => onLink(name)}
          >
            Make a link
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
