// What every type of event says about itself: under which name it gives the id of its object, what it tells, and an
// example of its data. docs/webhook-events.md, the OpenAPI document and test deliveries are made from this table; a
// type that is missing does not compile.
import { verdictOf } from '../diagnosis.ts';
import type { WebhookEventType } from './endpoint.ts';

export type EventDescription = {
  objectName: 'mailbox_id' | 'connect_session_id' | 'oauth_client_id' | 'workspace_id' | 'endpoint_id';
  /** When it is raised, in a sentence. */
  tells: string;
  /** Members of `data` beside the ids, the verdict and the reconnect link, which are added by themselves. */
  example: Readonly<Record<string, unknown>>;
};

const email = 'ada@example.com';
const { code, sentence, remedy, actor } = verdictOf('grant_ending_testing_mode');
const endingVerdict = { code, sentence, remedy, actor };
const sessionId = '019a2b8c-6f00-7a11-9c22-5d3e7f80a1b2';

export const eventCatalogue = {
  'mailbox.connected': {
    objectName: 'mailbox_id',
    tells:
      'A mailbox was connected. `connect_session_id` where it came of a connect session, `imported` where its tokens were handed over; `first_proof` where every transport was proved with them.',
    example: { email, connect_session_id: sessionId },
  },
  'mailbox.reconnected': {
    objectName: 'mailbox_id',
    tells:
      'A mailbox that was known before has a new grant, and keeps its id. `recovered` where a grant that was believed dead turned out to be alive.',
    example: { email, connect_session_id: sessionId },
  },
  'mailbox.verified': {
    objectName: 'mailbox_id',
    tells:
      'A verification proved every transport, and the one before had not. `first_proof` where nothing had proved them all since the mailbox was connected first.',
    example: {
      email,
      results: [
        { transport: 'imap', ok: true, reason: 'ok' },
        { transport: 'smtp', ok: true, reason: 'ok' },
      ],
    },
  },
  'mailbox.degraded': {
    objectName: 'mailbox_id',
    tells:
      'A verification failed in a new way (`results`), or the provider refuses to renew tokens for a reason that waiting does not mend (`reason`).',
    example: {
      email,
      results: [
        { transport: 'imap', ok: true, reason: 'ok' },
        { transport: 'smtp', ok: false, reason: 'smtp_auth_disabled_mailbox' },
      ],
    },
  },
  'mailbox.needs_reauthorization': {
    objectName: 'mailbox_id',
    tells: 'The provider no longer accepts the grant. No token is to be had until the owner reconnects.',
    example: { email, reason: 'grant_revoked' },
  },
  'mailbox.disabled': {
    objectName: 'mailbox_id',
    tells: 'A caller switched the mailbox off: no token is handed out.',
    example: { email },
  },
  'mailbox.enabled': {
    objectName: 'mailbox_id',
    tells: 'A caller switched the mailbox on again.',
    example: { email },
  },
  'mailbox.disconnected': {
    objectName: 'mailbox_id',
    tells: 'The mailbox was removed.',
    example: { email },
  },
  'mailbox.scopes_lost': {
    objectName: 'mailbox_id',
    tells: 'The provider no longer gives some of the permissions that it gave before.',
    example: { email, lost_scopes: ['https://mail.google.com/'] },
  },
  'mailbox.grant_ending': {
    objectName: 'mailbox_id',
    tells: 'The grant will end by itself at a known time, unless something is done.',
    example: {
      email,
      reason: 'testing_mode',
      ends_at: '2026-03-08T12:00:00.000Z',
      within_days: 3,
      days_left: 2,
      obstacle: null,
      verdict: endingVerdict,
    },
  },
  'connect_session.failed': {
    objectName: 'connect_session_id',
    tells: 'A connect session ended without a mailbox.',
    example: { reason: 'access_denied' },
  },
  'connect_session.waiting_for_admin': {
    objectName: 'connect_session_id',
    tells: 'The organisation of the mailbox wants its administrator to approve first.',
    example: {},
  },
  'connect_session.admin_consented': {
    objectName: 'connect_session_id',
    tells: 'An administrator approved, as the provider says: the owner may try again.',
    example: {},
  },
  'connect_session.waiting_for_confirmation': {
    objectName: 'connect_session_id',
    tells: 'The owner consented; nothing is connected until your backend confirms.',
    example: {},
  },
  'oauth_client.paused': {
    objectName: 'oauth_client_id',
    tells: 'The provider refuses the OAuth client itself. Its mailboxes and their grants stay as they are.',
    example: { reason: 'client_secret_expired', trace_id: null, correlation_id: null },
  },
  'oauth_client.resumed': {
    objectName: 'oauth_client_id',
    tells: 'A paused OAuth client is in use again.',
    example: {},
  },
  'oauth_client.credential_expiring': {
    objectName: 'oauth_client_id',
    tells: 'The credential of an OAuth client ends soon. With `has_next` another one takes over by itself.',
    example: { within_days: 14, expires_at: '2026-03-15T12:00:00.000Z', has_next: false },
  },
  'oauth_client.credential_rotated': {
    objectName: 'oauth_client_id',
    tells: 'The next credential of an OAuth client took the place of the one that the provider refused.',
    example: { expires_at: '2027-03-01T12:00:00.000Z' },
  },
  'oauth_client.deleted': {
    objectName: 'oauth_client_id',
    tells: 'An OAuth client was deleted. Mailboxes that it served must be reconnected.',
    example: {},
  },
  'workspace.deleted': {
    objectName: 'workspace_id',
    tells: 'A workspace was deleted. The installation is told, not the workspace.',
    example: { name: 'Acme' },
  },
  'webhook_endpoint.disabled': {
    objectName: 'endpoint_id',
    tells:
      'An endpoint was switched off by the gateway: it answered 410 (`gone`), or took nothing for five days (`failing`). The other endpoints are told.',
    example: { disabled_reason: 'failing', failing_since: '2026-02-24T12:00:00.000Z' },
  },
  'webhook.test': {
    objectName: 'endpoint_id',
    tells: 'A caller tries an endpoint. It is sent to that endpoint alone, whatever types it wants.',
    example: {},
  },
} as const satisfies Record<WebhookEventType, EventDescription>;

/** All of them, in the order of the table. */
export const webhookEventTypes: readonly WebhookEventType[] = Object.keys(eventCatalogue).filter(
  (name): name is WebhookEventType => Object.hasOwn(eventCatalogue, name),
);
