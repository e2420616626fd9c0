// What few need: limits on what may be connected, folded away.
import { Checkbox, Stack, TextInput } from '@mantine/core';
import type { Provider } from '../../api/mailboxes.ts';
import classes from './connect-limits.module.css';

export type Limits = {
  sharedMailbox: string;
  isManagedOnly: boolean;
  isExclusive: boolean;
  isRetryable: boolean;
};

export const noLimits: Limits = {
  sharedMailbox: '',
  isManagedOnly: false,
  isExclusive: false,
  isRetryable: true,
};

type Props = { limits: Limits; provider: Provider; onChange: (limits: Limits) => void };

export function ConnectLimits({ limits, provider, onChange }: Props) {
  return (
    <details className={classes.limits}>
      <summary>More</summary>
      <Stack gap="sm">
        {provider === 'microsoft' && (
          <TextInput
            type="email"
            label="Shared mailbox"
            description="Address of a mailbox without a sign-in of its own; it is opened by whoever signs in."
            maxLength={254}
            value={limits.sharedMailbox}
            onChange={(event) => onChange({ ...limits, sharedMailbox: event.currentTarget.value })}
          />
        )}
        <Checkbox
          label="Mailboxes of an organisation only"
          description="Consumer accounts are refused."
          checked={limits.isManagedOnly}
          onChange={(event) => onChange({ ...limits, isManagedOnly: event.currentTarget.checked })}
        />
        <Checkbox
          label="Not if another workspace has it"
          description="A mailbox that another workspace of this installation has connected is refused."
          checked={limits.isExclusive}
          onChange={(event) => onChange({ ...limits, isExclusive: event.currentTarget.checked })}
        />
        <Checkbox
          label="Let the owner try again"
          description="After an unticked box, the wrong account or a cancel the same link goes on working."
          checked={limits.isRetryable}
          onChange={(event) => onChange({ ...limits, isRetryable: event.currentTarget.checked })}
        />
      </Stack>
    </details>
  );
}
