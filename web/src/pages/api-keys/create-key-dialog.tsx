// Makes an API key, and shows it this once.
import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useCreateApiKey } from '../../api/api-keys.ts';
import type { ApiKeyScope } from '../../api/session.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { EndDate, endOfDay } from '../../components/end-date.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { ScopePicker } from './scope-picker.tsx';

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  useFocusBack();
  const { workspaceId } = useWorkspace();
  const create = useCreateApiKey();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly ApiKeyScope[]>([]);
  const [end, setEnd] = useState('');
  const [areMissingShown, setMissingShown] = useState(false);
  const isNameMissing = name.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissingShown(true);
    if (isNameMissing || scopes.length === 0) return;
    create.mutate({ name: name.trim(), scopes: [...scopes], expires_at: endOfDay(end) });
  };
  const isInstallation = workspaceId === null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={create.data ? 'The key is made' : 'Make an API key'}
      size="xl"
      centered
      // The key would be gone by a slip of the hand.
      closeOnClickOutside={create.data === undefined}
      closeOnEscape={create.data === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {create.data ? (
        <Stack>
          <ShownOnce title="Copy it now: it is not shown again" text={create.data.key} copyLabel="Copy key">
            Keep it where your program keeps its secrets. Whoever has it may do what its scopes allow.
          </ShownOnce>
          <DialogActions>
            <Button onClick={onClose}>I have copied it</Button>
          </DialogActions>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <Text size="sm">
              {isInstallation
                ? 'No workspace is chosen: this key is of the installation and may act in every workspace.'
                : 'It acts in this workspace only.'}
            </Text>
            <TextInput
              label="Name"
              description="Of the program that gets it, so that it is known later what it is for."
              maxLength={200}
              value={name}
              error={areMissingShown && isNameMissing ? 'Give it a name.' : undefined}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <ScopePicker
              scopes={scopes}
              onChange={setScopes}
              isInstallation={isInstallation}
              error={areMissingShown && scopes.length === 0 ? 'Tick at least one.' : null}
            />
            <EndDate
              label="Ends on"
              description="Empty = it is good until it is revoked."
              value={end}
              onChange={setEnd}
            />
            {create.error !== null && <ErrorState error={create.error} />}
            <DialogActions>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Make the key
              </Button>
            </DialogActions>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
