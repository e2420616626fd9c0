// The state of a breaker, in words that say what happens to calls.
import { IconCircleCheck, IconClock, IconPlugConnectedX } from '@tabler/icons-react';
import type { Installation } from '../../api/installation-actions.ts';
import { StatusBadge } from '../../components/status-badge.tsx';

export type BreakerStatus = Installation['providers'][number]['breaker']['status'];

export const breakerBadges = {
  closed: <StatusBadge tone="ok" icon={IconCircleCheck} label="Closed: calls go there" />,
  open: <StatusBadge tone="bad" icon={IconPlugConnectedX} label="Open: left alone" />,
  probing: <StatusBadge tone="warn" icon={IconClock} label="Probing: one call tries" />,
} as const satisfies Record<BreakerStatus, React.ReactNode>;
