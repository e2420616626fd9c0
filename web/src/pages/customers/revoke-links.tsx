// Ends all customer links that were handed out so far.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useRevokeCustomerLinks } from '../../api/connect-sessions.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { notifyDone } from '../../components/notify.ts';
import { Panel } from '../../components/panel.tsx';

export function RevokeLinks() {
  const revoke = useRevokeCustomerLinks();
  const [isAsked, setAsked] = useState(false);
  return (
    <Panel
      title="Take back all customer links"
      note="When a link came into wrong hands. Mailboxes that are connected stay connected."
      tone="danger"
      actions={
        <Button variant="default" onClick={() => setAsked(true)}>
          Take back all links
        </Button>
      }
    >
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title="Take back all customer links"
        confirmLabel="Take back all links"
        isDangerous
        onConfirm={async () => {
          await revoke.mutateAsync();
          notifyDone('All customer links are over.');
        }}
      >
        Every customer link of this workspace ends at once, for all customers. Those who shall go on need new
        ones.
      </ConfirmDialog>
    </Panel>
  );
}
