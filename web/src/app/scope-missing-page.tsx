// Instead of a page that the key may not see: nothing is asked that would only be refused.
import { Text } from '@mantine/core';
import type { ApiKeyScope } from '../api/session.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Page } from '../components/page.tsx';

export function ScopeMissingPage({ title, scope }: { title: string; scope: ApiKeyScope }) {
  return (
    <Page title={title}>
      <EmptyState title="Your key may not see this page">
        <Text>
          It lacks the scope <code>{scope}</code>. What it may see is in the menu. Whoever made the key can
          make one that may do more.
        </Text>
      </EmptyState>
    </Page>
  );
}
