// What the owner granted, and what the provider has stopped giving since.
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { Mailbox } from '../../api/mailboxes.ts';
import { Panel } from '../../components/panel.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import classes from './scopes.module.css';

export function Scopes({ mailbox: { scopes, lost_scopes: lost } }: { mailbox: Mailbox }) {
  return (
    <Panel title="Scopes" note="What the owner granted.">
      {scopes.length === 0 && <Text size="sm">None are known.</Text>}
      <ul className={classes.scopes}>
        {scopes.map((scope) => (
          <li key={scope} className={classes.scope}>
            <code>{scope}</code>
            {lost.includes(scope) ? (
              <StatusBadge tone="warn" icon={IconAlertTriangle} label="Lost" />
            ) : (
              <StatusBadge tone="ok" icon={IconCheck} label="Granted" />
            )}
          </li>
        ))}
      </ul>
      {lost.length > 0 && (
        <Text size="sm" mt="sm">
          The provider no longer gives what is marked as lost. The owner gets it back by the reconnect link
          above.
        </Text>
      )}
    </Panel>
  );
}
