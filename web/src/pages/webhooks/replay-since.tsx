// Sends again what an endpoint missed since a moment.
import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRepeat } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useWebhookEndpointActions } from '../../api/webhook-endpoints.ts';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { dayOf } from '../../components/end-date.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { useFocusBack } from '../../components/use-focus-back.ts';

const missed = 'missed';
const choice = [
  { value: missed, label: 'Those that failed or were cancelled' },
  { value: 'failed', label: 'Those that failed' },
  { value: 'cancelled', label: 'Those that were cancelled' },
  { value: 'delivered', label: 'Those that were delivered' },
] as const;

type Choice = (typeof choice)[number]['value'];

export function ReplaySince({ endpointId }: { endpointId: string }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconRepeat size={15} aria-hidden="true" />}
        onClick={dialog.open}
      >
        Send again since …
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title="Send again since a moment"
        centered
        closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
      >
        {isOpen && <Form endpointId={endpointId} onClose={dialog.close} />}
      </Modal>
    </>
  );
}

/** What a field of date and time takes: yesterday at this time, where the person is. */
function yesterday(): string {
  const then = new Date(Date.now() - 24 * 3600 * 1000);
  return `${dayOf(then)}T${String(then.getHours()).padStart(2, '0')}:${String(then.getMinutes()).padStart(2, '0')}`;
}

function Form({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  useFocusBack();
  const { replay } = useWebhookEndpointActions(endpointId);
  const [since, setSince] = useState(yesterday);
  const [which, setWhich] = useState<Choice>(missed);
  const at = new Date(since);
  const isWrong = Number.isNaN(at.getTime());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWrong) return;
    replay.mutate(
      { since: at.toISOString(), ...(which === missed ? {} : { status: which }) },
      {
        onSuccess: () => {
          notifyDone('They are sent again, a thousand at most. The list shows how they fare.');
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          type="datetime-local"
          label="Made at this time or later"
          value={since}
          error={isWrong ? 'Enter a day and a time.' : undefined}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <Select
          label="Which"
          data={[...choice]}
          allowDeselect={false}
          value={which}
          onChange={(value) => setWhich(choice.find((known) => known.value === value)?.value ?? missed)}
        />
        {replay.error !== null && <ErrorState error={replay.error} />}
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={replay.isPending}>
            Send again
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
