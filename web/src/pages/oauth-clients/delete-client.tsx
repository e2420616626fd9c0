// Deletes the OAuth client. Says beforehand what would break, and afterwards what has to be done.
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMailboxSummary } from '../../api/mailbox-summary.ts';
import { type OAuthClient, useOAuthClientActions } from '../../api/oauth-client.ts';
import { isProblem } from '../../api/problem.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone } from '../../components/notify.ts';
import { counted } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';

export function DeleteClient({ client }: { client: OAuthClient }) {
  const { workspaceId } = useWorkspace();
  const [isAsked, setAsked] = useState(false);
  return (
    <Panel
      title="Delete this OAuth client"
      note="Its credentials are wiped at once. At the provider the registration stays until it is deleted there."
      tone="danger"
      actions={
        <Button variant="default" onClick={() => setAsked(true)}>
          Delete it
        </Button>
      }
    >
      {isAsked &&
        (workspaceId === null ? (
          <Asking client={client} mailboxes={null} onClose={() => setAsked(false)} />
        ) : (
          <Counting client={client} onClose={() => setAsked(false)} />
        ))}
    </Panel>
  );
}

type Props = { client: OAuthClient; onClose: () => void };

function Counting({ client, onClose }: Props) {
  const { data } = useMailboxSummary({ oauth_client_id: client.id });
  return data ? <Asking client={client} mailboxes={data.total} onClose={onClose} /> : null;
}

/** `mailboxes` null = not known beforehand: a shared one serves many workspaces. */
function Asking({ client, mailboxes: known, onClose }: Props & { mailboxes: number | null }) {
  const { remove } = useOAuthClientActions(client.id);
  const [, navigate] = useLocation();
  /** Told by the API when it refuses to delete one that is in use. */
  const [refusal, setRefusal] = useState<string | null>(null);
  const isInUse = refusal !== null || (known ?? 0) > 0;
  const confirm = async (): Promise<void> => {
    try {
      const removal = await remove.mutateAsync({ isForced: isInUse });
      const left = removal?.mailboxes ?? 0;
      notifyDone(
        left === 0
          ? `${client.name} is deleted.`
          : `${client.name} is deleted. ${counted(left, 'mailbox', 'mailboxes')} must be reconnected.`,
      );
      navigate(left === 0 || known === null ? '/oauth-clients' : '/mailboxes?status=needs_reauthorization');
    } catch (error) {
      if (isProblem(error) && error.code === 'oauth_client_in_use') setRefusal(error.detail);
      throw error;
    }
  };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Delete ${client.name}`}
      confirmLabel={isInUse ? 'Delete it all the same' : 'Delete it'}
      isDangerous
      typed={client.name}
      onConfirm={confirm}
    >
      {isInUse ? (
        <>
          <Text size="sm" fw={600} mb="xs">
            {refusal ?? `${counted(known ?? 0, 'mailbox depends', 'mailboxes depend')} on it.`}
          </Text>
          They stop working: no token can be renewed, and each owner must sign in again through another OAuth
          client. Nobody can take that back.
        </>
      ) : known === null ? (
        'It is shared. When mailboxes of any workspace depend on it, you are told and asked once more.'
      ) : (
        'No mailbox of this workspace depends on it. Connect links that were made with it end.'
      )}
    </ConfirmDialog>
  );
}
