// Changes where an endpoint is, what it is for, and which events it is told of.
import { Button, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useWebhookEndpointActions, type WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { useDraft } from '../../components/use-draft.ts';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { type EndpointDraft, EndpointFields, isComplete } from './endpoint-fields.tsx';

export function EditEndpointDialog({
  endpoint,
  onClose,
}: {
  endpoint: WebhookEndpoint;
  onClose: () => void;
}) {
  useFocusBack();
  const { update } = useWebhookEndpointActions(endpoint.id);
  const { fields, enter, overtaken } = useDraft<EndpointDraft>({
    url: endpoint.url,
    description: endpoint.description,
    types: endpoint.event_types,
  });
  const [areMissingShown, setMissingShown] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissingShown(true);
    if (!isComplete(fields)) return;
    const url = fields.url.trim();
    const description = fields.description.trim();
    update.mutate(
      {
        ...(url === endpoint.url ? {} : { url }),
        ...(description === endpoint.description ? {} : { description }),
        ...(fields.types === endpoint.event_types
          ? {}
          : { event_types: fields.types === null ? null : [...fields.types] }),
      },
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
      title="Edit the endpoint"
      size="xl"
      centered
      closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <EndpointFields draft={fields} onChange={enter} areMissingShown={areMissingShown} />
          <OvertakenNote names={overtaken.map((field) => labels[field])} />
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

const labels = { url: 'URL', description: 'Description', types: 'Events' };
