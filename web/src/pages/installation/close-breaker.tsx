// Sends calls somewhere again before the breaker's time is over.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useInstallationActions } from '../../api/installation-actions.ts';
import { useMay } from '../../app/session-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone } from '../../components/notify.ts';

type Props = { breakerKey: string; name: string };

export function CloseBreaker({ breakerKey, name }: Props) {
  const may = useMay();
  const { closeBreaker } = useInstallationActions();
  const [isAsked, setAsked] = useState(false);
  if (!may('installation:update')) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Close the breaker of ${name}`}
        onClick={() => setAsked(true)}
      >
        Close
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={`Close the breaker of ${name}`}
        confirmLabel="Close it"
        onConfirm={async () => {
          await closeBreaker.mutateAsync(breakerKey);
          notifyDone(`Calls go to ${name} again.`);
        }}
      >
        Calls go there at once, from all processes. If the trouble lasts, the breaker opens by itself again.
        Nothing is lost by waiting: it is tried by itself.
      </ConfirmDialog>
    </>
  );
}
