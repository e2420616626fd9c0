// The types of events that webhooks tell of, by what they are about, each with what it means.
import type { WebhookDelivery } from '../../../sdk/src/index.ts';

export type EventType = WebhookDelivery['event_type'];

/** What can be chosen for an endpoint; a test event reaches it whatever was chosen. */
type ChosenType = Exclude<EventType, 'webhook.test'>;

export const eventTypeMeanings = {
  'mailbox.connected': 'A mailbox was connected',
  'mailbox.reconnected': 'A known mailbox has a new grant',
  'mailbox.verified': 'A verification succeeded, and the one before had not',
  'mailbox.degraded': 'A transport no longer works',
  'mailbox.needs_reauthorization': 'The grant is over: the owner must reconnect',
  'mailbox.disabled': 'A mailbox was switched off here',
  'mailbox.enabled': 'A mailbox was switched on again',
  'mailbox.disconnected': 'A mailbox was removed',
  'mailbox.scopes_lost': 'The provider gives fewer scopes than before',
  'mailbox.grant_ending': 'The grant will end by itself soon',
  'connect_session.failed': 'A session ended without a mailbox',
  'connect_session.waiting_for_admin': 'An administrator must approve first',
  'connect_session.admin_consented': 'The administrator approved',
  'connect_session.waiting_for_confirmation': 'Your backend must confirm',
  'oauth_client.paused': 'The provider refuses the OAuth client',
  'oauth_client.resumed': 'It is in use again',
  'oauth_client.credential_expiring': 'Its credential ends soon',
  'oauth_client.credential_rotated': 'The next credential took over',
  'oauth_client.deleted': 'It was deleted',
  'workspace.deleted': 'A workspace was deleted (told to the installation)',
  'webhook_endpoint.disabled': 'Another endpoint was switched off by the gateway',
} as const satisfies Record<ChosenType, string>;

const titles: Record<string, string> = {
  mailbox: 'Mailboxes',
  connect_session: 'Connect sessions',
  oauth_client: 'OAuth clients',
  workspace: 'Workspaces',
  webhook_endpoint: 'Webhook endpoints',
};

const isChosenType = (text: string): text is ChosenType => Object.hasOwn(eventTypeMeanings, text);

export const chosenTypes: readonly ChosenType[] = Object.keys(eventTypeMeanings).filter(isChosenType);

/** In the order of the table, by what they are about. */
export const eventTypeGroups: readonly { title: string; types: readonly ChosenType[] }[] = [
  ...Map.groupBy(chosenTypes, (type) => type.split('.')[0] ?? ''),
].map(([noun, types]) => ({ title: titles[noun] ?? noun, types }));

export const allEventTypes: readonly EventType[] = [...chosenTypes, 'webhook.test'];
