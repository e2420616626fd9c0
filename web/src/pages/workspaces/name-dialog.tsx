// Asks for the name of a workspace, which mailbox owners see when they connect.
import { Button, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { useFocusBack } from '../../components/use-focus-back.ts';

type Props = {
  title: string;
  submitLabel: string;
  name: string;
  onClose: () => void;
  onSubmit: (name: string) => Promise<unknown>;
};

export function NameDialog({ title, submitLabel, name: given, onClose, onSubmit }: Props) {
  useFocusBack();
  const [name, setName] = useState(given);
  const [state, setState] = useState<{ isRunning: boolean; isMissing: boolean; error: unknown }>({
    isRunning: false,
    isMissing: false,
    error: null,
  });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const entered = name.trim();
    setState({ isRunning: entered !== '', isMissing: entered === '', error: null });
    if (entered === '') return;
    try {
      await onSubmit(entered);
      notifyDone('Saved');
      onClose();
    } catch (error) {
      setState({ isRunning: false, isMissing: false, error });
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
    >
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Stack>
          <TextInput
            label="Name"
            description="Mailbox owners see it when they connect."
            maxLength={200}
            value={name}
            error={state.isMissing ? 'Give it a name.' : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          {state.error !== null && <ErrorState error={state.error} />}
          <DialogActions>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.isRunning}>
              {submitLabel}
            </Button>
          </DialogActions>
        </Stack>
      </form>
    </Modal>
  );
}
