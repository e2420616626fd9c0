// A webhook endpoint as it is stored: who hears of what, where, signed by which key. What may be done with one is in
// endpoints.ts; what is sent to it is in delivery.ts.
import type { EventType } from '../events.ts';
import type { Secret } from '../secret.ts';

/** `webhook.test` is no event of the outbox: it is sent when a caller tries an endpoint. */
export type WebhookEventType = EventType | 'webhook.test';

/** Whose body and headers: a member for each file of formats/. */
export type WebhookFormat = 'standard' | 'emailengine' | 'smartlead';

/** `hmac`: HMAC-SHA256 under a shared secret (`v1`). `ed25519`: a key pair, of which the receiver knows one half (`v1a`). */
export type WebhookSignature = 'hmac' | 'ed25519';

/** `caller`: somebody switched it off. `gone`: it answered 410. `failing`: it took nothing for days. */
export type WebhookDisabledReason = 'caller' | 'gone' | 'failing';

export type WebhookEndpoint = {
  id: string;
  /** Null = it hears of the installation's own events. */
  workspaceId: string | null;
  /** Set for an endpoint that hears of one connect session only. */
  connectSessionId: string | null;
  /** Set for an endpoint that hears of one mailbox only, in place of the one of its workspace and format. */
  mailboxId: string | null;
  url: string;
  description: string;
  /** Null = all. */
  eventTypes: WebhookEventType[] | null;
  format: WebhookFormat;
  signature: WebhookSignature;
  /** `whpk_...`; null for a shared secret. */
  publicKey: string | null;
  /** `whsec_...`, `whsk_...`, or what a vendor's format keeps (formats/vendor-key.ts). */
  secret: Secret<string>;
  /** Signs beside `secret` until `previousSecretUntil`. */
  previousSecret: Secret<string> | null;
  previousSecretUntil: number | null;
  status: 'enabled' | 'disabled';
  disabledReason: WebhookDisabledReason | null;
  disabledAt: number | null;
  /** Since when no attempt has succeeded; null while they do. */
  failingSince: number | null;
  /** Nothing is sent before: it asked for time. */
  heldUntil: number;
  createdAt: number;
  updatedAt: number;
};

/** The secrets that sign at this moment, the current one first. */
export const signingSecrets = (endpoint: WebhookEndpoint, now: number): Secret<string>[] =>
  endpoint.previousSecret !== null && (endpoint.previousSecretUntil ?? 0) > now
    ? [endpoint.secret, endpoint.previousSecret]
    : [endpoint.secret];
