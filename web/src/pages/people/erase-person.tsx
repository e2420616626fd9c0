// Forgets the person whose address was entered; it has to be typed once more.
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Panel } from '../../components/panel.tsx';

type Props = { email: string; onErase: (email: string) => Promise<void> };

export function ErasePerson({ email, onErase }: Props) {
  const [isAsked, setAsked] = useState(false);
  return (
    <Panel
      title="Forget this person"
      note="For ever, in this workspace. Save what is held of them first if they asked for it."
      tone="danger"
      actions={
        <Button variant="default" disabled={email === ''} onClick={() => setAsked(true)}>
          Forget the person
        </Button>
      }
    >
      {email === '' && <Text size="sm">Enter an address of the person above.</Text>}
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={`Forget ${email}`}
        confirmLabel="Forget for ever"
        isDangerous
        typed={email}
        onConfirm={() => onErase(email)}
      >
        Their mailboxes are disconnected and their grants revoked at the provider where it can be done. Every
        record that names them is removed or rewritten. It goes on in the background, also when you leave this
        page; what it came to is shown here.
      </ConfirmDialog>
    </Panel>
  );
}
