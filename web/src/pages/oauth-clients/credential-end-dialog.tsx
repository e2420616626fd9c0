// Says when the current secret ends, for whoever learned of it later.
import { Button, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type OAuthClient, useOAuthClientActions } from '../../api/oauth-client.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { dayOf, EndDate, endOfDay } from '../../components/end-date.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { useFocusBack } from '../../components/use-focus-back.ts';

export function CredentialEndDialog({ client, onClose }: { client: OAuthClient; onClose: () => void }) {
  useFocusBack();
  const { update } = useOAuthClientActions(client.id);
  const known = client.credential.expires_at;
  const [day, setDay] = useState(known === null ? '' : dayOf(new Date(known)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    update.mutate(
      { client_secret_expires_at: endOfDay(day) },
      {
        onSuccess: () => {
          notifyDone('Saved');
          onClose();
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Set the end of the secret"
      centered
      closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <EndDate
            label="Ends on"
            description="As the provider shows it. Empty = no known end, and no warning."
            value={day}
            onChange={setDay}
          />
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
