// What each audited action means, in words, grouped by what it was done to.
import type { AuditAction } from '../../api/audit-entries.ts';

export const actionWords = {
  'mailbox.connected': 'Connected a mailbox',
  'mailbox.reconnected': 'Reconnected a mailbox',
  'mailbox.imported': 'Imported a mailbox',
  'mailbox.updated': 'Changed a mailbox',
  'mailbox.disconnected': 'Disconnected a mailbox',
  'mailboxes.changed': 'Changed many mailboxes',
  'connect_session.created': 'Made a connect session',
  'connect_session.cancelled': 'Cancelled a connect session',
  'connect_session.confirmed': 'Confirmed a connect session',
  'customer_link.created': 'Made a customer link',
  'customer_links.revoked': 'Took back all customer links',
  'customer.created': 'Made a customer',
  'tag.created': 'Made a tag',
  'tag.updated': 'Changed a tag',
  'oauth_client.created': 'Added an OAuth client',
  'oauth_client.updated': 'Changed an OAuth client',
  'oauth_client.examined': 'Examined an OAuth client',
  'oauth_client.deleted': 'Deleted an OAuth client',
  'webhook_endpoint.created': 'Added a webhook endpoint',
  'webhook_endpoint.updated': 'Changed a webhook endpoint',
  'webhook_endpoint.secret_rotated': 'Made a new webhook secret',
  'webhook_endpoint.deleted': 'Deleted a webhook endpoint',
  'webhook_endpoint.tested': 'Tried a webhook endpoint',
  'webhook_endpoint.disabled': 'Disabled a webhook endpoint',
  'webhook_delivery.replayed': 'Sent webhooks again',
  'api_key.created': 'Made an API key',
  'api_key.revoked': 'Revoked an API key',
  'settings.updated': 'Changed settings',
  'workspace.created': 'Made a workspace',
  'workspace.updated': 'Changed a workspace',
  'workspace.deleted': 'Deleted a workspace',
  'console.signed_in': 'Signed in to the console',
  'console.signed_out': 'Signed out of the console',
  'keyring.rotated': 'Rotated the keyring',
  'block.lifted': 'Lifted a block',
  'breaker.closed': 'Closed a breaker',
  'person.exported': 'Told what is held of a person',
  'person.erasure_requested': 'Asked to forget a person',
  'person.erased': 'Forgot a person',
} as const satisfies Record<AuditAction, string>;

const isAction = (text: string): text is AuditAction => Object.hasOwn(actionWords, text);

export const auditActions: readonly AuditAction[] = Object.keys(actionWords).filter(isAction);

export const actionChoice = auditActions.map((value) => ({ value, label: actionWords[value] }));
