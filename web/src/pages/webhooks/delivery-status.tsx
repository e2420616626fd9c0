// The status of a delivery: its words, tone and sign, in one table.
import { Group } from '@mantine/core';
import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconFlask,
  type TablerIcon,
} from '@tabler/icons-react';
import type { DeliveryStatus, WebhookDelivery } from '../../api/webhook-deliveries.ts';
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

type Told = Pick<WebhookDelivery, 'status' | 'is_test'>;

/** A test event is sent once: nothing follows from what became of it. */
export const meaningOf = ({ status, is_test: isTest }: Told): string =>
  isTest ? 'A test event, which is sent once.' : deliveryStatuses[status].meaning;

export function DeliveryStatusBadge({ delivery }: { delivery: Told }) {
  const { tone, icon, label } = deliveryStatuses[delivery.status];
  return (
    <Group gap={6}>
      <StatusBadge tone={tone} icon={icon} label={label} />
      {delivery.is_test && <StatusBadge tone="off" icon={IconFlask} label="Test" />}
    </Group>
  );
}
