// The closed sets of words that columns hold, as tables that do not compile when a word is missing.
import type { ApiKeyScope } from '../core/api-keys.ts';
import type { AuditAction, AuditActor } from '../core/audit.ts';
import type { LogoMediaType } from '../core/branding.ts';
import type { CredentialKind } from '../core/client-credentials.ts';
import type { ExaminationStep } from '../core/client-examination.ts';
import type { Completion, ConnectSession } from '../core/connect-session.ts';
import type { EventType } from '../core/events.ts';
import type { GrantStatus } from '../core/grants.ts';
import type { BackgroundJob } from '../core/jobs/background-jobs.ts';
import type { GrantType, OAuthClient, ProviderName } from '../core/oauth-clients.ts';
import type { ChangeKind, Transport } from '../core/ports.ts';
import type { MailboxStatusName } from '../core/verification.ts';
import type { WebhookDeliveryStatus, WebhookFailure } from '../core/webhooks/delivery.ts';
import type {
  WebhookDisabledReason,
  WebhookEndpoint,
  WebhookEventType,
  WebhookFormat,
  WebhookSignature,
} from '../core/webhooks/endpoint.ts';

export const apiKeyScopes = {
  'workspaces:manage': 1,
  'api_keys:read': 1,
  'api_keys:create': 1,
  'api_keys:delete': 1,
  'oauth_clients:read': 1,
  'oauth_clients:create': 1,
  'oauth_clients:update': 1,
  'oauth_clients:delete': 1,
  'connect_sessions:read': 1,
  'connect_sessions:create': 1,
  'settings:update': 1,
  'mailboxes:create': 1,
  'mailboxes:read': 1,
  'mailboxes:update': 1,
  'mailboxes:delete': 1,
  'tokens:read': 1,
  'accounts:read': 1,
  'accounts:create': 1,
  'accounts:update': 1,
  'accounts:delete': 1,
  'events:read': 1,
  'webhooks:read': 1,
  'webhooks:create': 1,
  'webhooks:update': 1,
  'webhooks:delete': 1,
  'audit:read': 1,
  'people:read': 1,
  'people:delete': 1,
  'installation:read': 1,
  'installation:update': 1,
  all: 1,
} as const satisfies Record<ApiKeyScope, 1>;

export const providerNames = { google: 1, microsoft: 1 } as const satisfies Record<ProviderName, 1>;

export const logoMediaTypes = {
  'image/png': 1,
  'image/jpeg': 1,
  'image/webp': 1,
} as const satisfies Record<LogoMediaType, 1>;

export const profiles = { full: 1, api: 1, send_only: 1 } as const satisfies Record<
  ConnectSession['profile'],
  1
>;

export const completions = { result_page: 1, redirect: 1, confirm: 1 } as const satisfies Record<
  Completion,
  1
>;

export const grantTypes = {
  authorization_code: 1,
  jwt_bearer: 1,
  client_credentials: 1,
} as const satisfies Record<GrantType, 1>;

export const credentialKinds = {
  secret: 1,
  certificate: 1,
  service_account_key: 1,
} as const satisfies Record<CredentialKind, 1>;

export const examinationSubjects = {
  directory: 1,
  client_id: 1,
  credential: 1,
  redirect_uri: 1,
  delegation: 1,
  expiry: 1,
  next_credential: 1,
  mailbox: 1,
} as const satisfies Record<ExaminationStep['subject'], 1>;

export const examinationResults = { passed: 1, failed: 1, unknown: 1 } as const satisfies Record<
  ExaminationStep['result'],
  1
>;

export const oauthClientStatuses = { active: 1, paused: 1 } as const satisfies Record<
  OAuthClient['status'],
  1
>;

export const grantStatuses = {
  active: 1,
  needs_reauthorization: 1,
} as const satisfies Record<GrantStatus, 1>;

export const eventTypes = {
  'mailbox.connected': 1,
  'mailbox.reconnected': 1,
  'mailbox.verified': 1,
  'mailbox.degraded': 1,
  'mailbox.needs_reauthorization': 1,
  'mailbox.disabled': 1,
  'mailbox.enabled': 1,
  'mailbox.disconnected': 1,
  'mailbox.scopes_lost': 1,
  'mailbox.grant_ending': 1,
  'connect_session.failed': 1,
  'connect_session.waiting_for_admin': 1,
  'connect_session.admin_consented': 1,
  'connect_session.waiting_for_confirmation': 1,
  'oauth_client.paused': 1,
  'oauth_client.resumed': 1,
  'oauth_client.credential_expiring': 1,
  'oauth_client.credential_rotated': 1,
  'oauth_client.deleted': 1,
  'workspace.deleted': 1,
  'webhook_endpoint.disabled': 1,
} as const satisfies Record<EventType, 1>;

