// Makes an endpoint, and shows its secret this once.
import { Button, Modal, Radio, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { type NewEndpoint, useCreateWebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { type EndpointDraft, EndpointFields, isComplete } from './endpoint-fields.tsx';
import { EndpointSecret } from './endpoint-secret.tsx';

type Signature = NonNullable<NewEndpoint['signature']>;

export function CreateEndpointDialog({ onClose }: { onClose: () => void }) {
  useFocusBack();
  const create = useCreateWebhookEndpoint();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState<EndpointDraft>({ url: '', description: '', types: null });
  const [signature, setSignature] = useState<Signature>('hmac');
  const [areMissingShown, setMissingShown] = useState(false);
  const made = create.data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissingShown(true);
    if (!isComplete(draft)) return;
    create.mutate({
      url: draft.url.trim(),
      description: draft.description.trim(),
      event_types: draft.types === null ? null : [...draft.types],
      signature,
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? 'The endpoint is made' : 'Add an endpoint'}
      size="xl"
      centered
      // The secret would be gone by a slip of the hand.
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {made ? (
        <Stack>
          <EndpointSecret secret={made.secret} publicKey={made.public_key} />
          <DialogActions>
            <Button onClick={() => navigate(`/webhooks/${made.id}`)}>Go to the endpoint and try it</Button>
          </DialogActions>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <EndpointFields draft={draft} onChange={setDraft} areMissingShown={areMissingShown} />
            <Radio.Group
              label="Signature"
              value={signature}
              onChange={(value) => setSignature(value === 'ed25519' ? 'ed25519' : 'hmac')}
            >
              <Stack gap="xs" mt={6}>
                <Radio
                  value="hmac"
                  label="Shared secret (HMAC)"
                  description="What most libraries for Standard Webhooks take."
                />
                <Radio
                  value="ed25519"
                  label="Key pair (Ed25519)"
                  description="Your program holds the public half only, with which nothing can be forged."
                />
              </Stack>
            </Radio.Group>
            {create.error !== null && <ErrorState error={create.error} />}
            <DialogActions>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Add the endpoint
              </Button>
            </DialogActions>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
