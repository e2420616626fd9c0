// What can be done to the endpoint: edit, switch on and off, a new secret, delete.
import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useWebhookEndpointActions, type WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { useMay } from '../../app/session-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { EditEndpointDialog } from './edit-endpoint-dialog.tsx';
import { RotateSecretDialog } from './rotate-secret-dialog.tsx';

type Asked = 'edit' | 'disable' | 'rotate' | 'delete' | null;

export function EndpointActions({ endpoint }: { endpoint: WebhookEndpoint }) {
  const may = useMay();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked>(null);
  const { update, remove } = useWebhookEndpointActions(endpoint.id);
  const close = (): void => setAsked(null);
  const mayUpdate = may('webhooks:update');
  const mayDelete = may('webhooks:delete');
  if (!mayUpdate && !mayDelete) return null;
  return (
    <>
      {mayUpdate && endpoint.status === 'disabled' && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
          loading={update.isPending}
          onClick={() =>
            update.mutate(
              { status: 'enabled' },
              {
                onSuccess: () => notifyDone('Enabled. Send again what it missed.'),
                onError: notifyProblem,
              },
            )
          }
        >
          Enable
        </Button>
      )}
      {mayUpdate && (
        <Button
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden="true" />}
          onClick={() => setAsked('edit')}
        >
          Edit
        </Button>
      )}
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayUpdate && (
            <Menu.Item
              leftSection={<IconRefresh size={16} aria-hidden="true" />}
              onClick={() => setAsked('rotate')}
            >
              Make a new {endpoint.signature === 'hmac' ? 'secret' : 'key pair'}
            </Menu.Item>
          )}
          {mayUpdate && endpoint.status === 'enabled' && (
            <Menu.Item
              leftSection={<IconPlayerPause size={16} aria-hidden="true" />}
              onClick={() => setAsked('disable')}
            >
              Disable
            </Menu.Item>
          )}
          {mayDelete && (
            <Menu.Item
              leftSection={<IconTrash size={16} aria-hidden="true" />}
              color="var(--mg-bad-fg)"
              onClick={() => setAsked('delete')}
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asked === 'edit' && <EditEndpointDialog endpoint={endpoint} onClose={close} />}
      {asked === 'rotate' && <RotateSecretDialog endpoint={endpoint} onClose={close} />}
      <ConfirmDialog
        isOpen={asked === 'disable'}
        onClose={close}
        title="Disable the endpoint"
        confirmLabel="Disable"
        onConfirm={async () => {
          await update.mutateAsync({ status: 'disabled' });
          notifyDone('Disabled');
        }}
      >
        It is sent nothing from now on, and what waits for it is cancelled. After it is enabled again, what
        was cancelled can be sent.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'delete'}
        onClose={close}
        title="Delete the endpoint"
        confirmLabel="Delete it"
        isDangerous
        onConfirm={async () => {
          await remove.mutateAsync();
          notifyDone('The endpoint is deleted.');
          navigate('/webhooks');
        }}
      >
        It goes with its deliveries and its secret, for ever. {endpoint.url} is sent nothing more.
      </ConfirmDialog>
    </>
  );
}
