// The current and the next credential, without their text: what is entered comes out nowhere.
import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { type Credential, type OAuthClient, useOAuthClientActions } from '../../api/oauth-client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { notifyDone } from '../../components/notify.ts';
import { Panel } from '../../components/panel.tsx';
import { CredentialEnd } from './client-status.tsx';
import { credentialLabels } from './client-words.ts';
import { CredentialDialog, type CredentialPlace } from './credential-dialog.tsx';
import { CredentialEndDialog } from './credential-end-dialog.tsx';

type Asked = CredentialPlace | 'end' | 'remove-next' | null;

export function Credentials({ client, mayChange }: { client: OAuthClient; mayChange: boolean }) {
  const [asked, setAsked] = useState<Asked>(null);
  const { update } = useOAuthClientActions(client.id);
  const close = (): void => setAsked(null);
  const { credential, next_credential: next } = client;
  return (
    <Panel
      title="Credentials"
      note="Enter the next one ahead of a rotation. It takes over by itself when the provider refuses the current one."
    >
      <Stack gap="md">
        <div>
          <Title order={3} size="h6" mb="xs">
            Current
          </Title>
          <Facts facts={factsOf(credential)} />
          {mayChange && (
            <Group gap="xs" mt="sm">
              <Button size="xs" variant="default" onClick={() => setAsked('current')}>
                Replace it
              </Button>
              {credential.kind === 'secret' && (
                <Button size="xs" variant="default" onClick={() => setAsked('end')}>
                  Set its end
                </Button>
              )}
            </Group>
          )}
        </div>
        <div>
          <Title order={3} size="h6" mb="xs">
            Next
          </Title>
          {next === null ? <Text size="sm">None is entered.</Text> : <Facts facts={factsOf(next)} />}
          {mayChange && (
            <Group gap="xs" mt="sm">
              <Button size="xs" variant="default" onClick={() => setAsked('next')}>
                {next === null ? 'Enter the next one' : 'Replace the next one'}
              </Button>
              {next !== null && (
                <Button size="xs" variant="default" onClick={() => setAsked('remove-next')}>
                  Remove the next one
                </Button>
              )}
            </Group>
          )}
        </div>
      </Stack>
      {(asked === 'current' || asked === 'next') && (
        <CredentialDialog client={client} place={asked} onClose={close} />
      )}
      {asked === 'end' && <CredentialEndDialog client={client} onClose={close} />}
      <ConfirmDialog
        isOpen={asked === 'remove-next'}
        onClose={close}
        title="Remove the next credential"
        confirmLabel="Remove it"
        isDangerous
        onConfirm={async () => {
          await update.mutateAsync({ next_credential: null });
          notifyDone('The next credential is removed.');
        }}
      >
        Nothing takes over then when the provider refuses the current one.
      </ConfirmDialog>
    </Panel>
  );
}

const factsOf = (credential: Credential): Fact[] => [
  { name: 'Kind', value: credentialLabels[credential.kind] },
  {
    name: 'Held',
    value:
      credential.held === 'here' ? (
        'Here, sealed'
      ) : (
        <>
          By the operator
          {credential.reference !== null && (
            <>
              , as <Code>{credential.reference}</Code>
            </>
          )}
        </>
      ),
  },
  { name: 'Ends', value: <CredentialEnd expiresAt={credential.expires_at} /> },
  { name: 'Entered', value: <Moment at={credential.added_at} form="full" /> },
];
