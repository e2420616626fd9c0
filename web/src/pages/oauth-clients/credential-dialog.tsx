// Enters a credential: in place of the current one at once, or as the next one.
import { Button, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type OAuthClient, useOAuthClientActions } from '../../api/oauth-client.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { credentialKindsOf } from './client-words.ts';
import { CredentialFields, emptyCredential, enteredOf } from './credential-fields.tsx';

export type CredentialPlace = 'current' | 'next';

const words = {
  current: {
    title: 'Replace the current credential',
    note: 'The one that is there now is wiped. If the provider still takes it, entering the other one as the next credential is the safer way.',
    done: 'The credential is replaced.',
  },
  next: {
    title: 'Enter the next credential',
    note: 'It waits until the provider refuses the current one, and takes over then, without anybody doing anything. Examine the OAuth client afterwards: that tries both.',
    done: 'The next credential is entered.',
  },
} as const satisfies Record<CredentialPlace, object>;

type Props = { client: OAuthClient; place: CredentialPlace; onClose: () => void };

export function CredentialDialog({ client, place, onClose }: Props) {
  useFocusBack();
  const { update } = useOAuthClientActions(client.id);
  const kinds = credentialKindsOf(client.provider, client.grant_type);
  const [draft, setDraft] = useState(() => emptyCredential(client.credential.kind));
  const [isMissing, setMissing] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const entered = enteredOf(draft);
    setMissing(entered === null);
    if (entered === null) return;
    update.mutate(place === 'current' ? { credential: entered } : { next_credential: entered }, {
      onSuccess: () => {
        notifyDone(words[place].done);
        onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={words[place].title}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text size="sm">{words[place].note}</Text>
          <CredentialFields draft={draft} kinds={kinds} onChange={setDraft} isMissing={isMissing} />
          {update.error !== null && <ErrorState error={update.error} />}
          <DialogActions>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </DialogActions>
        </Stack>
      </form>
    </Modal>
  );
}
