// Whom to tell of events, what was sent to them, and how each attempt went.

export type WebhookEndpointsTable = {
  id: string;
  workspace_id: string | null;
  /** Set for an endpoint that hears of one connect session only. */
  connect_session_id: string | null;
  /** Set for an endpoint that hears of one mailbox only. */
  mailbox_id: string | null;
  url: string;
  description: string;
  /** JSON: list of event types; null = all. */
  event_types: string | null;
  format: string;
  signature: string;
  /** `whpk_...`; null for a shared secret. */
  public_key: string | null;
  /** Sealed: `whsec_...`, `whsk_...`, or the vendor's key as text. */
  secret: Uint8Array;
  /** Sealed: signs beside `secret` until `previous_secret_until`. */
  previous_secret: Uint8Array | null;
  previous_secret_until: number | null;
  status: string;
  disabled_reason: string | null;
  disabled_at: number | null;
  /** Since when no attempt has succeeded; null while they do. */
  failing_since: number | null;
  /** Nothing is sent before: it asked for time (429, 502, 504). */
  held_until: number;
  created_at: number;
  updated_at: number;
};

export type WebhookDeliveriesTable = {
  id: string;
  workspace_id: string | null;
  endpoint_id: string;
  /** Of all attempts and all endpoints: the header `webhook-id`. */
  event_id: string;
  event_type: string;
  /** Id of what it tells of. */
  object_id: string;
  /** 1 = an example that was sent by hand. */
  is_test: number;
  /** As it is sent, but for a link that is filled in by each attempt. */
  body: string;
  status: string;
  attempts: number;
  /** Made before it was replayed last. */
  earlier_attempts: number;
  /** Of one that is being sent: when its claim ends. */
  due_at: number;
  /** 0 = nobody sends it. */
  claimed_until: number;
  created_at: number;
  finished_at: number | null;
};

export type WebhookAttemptsTable = {
  delivery_id: string;
  /** From 1. */
  number: number;
  started_at: number;
  /** Milliseconds. */
  duration: number;
  response_status: number | null;
  /** Why there is no response. */
  failure: string | null;
  /** Its beginning. */
  response_body: string | null;
};
