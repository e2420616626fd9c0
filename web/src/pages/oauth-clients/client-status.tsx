// The state of an OAuth client, and how long its credential is good, each as a badge.
import { IconAlertTriangle, IconCircleCheck, IconClock, IconPlayerPause } from '@tabler/icons-react';
import type { OAuthClient } from '../../api/oauth-client.ts';
import { Moment } from '../../components/moment.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';

export function ClientStatusBadge({ status }: Pick<OAuthClient, 'status'>) {
  return status === 'paused' ? (
    <StatusBadge tone="bad" icon={IconPlayerPause} label="Paused" />
  ) : (
    <StatusBadge tone="ok" icon={IconCircleCheck} label="Active" />
  );
}

const dayMs = 24 * 3600 * 1000;
/** From here on a console says it; the gateway raises events 30, 7 and 1 days before. */
const warnedDays = 30;

export type Ending = 'none' | 'far' | 'soon' | 'over';

export function endingOf(expiresAt: string | null): Ending {
  if (expiresAt === null) return 'none';
  const left = Date.parse(expiresAt) - Date.now();
  if (left <= 0) return 'over';
  return left < warnedDays * dayMs ? 'soon' : 'far';
}

export function CredentialEnd({ expiresAt }: { expiresAt: string | null }) {
  const ending = endingOf(expiresAt);
  if (expiresAt === null) return 'No known end';
  return (
    <>
      <Moment at={expiresAt} form={ending === 'far' ? 'full' : 'ago'} />{' '}
      {ending === 'over' && <StatusBadge tone="bad" icon={IconAlertTriangle} label="Ended" />}
      {ending === 'soon' && <StatusBadge tone="warn" icon={IconClock} label="Ends soon" />}
    </>
  );
}
