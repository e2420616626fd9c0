// The status of a mailbox: its words, tone and sign, in one table.
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconKey,
  IconPlayerPause,
  type TablerIcon,
} from '@tabler/icons-react';
import type { MailboxStatus } from '../api/mailboxes.ts';
import { StatusBadge, type Tone } from './status-badge.tsx';

type Look = { tone: Tone; icon: TablerIcon; label: string; meaning: string };

export const mailboxStatuses = {
  connected: { tone: 'ok', icon: IconCircleCheck, label: 'Connected', meaning: 'Everything works.' },
  verifying: {
    tone: 'info',
    icon: IconClock,
    label: 'Verifying',
    meaning: 'It is being proved for the first time.',
  },
  degraded: {
    tone: 'warn',
    icon: IconAlertTriangle,
    label: 'Degraded',
    meaning: 'The grant is alive, but a transport does not work.',
  },
  needs_reauthorization: {
    tone: 'bad',
    icon: IconKey,
    label: 'Needs reauthorization',
    meaning: 'The grant is over: the mailbox owner must reconnect.',
  },
  disabled: {
    tone: 'off',
    icon: IconPlayerPause,
    label: 'Disabled',
    meaning: 'Switched off here: no tokens, no verification. Its grant is kept alive.',
  },
} as const satisfies Record<MailboxStatus, Look>;

export const mailboxStatusNames = [
  'connected',
  'verifying',
  'degraded',
  'needs_reauthorization',
  'disabled',
] as const satisfies readonly MailboxStatus[];

export function MailboxStatusBadge({ status }: { status: MailboxStatus }) {
  const { tone, icon, label } = mailboxStatuses[status];
  return <StatusBadge tone={tone} icon={icon} label={label} />;
}
