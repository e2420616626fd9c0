// The status of a connect session: its words, tone, sign, and what happens next, in one table.
import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHourglass,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ConnectSessionStatus } from '../api/connect-sessions.ts';
import { StatusBadge, type Tone } from './status-badge.tsx';

type Look = { tone: Tone; icon: TablerIcon; label: string; next: string };

export const connectStatuses = {
  pending: {
    tone: 'info',
    icon: IconClock,
    label: 'Waits for the owner',
    next: 'The owner opens the link, signs in and allows access. This page follows by itself.',
  },
  waiting_for_admin: {
    tone: 'warn',
    icon: IconHourglass,
    label: 'Waits for an administrator',
    next: "The owner's organisation lets only an administrator approve. Afterwards the owner opens the same link again.",
  },
  insufficient_scope: {
    tone: 'warn',
    icon: IconAlertTriangle,
    label: 'Not all was allowed',
    next: 'The owner left a box unticked. The same link works: they try again and tick every box.',
  },
  wrong_mailbox: {
    tone: 'warn',
    icon: IconAlertTriangle,
    label: 'Wrong account',
    next: 'The owner signed in to another account. The same link works: they try again with the right one.',
  },
  declined: {
    tone: 'warn',
    icon: IconBan,
    label: 'Declined',
    next: 'The owner pressed cancel. The same link works, should they change their mind.',
  },
  waiting_for_confirmation: {
    tone: 'warn',
    icon: IconHourglass,
    label: 'Waits for your backend',
    next: 'The owner allowed it. Your backend confirms with the code that came to the return URL.',
  },
  connected: { tone: 'ok', icon: IconCircleCheck, label: 'Connected', next: 'The mailbox is ready.' },
  failed: {
    tone: 'bad',
    icon: IconCircleX,
    label: 'Failed',
    next: 'The link no longer works. Make a new one.',
  },
  cancelled: { tone: 'off', icon: IconBan, label: 'Cancelled', next: 'The link no longer works.' },
  expired: {
    tone: 'off',
    icon: IconClock,
    label: 'Expired',
    next: 'Nobody finished in time, and the link no longer works. Make a new one.',
  },
} as const satisfies Record<ConnectSessionStatus, Look>;

export const connectStatusNames = [
  'pending',
  'waiting_for_admin',
  'insufficient_scope',
  'wrong_mailbox',
  'declined',
  'waiting_for_confirmation',
  'connected',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly ConnectSessionStatus[];

export function ConnectStatusBadge({ status }: { status: ConnectSessionStatus }) {
  const { tone, icon, label } = connectStatuses[status];
  return <StatusBadge tone={tone} icon={icon} label={label} />;
}
