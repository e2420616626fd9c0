// For addresses that no page has.
import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from '../components/empty-state.tsx';
import { Page } from '../components/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <EmptyState title="Nothing is at this address">
        <Text>The link may be from another version of the console, or mistyped.</Text>
        <Button component={Link} href="/">
          Go to the overview
        </Button>
      </EmptyState>
    </Page>
  );
}
