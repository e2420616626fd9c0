// The status of a delivery: its words, tone and sign, in one table.
import { IconBan, IconCircleCheck, IconCircleX, IconClock, type TablerIcon } from '@tabler/icons-react';
import type { DeliveryStatus } from '../../api/webhook-deliveries.ts';
import { StatusBadge, type Tone } from '../../components/status-badge.tsx';

type Look = { tone: Tone; icon: TablerIcon; label: string; meaning: string };

export const deliveryStatuses = {
  pending: { tone: 'info', icon: IconClock, label: 'Pending', meaning: 'It will be tried, or tried again.' },
  delivered: {
    tone: 'ok',
    icon: IconCircleCheck,
    label: 'Delivered',
    meaning: 'The endpoint answered with success.',
  },
  failed: {
    tone: 'bad',
    icon: IconCircleX,
    label: 'Failed',
    meaning: 'Given up after all attempts, and kept. Send it again when the endpoint works.',
  },
  cancelled: {
    tone: 'off',
    icon: IconBan,
    label: 'Cancelled',
    meaning: 'Its endpoint was disabled before it got through.',
  },
} as const satisfies Record<DeliveryStatus, Look>;

export function DeliveryStatusBadge({ status }: { status: DeliveryStatus }) {
  const { tone, icon, label } = deliveryStatuses[status];
  return <StatusBadge tone={tone} icon={icon} label={label} />;
}
