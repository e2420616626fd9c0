// Deliveries of all endpoints.
import { Page } from '../../components/page.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { DeliveryList } from './delivery-list.tsx';

export function WebhookDeliveriesPage() {
  return (
    <Page
      title="Webhook deliveries"
      above={<TextLink href="/webhooks">All endpoints</TextLink>}
      lead="What was sent to endpoints, and how it fared. They are kept for some weeks after their end."
    >
      <DeliveryList endpointId={null} />
    </Page>
  );
}
