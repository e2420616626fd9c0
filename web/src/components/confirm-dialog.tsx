// Asks before something is done that others will notice. What cannot be taken back is confirmed by typing a word.
import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { DialogActions } from './dialog-actions.tsx';
import { ErrorState } from './error-state.tsx';
import { useFocusBack } from './use-focus-back.ts';

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in plain words. */
  children: ReactNode;
  confirmLabel: string;
  isDangerous?: boolean;
  /** What has to be typed before it can be confirmed, such as the address of the mailbox. */
  typed?: string;
  /** Closes the dialog when it succeeds; what it throws is shown in it. */
  onConfirm: () => Promise<unknown>;
};

export function ConfirmDialog({ isOpen, onClose, title, ...rest }: Props) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close without doing anything' }}
    >
      {/* What was typed and what failed is gone when it opens anew. */}
      {isOpen && <Content onClose={onClose} {...rest} />}
    </Modal>
  );
}

type ContentProps = Omit<Props, 'isOpen' | 'title'>;

function Content({ onClose, children, confirmLabel, isDangerous = false, typed, onConfirm }: ContentProps) {
  useFocusBack();
  const [text, setText] = useState('');
  const [state, setState] = useState<{ isRunning: boolean; error: unknown }>({
    isRunning: false,
    error: null,
  });
  const [isWrong, setWrong] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const isRight = typed === undefined || text.trim() === typed;
    setWrong(!isRight);
    if (!isRight || state.isRunning) return;
    setState({ isRunning: true, error: null });
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setState({ isRunning: false, error });
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text component="div" size="sm">
          {children}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={`Type ${typed} to confirm`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={isWrong ? `This is not ${typed}.` : undefined}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        )}
        {state.error !== null && <ErrorState error={state.error} />}
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={isDangerous ? 'red.9' : 'pine'} loading={state.isRunning}>
            {confirmLabel}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
