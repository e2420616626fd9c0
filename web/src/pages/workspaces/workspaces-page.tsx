// The workspaces of the installation.
import { Button, Group, Table, Text } from '@mantine/core';
import { IconCheck, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useWorkspaceActions, useWorkspaces, type Workspace } from '../../api/workspace-actions.ts';
import { useMay } from '../../app/session-context.tsx';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { DeleteWorkspace } from './delete-workspace.tsx';
import { NameDialog } from './name-dialog.tsx';

type Asked = { kind: 'create' } | { kind: 'rename' | 'delete'; workspace: Workspace } | null;

export function WorkspacesPage() {
  const may = useMay();
  const list = useWorkspaces();
  const { items, error, isPending, refetch } = list;
  const { create, rename } = useWorkspaceActions();
  const [asked, setAsked] = useState<Asked>(null);
  const close = (): void => setAsked(null);
  const add = may('workspaces:manage') && (
    <Button
      leftSection={<IconPlus size={16} aria-hidden="true" />}
      onClick={() => setAsked({ kind: 'create' })}
    >
      Make a workspace
    </Button>
  );
  return (
    <Page
      title="Workspaces"
      lead="Each keeps its mailboxes, OAuth clients and API keys apart from those of all others."
      actions={add}
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={4} height={48} />}
      {items && items.length > 0 && (
        <DataTable title="Workspaces" minWidth={620} columns={['Name', 'Id', 'Made', 'Actions']}>
          {items.map((workspace) => (
            <Row
              key={workspace.id}
              workspace={workspace}
              onRename={() => setAsked({ kind: 'rename', workspace })}
              onDelete={() => setAsked({ kind: 'delete', workspace })}
            />
          ))}
        </DataTable>
      )}
      {items?.length === 0 && (
        <EmptyState title="There is no workspace yet">
          <Text>Make one for your product, or one for each of your clients.</Text>
          <Group>{add}</Group>
        </EmptyState>
      )}
      <MoreButton list={list} />
      {asked?.kind === 'create' && (
        <NameDialog
          title="Make a workspace"
          submitLabel="Make the workspace"
          name=""
          onClose={close}
          onSubmit={(name) => create.mutateAsync(name)}
        />
      )}
      {asked?.kind === 'rename' && (
        <NameDialog
          title={`Rename ${asked.workspace.name}`}
          submitLabel="Rename"
          name={asked.workspace.name}
          onClose={close}
          onSubmit={(name) => rename.mutateAsync({ id: asked.workspace.id, name })}
        />
      )}
      {asked?.kind === 'delete' && <DeleteWorkspace workspace={asked.workspace} onClose={close} />}
    </Page>
  );
}

type RowProps = { workspace: Workspace; onRename: () => void; onDelete: () => void };

function Row({ workspace: { id, name, created_at: at }, onRename, onDelete }: RowProps) {
  const may = useMay();
  const { workspaceId, choose } = useWorkspace();
  const [, navigate] = useLocation();
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Text size="sm" fw={550}>
            {name}
          </Text>
          {id === workspaceId && <StatusBadge tone="info" icon={IconCheck} label="Chosen" />}
        </Group>
      </Table.Td>
      <Table.Td>
        <code>{id}</code>
      </Table.Td>
      <Table.Td>
        <Moment at={at} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Open ${name}`}
            onClick={() => {
              choose(id);
              navigate('/');
            }}
          >
            Open
          </Button>
          {may('workspaces:manage') && (
            <>
              <Button size="compact-sm" variant="default" aria-label={`Rename ${name}`} onClick={onRename}>
                Rename
              </Button>
              <Button size="compact-sm" variant="default" aria-label={`Delete ${name}`} onClick={onDelete}>
                Delete
              </Button>
            </>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