export const webhookEventTypes = {
  ...eventTypes,
  'webhook.test': 1,
} as const satisfies Record<WebhookEventType, 1>;

export const webhookFormats = { standard: 1, emailengine: 1, smartlead: 1 } as const satisfies Record<
  WebhookFormat,
  1
>;

export const webhookSignatures = { hmac: 1, ed25519: 1 } as const satisfies Record<WebhookSignature, 1>;

export const webhookEndpointStatuses = { enabled: 1, disabled: 1 } as const satisfies Record<
  WebhookEndpoint['status'],
  1
>;

export const webhookDisabledReasons = { caller: 1, gone: 1, failing: 1 } as const satisfies Record<
  WebhookDisabledReason,
  1
>;

export const webhookDeliveryStatuses = {
  pending: 1,
  delivered: 1,
  failed: 1,
  cancelled: 1,
} as const satisfies Record<WebhookDeliveryStatus, 1>;

export const webhookFailures = {
  timeout: 1,
  forbidden_address: 1,
  name_not_resolved: 1,
  connection_refused: 1,
  tls_failed: 1,
  connection_broken: 1,
  not_signed: 1,
} as const satisfies Record<WebhookFailure, 1>;

export const backgroundJobTypes = {
  update_warmup: 1,
  verify_mailboxes: 1,
  enable_mailboxes: 1,
  disable_mailboxes: 1,
  disconnect_mailboxes: 1,
  set_customer: 1,
  erase_person: 1,
} as const satisfies Record<BackgroundJob['type'], 1>;

export const mailboxStatuses = {
  verifying: 1,
  connected: 1,
  degraded: 1,
  needs_reauthorization: 1,
  disabled: 1,
} as const satisfies Record<MailboxStatusName, 1>;

export const backgroundJobStatuses = {
  pending: 1,
  running: 1,
  success: 1,
  failed: 1,
} as const satisfies Record<BackgroundJob['status'], 1>;

export const transports = {
  imap: 1,
  smtp: 1,
  gmail_api: 1,
  graph: 1,
} as const satisfies Record<Transport, 1>;

/** The words of a table as a list. `Object.keys` alone forgets which words they are. */
export const wordsOf = <Word extends string>(words: Record<Word, unknown>): Word[] =>
  Object.keys(words).filter((word): word is Word => Object.hasOwn(words, word));

export const changeKinds = {
  api_key: 1,
  workspace: 1,
  mailbox: 1,
  grant: 1,
  oauth_client: 1,
  breaker: 1,
} as const satisfies Record<ChangeKind, 1>;

export const auditActorKinds = {
  api_key: 1,
  console: 1,
  command_line: 1,
  mailbox_owner: 1,
  gateway: 1,
} as const satisfies Record<AuditActor['kind'], 1>;

export const auditActions = {
  'workspace.created': 1,
  'workspace.updated': 1,
  'workspace.deleted': 1,
  'api_key.created': 1,
  'api_key.revoked': 1,
  'oauth_client.created': 1,
  'oauth_client.updated': 1,
  'oauth_client.examined': 1,
  'oauth_client.deleted': 1,
  'connect_session.created': 1,
  'connect_session.cancelled': 1,
  'connect_session.confirmed': 1,
  'customer_link.created': 1,
  'customer_links.revoked': 1,
  'mailbox.connected': 1,
  'mailbox.reconnected': 1,
  'mailbox.imported': 1,
  'mailbox.updated': 1,
  'mailbox.disconnected': 1,
  'mailboxes.changed': 1,
  'tag.created': 1,
  'tag.updated': 1,
  'customer.created': 1,
  'settings.updated': 1,
  'webhook_endpoint.created': 1,
  'webhook_endpoint.updated': 1,
  'webhook_endpoint.secret_rotated': 1,
  'webhook_endpoint.deleted': 1,
  'webhook_endpoint.tested': 1,
  'webhook_endpoint.disabled': 1,
  'webhook_delivery.replayed': 1,
  'console.signed_in': 1,
  'console.signed_out': 1,
  'keyring.rotated': 1,
  'block.lifted': 1,
  'breaker.closed': 1,
  'person.exported': 1,
  'person.erasure_requested': 1,
  'person.erased': 1,
} as const satisfies Record<AuditAction, 1>;
