// Deletes a workspace for ever; its name has to be typed.
import { List, Text } from '@mantine/core';
import { useWorkspaceActions, type Workspace } from '../../api/workspace-actions.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone } from '../../components/notify.ts';

export function DeleteWorkspace({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const { remove } = useWorkspaceActions();
  const { workspaceId, choose } = useWorkspace();
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${workspace.name}`}
      confirmLabel="Delete it for ever"
      isDangerous
      typed={workspace.name}
      onConfirm={async () => {
        await remove.mutateAsync(workspace.id);
        if (workspaceId === workspace.id) choose(null);
        notifyDone(`${workspace.name} is deleted.`);
      }}
    >
      <Text size="sm" mb="xs">
        Everything in it goes, and nobody can bring it back:
      </Text>
      <List size="sm">
        <List.Item>its mailboxes and their grants; programs get no token any more</List.Item>
        <List.Item>its OAuth clients with their credentials</List.Item>
        <List.Item>its API keys, connect sessions and customer links</List.Item>
        <List.Item>its webhooks, events and audit log</List.Item>
      </List>
    </ConfirmDialog>
  );
}
