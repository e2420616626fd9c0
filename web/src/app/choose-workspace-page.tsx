// Instead of a page that needs a workspace, for keys of the installation that have not chosen one yet.
import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { useWorkspaceList } from '../api/workspaces.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Page } from '../components/page.tsx';
import { PageSkeleton } from '../components/page-skeleton.tsx';
import { Panel } from '../components/panel.tsx';
import { useMay } from './session-context.tsx';
import { useWorkspace } from './workspace-context.tsx';

/** As many as are offered here; the header's list has all. */
const offeredMax = 12;

export function ChooseWorkspacePage() {
  const may = useMay();
  const { choose } = useWorkspace();
  const list = useWorkspaceList({ enabled: may('workspaces:manage') });
  if (list.isPending && may('workspaces:manage')) return <PageSkeleton />;
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const found = list.data ?? [];
  return (
    <Page title="Choose a workspace" lead="Mailboxes, connect sessions and customers belong to a workspace.">
      {found.length === 0 ? (
        <EmptyState title="There is no workspace yet">
          <Text>
            A workspace keeps its mailboxes, OAuth clients and API keys apart from those of all others.
          </Text>
          <Button component={Link} href="/workspaces">
            Go to the workspaces
          </Button>
        </EmptyState>
      ) : (
        <Panel>
          <Stack gap="xs" align="flex-start">
            {found.slice(0, offeredMax).map(({ id, name }) => (
              <Button key={id} variant="default" maw="100%" onClick={() => choose(id)}>
                <Text span inherit truncate>
                  {name}
                </Text>
              </Button>
            ))}
            {found.length > offeredMax && (
              <Text size="sm" c="dimmed">
                All {found.length} are in the list at the top.
              </Text>
            )}
          </Stack>
        </Panel>
      )}
    </Page>
  );
}
