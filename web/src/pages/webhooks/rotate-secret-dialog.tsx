// Makes a new secret or key pair. The old one signs for a day beside it, or ends at once when it has leaked.
import { Button, Modal, Radio, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useWebhookEndpointActions, type WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { EndpointSecret } from './endpoint-secret.tsx';

export function RotateSecretDialog({
  endpoint,
  onClose,
}: {
  endpoint: WebhookEndpoint;
  onClose: () => void;
}) {
  useFocusBack();
  const { rotate } = useWebhookEndpointActions(endpoint.id);
  const [isImmediate, setImmediate] = useState(false);
  const noun = endpoint.signature === 'hmac' ? 'secret' : 'key pair';
  const made = rotate.data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rotate.mutate({ isImmediate });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={made ? `The new ${noun}` : `Make a new ${noun}`}
      size="lg"
      centered
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {made ? (
        <Stack>
          <EndpointSecret secret={made.secret} publicKey={made.public_key} />
          <Text size="sm">
            {made.previous_secret_until === null ? (
              'The old one signs nothing any more.'
            ) : (
              <>
                The old one signs as well until <Moment at={made.previous_secret_until} form="full" />.
              </>
            )}
          </Text>
          <DialogActions>
            <Button onClick={onClose}>Done</Button>
          </DialogActions>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <Radio.Group
              label="The old one"
              value={isImmediate ? 'now' : 'later'}
              onChange={(value) => setImmediate(value === 'now')}
            >
              <Stack gap="xs" mt={6}>
                <Radio
                  value="later"
                  label="Signs beside the new one for 24 hours"
                  description="Your program takes webhooks all the time, whichever it knows."
                />
                <Radio
                  value="now"
                  label="Ends at once"
                  description="When it has leaked. Your program refuses webhooks until it has the new one; they are tried again."
                />
              </Stack>
            </Radio.Group>
            {rotate.error !== null && <ErrorState error={rotate.error} />}
            <DialogActions>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" color={isImmediate ? 'red.9' : 'pine'} loading={rotate.isPending}>
                Make a new {noun}
              </Button>
            </DialogActions>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
