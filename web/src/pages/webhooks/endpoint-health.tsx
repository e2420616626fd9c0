// Whether an endpoint gets what it should, as a badge with its reason.
import { IconAlertTriangle, IconBan, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { StatusBadge } from '../../components/status-badge.tsx';

/** Why it is switched off, and what to do. */
export const disabledWords = {
  caller: 'It was switched off here.',
  gone: 'It answered 410, which says that it is gone for good. Check the URL before you enable it again.',
  failing:
    'Nothing got through for five days. Mend what answers there, enable it, and send again what was missed.',
} as const satisfies Record<NonNullable<WebhookEndpoint['disabled_reason']>, string>;

export function EndpointHealth({ endpoint }: { endpoint: WebhookEndpoint }) {
  if (endpoint.status === 'disabled') {
    return endpoint.disabled_reason === 'caller' ? (
      <StatusBadge tone="off" icon={IconBan} label="Disabled" />
    ) : (
      <StatusBadge tone="bad" icon={IconCircleX} label="Disabled by the gateway" />
    );
  }
  if (endpoint.failing_since !== null) {
    return <StatusBadge tone="warn" icon={IconAlertTriangle} label="Failing" />;
  }
  return <StatusBadge tone="ok" icon={IconCircleCheck} label="Enabled" />;
}
