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
          Off at first. Leave it off unless a program that was written for EmailEngine reads tokens. The
          native API does not need it.
        </Text>
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
        <Text size="sm" mb="xs">
          From then on this endpoint gives the access token of every mailbox in this workspace to whoever has
          an API key with the scope <code>tokens:read</code>, or with all.
        </Text>
        <List size="sm" spacing="xs">
          <List.Item>
            With an access token one reads and sends mail as the owner, past this server, for about an hour.
            It cannot be called back.
          </List.Item>
          <List.Item>
            Programs written for EmailEngine may put the API key into the URL, where proxies write it into
            their logs.
          </List.Item>
          <List.Item>Every read is counted by key, and shown on the page of the mailbox.</List.Item>
        </List>
      </ConfirmDialog>
    </Panel>
  );
}
