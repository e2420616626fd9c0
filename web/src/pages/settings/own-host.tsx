// The host of the workspace's own on which its pages are. Only keys of the installation may set it: it needs a name, a
// certificate and a proxy that the operator looks after.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChangeSettings } from '../../api/settings.ts';
import { useSession } from '../../app/session-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDraft } from '../../components/use-draft.ts';

export function OwnHost({ origin }: { origin: string | null }) {
  const { is_installation: isInstallation } = useSession();
  const change = useChangeSettings();
  const { fields, enter, sending, overtaken } = useDraft({ text: origin ?? '' });
  const { text } = fields;
  const [isAsked, setAsked] = useState(false);
  const entered = text.trim() === '' ? null : text.trim();
  return (
    <Panel
      title="Host of its own"
      note="Scheme and host of the connect pages, such as https://connect.acme.example. The name of this server then appears nowhere on them."
    >
      {isInstallation ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(true);
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Origin"
              description="Empty = the host of this server."
              placeholder="https://connect.acme.example"
              maxLength={512}
              spellCheck={false}
              value={text}
              onChange={(event) => enter({ text: event.currentTarget.value })}
            />
            <OvertakenNote names={overtaken.map(() => 'Origin')} />
            <Group>
              <Button type="submit" disabled={entered === origin}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Text size="sm">
          {origin === null ? 'None: the pages are on the host of this server.' : <code>{origin}</code>}{' '}
          Whoever runs this installation can change it.
        </Text>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title="Move the pages to another host"
        confirmLabel="Move them"
        onConfirm={async () => {
          const saved = sending();
          await change.mutateAsync({ branding: { origin: entered } });
          saved();
          notifyDone('The pages are on another host now.');
        }}
      >
        The redirect URI of every OAuth client of this workspace changes with it. Enter the new ones at the
        providers, or nobody can sign in. The name must lead to this server, with a certificate.
      </ConfirmDialog>
    </Panel>
  );
}
