// EmailEngine's endpoint for access tokens: what it gives away, and its switch.
import { Button, List, Stack, Text } from '@mantine/core';
import { IconLockOpen, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useChangeSettings } from '../../api/settings.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { Panel } from '../../components/panel.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';

export function TokenEndpoint({ isOn }: { isOn: boolean }) {
  const change = useChangeSettings();
  const [isAsked, setAsked] = useState(false);
  const turnOff = (): void =>
    change.mutate(
      { oauth_tokens_api: false },
      { onSuccess: () => notifyDone('It answers no more.'), onError: notifyProblem },
    );
  return (
    <Panel
      title="Access tokens for programs written for EmailEngine"
      note={<code>GET /v1/account/{'{account}'}/oauth-token</code>}
      actions={
        isOn ? (
          <Button variant="default" loading={change.isPending} onClick={turnOff}>
            Switch it off
          </Button>
        ) : (
          <Button variant="default" onClick={() => setAsked(true)}>
            Switch it on
          </Button>
        )
      }
    >
      <Stack gap="sm" align="flex-start">
        {isOn ? (
          <StatusBadge tone="warn" icon={IconLockOpen} label="On: it gives out access tokens" />
        ) : (
          <StatusBadge tone="ok" icon={IconShieldCheck} label="Off: it answers 403" />
        )}
        <Text size="sm">
          Off at first. Leave it off unless a program that was written for EmailEngine reads tokens here. The
          native API does not need it. While it is on, it gives away:
        </Text>
        <List size="sm" spacing={4}>
          <List.Item>
            the access token of every mailbox in this workspace, to whoever has an API key with the scope{' '}
            <code>tokens:read</code>, or with everything;
          </List.Item>
          <List.Item>
            with it, reading and sending mail as the owner, past this server, for about an hour; it cannot be
            called back;
          </List.Item>
          <List.Item>
            perhaps the API key: programs written for EmailEngine may put it into the URL, where proxies write
            it into their logs.
          </List.Item>
        </List>
        <Text size="sm">Every read is counted by key, and shown on the page of the mailbox.</Text>
      </Stack>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title="Switch on EmailEngine's token endpoint"
        confirmLabel="Switch it on"
        isDangerous
        onConfirm={async () => {
          await change.mutateAsync({ oauth_tokens_api: true });
          notifyDone('It answers from now on.');
        }}
      >
        Programs can read the access token of every mailbox in this workspace with it. Tell those who look
        after the API keys: each key with <code>tokens:read</code> opens every mailbox.
      </ConfirmDialog>
    </Panel>
  );
}
