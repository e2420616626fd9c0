// What can be done to the mailbox right away; what cannot be taken back asks for its address.
import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconCircleCheck,
  IconDots,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconPlugConnectedX,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { type Mailbox, useMailboxActions } from '../../api/mailboxes.ts';
import { useMay } from '../../app/session-context.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { mailboxStatuses } from '../../components/mailbox-status.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { disconnectionWords } from './disconnection-words.ts';

type Asked = 'disable' | 'disconnect' | null;

export function MailboxActions({ mailbox }: { mailbox: Mailbox }) {
  const may = useMay();
  const announce = useAnnounce();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Asked>(null);
  const { verify, update, disconnect } = useMailboxActions(mailbox.id);
  const isDisabled = mailbox.status === 'disabled';
  const close = (): void => setAsked(null);
  const enable = (): void =>
    update.mutate({ disabled: false }, { onSuccess: () => notifyDone('Enabled'), onError: notifyProblem });
  const verifyNow = (): void =>
    verify.mutate(undefined, {
      onSuccess: ({ status }) => announce(`Verified: ${mailboxStatuses[status].label}`),
      onError: notifyProblem,
    });
  return (
    <>
      {may('mailboxes:update') &&
        (isDisabled ? (
          <Button
            leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
            loading={update.isPending}
            onClick={enable}
          >
            Enable
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconCircleCheck size={16} aria-hidden="true" />}
            loading={verify.isPending}
            onClick={verifyNow}
          >
            Verify now
          </Button>
        ))}
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More actions">
            <IconDots size={18} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {may('connect_sessions:create') && (
            <Menu.Item
              leftSection={<IconPlugConnected size={16} aria-hidden="true" />}
              onClick={() => navigate(`/connect?mailbox=${mailbox.id}`)}
            >
              Reconnect by a link
            </Menu.Item>
          )}
          {may('mailboxes:update') && !isDisabled && (
            <Menu.Item
              leftSection={<IconPlayerPause size={16} aria-hidden="true" />}
              onClick={() => setAsked('disable')}
            >
              Disable
            </Menu.Item>
          )}
          {may('mailboxes:delete') && (
            <Menu.Item
              color="var(--mg-bad-fg)"
              leftSection={<IconPlugConnectedX size={16} aria-hidden="true" />}
              onClick={() => setAsked('disconnect')}
            >
              Disconnect
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        isOpen={asked === 'disable'}
        onClose={close}
        title="Disable this mailbox"
        confirmLabel="Disable"
        onConfirm={() => update.mutateAsync({ disabled: true })}
      >
        No tokens are handed out until it is enabled again; programs that use it will stop working. Its grant
        is kept alive, so nobody has to reconnect.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'disconnect'}
        onClose={close}
        title="Disconnect this mailbox"
        confirmLabel="Disconnect for good"
        isDangerous
        typed={mailbox.email}
        onConfirm={async () => {
          const { at_provider: atProvider } = await disconnect.mutateAsync();
          notifyDone(disconnectionWords[atProvider]);
          navigate('/mailboxes');
        }}
      >
        Its grant is revoked at the provider where that is possible, and forgotten here, with its settings.
        This cannot be taken back: the owner would have to connect anew.
      </ConfirmDialog>
    </>
  );
}
