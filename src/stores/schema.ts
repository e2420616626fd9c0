// The tables as Kysely sees them. Portable types only: text, integers (times are milliseconds since the
// epoch), JSON as text, flags as 0 or 1, sealed values as bytes. Owns no meaning: that is in core/.
import type { Generated } from 'kysely';

export type Flag = 0 | 1;

export type WorkspacesTable = {
  id: string;
  name: string;
  /** JSON. A member that is missing has its default. */
  settings: string;
  /** Of `settings.branding.origin`, written together with it, to find the workspace by. */
  host: string | null;
  created_at: number;
  /** Since then it is on its way out: its rows are deleted little by little. */
  deleted_at: number | null;
};

export type ApiKeysTable = {
  id: string;
  workspace_id: string | null;
  name: string;
  prefix: string;
  hash: string;
  last_four: string;
  /** JSON: list of scopes. */
  scopes: string;
  expires_at: number | null;
  created_at: number;
  revoked_at: number | null;
};

export type OAuthClientsTable = {
  id: string;
  workspace_id: string | null;
  provider: string;
  name: string;
  grant_type: string;
  client_id: string;
  /** JSON: kind, reference, end, and since when. Without `addedAt`: since `created_at`. */
  credential: string;
  /** Sealed: the text of `credential`, of whatever kind; the empty text when it is held by reference. */
  client_secret: Uint8Array;
  /** Of `credential`, written together with it, to find those that end. */
  credential_expires_at: number | null;
  /** JSON, as `credential`. */
  next_credential: string | null;
  /** Sealed: the text of `next_credential`; null when there is none or it is held by reference. */
  next_client_secret: Uint8Array | null;
  expiry_warned_days: number | null;
  cloud: string;
  entra_tenant: string | null;
  personal_accounts: Flag;
  /** JSON: list of scopes. */
  extra_scopes: string;
  customers_may_use: Flag;
  /** JSON. */
  examination: string | null;
  /** JSON: objects by surface. */
  dialects: string;
  status: string;
  paused_reason: string | null;
  paused_at: number | null;
  /** JSON. */
  paused_words: string | null;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
};

export type ConnectSessionsTable = {
  id: string;
  workspace_id: string;
  oauth_client_id: string;
  provider: string;
  profile: string;
  token_hash: string;
  expected_email: string | null;
  shared_mailbox: string | null;
  mailbox_id: string | null;
  customer: string | null;
  mailbox_name: string | null;
  external_id: string | null;
  completion: string;
  return_url: string | null;
  managed_accounts_only: Flag;
  exclusive: Flag;
  is_retryable: Flag;
  surface: string;
  /** JSON. */
  setback: string | null;
  admin_consented_at: number | null;
  /** Sealed JSON, with tokens as text: what waits to be confirmed. Null once the session is over. */
  held: Uint8Array | null;
  /** Hash of the person and the registration whose authorization `held` is. */
  held_person: string | null;
  /** JSON, null while the session is not over. */
  outcome: string | null;
  created_at: number;
  expires_at: number;
  finished_at: number | null;
  read_at: number | null;
};

export type AuthorizationRequestsTable = {
  id: string;
  session_id: string;
  oauth_client_id: string;
  state_hash: string;
  browser_hash: string;
  /** Sealed. */
  code_verifier: Uint8Array;
  nonce: string;
  redirect_uri: string;
  scope: string;
  created_at: number;
  expires_at: number;
  consumed_at: number | null;
};

export type GrantsTable = {
  id: string;
  workspace_id: string;
  oauth_client_id: string;
  provider: string;
  issuer: string;
  subject: string;
  entra_tenant_id: string | null;
  scope: string;
  /** JSON: list of scopes. */
  lost_scopes: string;
  /** Sealed; the empty text stands for none, of a grant whose tokens are minted. */
  refresh_token: Uint8Array;
  refresh_token_expires_at: number | null;
  status: string;
  /** JSON. */
  failure: string | null;
  version: number;
  lease_owner: string | null;
  lease_until: number;
  retry_at: number | null;
  refreshed_at: number;
  /** Null = when it was made: a row of an older release. */
  consented_at: number | null;
  /** When it is to be refreshed next without anybody asking: the due-time index is over this. */
  keep_alive_at: number;
  /** When it ends by itself, if that can be told; null also in a row of an older release. */
  ends_at: number | null;
  /** How many days before its end its owners were last warned. */
  end_warned_days: number | null;
  created_at: number;
  updated_at: number;
};

export type TokenSetsTable = {
  grant_id: string;
  resource: string;
  /** Sealed. */
  access_token: Uint8Array;
  scope: string;
  obtained_at: number;
  expires_at: number;
  /** When somebody last asked for it, to the precision of a flush; null = not since it is recorded. */
  read_at: number | null;
};

export type MailboxesTable = {
  id: string;
  workspace_id: string;
  grant_id: string;
  provider: string;
  email: string;
  delegate_email: string | null;
  /** JSON: list of addresses. */
  aliases: string;
  name: string;
  customer: string | null;
  /** JSON: text by text. */
  metadata: string;
  /** Lower case by JavaScript's rules, for searches: the engines fold case in different ways. */
  folded_name: string;
  number: number;
  external_id: string | null;
  /** JSON. A member that is missing has its default. */
  settings: string;
  /** Two members of `settings`, written together with it, to filter by. */
  sending_paused: Flag;
  warmup_wanted: Flag;
  disabled_at: number | null;
  /** JSON. */
  verification: string | null;
  verify_due_at: number | null;
  created_at: number;
  updated_at: number;
};

export type EventsTable = {
  id: string;
  workspace_id: string | null;
  type: string;
  object_id: string;
  /** JSON. */
  data: string;
  created_at: number;
  /** 1 until it was looked at whom to tell of it; 1 also in a row that the release before inserts. */
  is_pending: Generated<Flag>;
};

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

/** Rows are inserted and pruned by age, never changed. */
export type AuditEntriesTable = {
  id: string;
  workspace_id: string | null;
  at: number;
  actor_kind: string;
  actor_id: string | null;
  action: string;
  object_id: string | null;
  /** JSON. */
  data: string;
  request_id: string | null;
  address: string | null;
};

export type ConsoleSessionsTable = {
  id: string;
  token_hash: string;
  /** The API key by whose rights the browser acts. */
  key_id: string;
  /** Who signed in by OpenID Connect; null for whoever entered a key. */
  person: string | null;
  created_at: number;
  seen_at: number;
  expires_at: number;
};

/** One row: what was counted last, and when that is to be done next. */
export type InstallationTotalsTable = {
  name: string;
  /** JSON. */
  totals: string;
  counted_at: number | null;
  next_at: number;
};

export type CustomersTable = {
  id: string;
  number: number;
  workspace_id: string;
  name: string;
  email: string | null;
  created_at: number;
};

export type TagsTable = {
  id: string;
  number: number;
  workspace_id: string;
  name: string;
  color: string | null;
  created_at: number;
};

export type MailboxTagsTable = { mailbox_id: string; tag_id: string };

/** The last number that was given out under a name. */
export type NumbersTable = { name: string; value: number };

export type BackgroundJobsTable = {
  id: string;
  workspace_id: string;
  type: string;
  status: string;
  progress: number;
  /** JSON. */
  data: string;
  /** 0 = nobody works on it. */
  claimed_until: number;
  created_at: number;
  updated_at: number;
};

export type LimitWindowsTable = { key: string; window_start: number; window_end: number; total: number };

export type LimitBlocksTable = { key: string; level: number; until: number; remembered_until: number };

export type BreakersTable = {
  key: string;
  failures: number;
  window_start: number;
  open_until: number;
  trips: number;
  probe_until: number;
};

/** What nodes must read again; see postgres-change-feed.ts. */
export type ChangesTable = {
  /** Number of the transaction that wrote it: PostgreSQL's `xid8`. */
  written_by: string;
  kind: string;
  object_id: string;
  written_at: number;
};

/** Token reads of one mailbox with one API key in one minute, which is the time of its beginning. */
export type TokenUsesTable = {
  mailbox_id: string;
  minute: number;
  key_id: string;
  total: number;
  first_at: number;
  last_at: number;
};

/** A known text sealed by each key that ever wrote here: shows a wrong key at the start. */
export type KeyProofsTable = { key_id: string; proof: Uint8Array };

/** Running processes, each with the ids of its keys, the one that it seals with first. */
export type KeyringHoldersTable = {
  id: string;
  /** JSON: list of ids. */
  key_ids: string;
  seen_at: number;
};

/** Passes that seal everything under one key. */
export type ResealingsTable = {
  key_id: string;
  /** JSON: where the walk stands; null = at the beginning. */
  position: string | null;
  checked: number;
  resealed: number;
  unreadable: number;
  /** 0 = nobody works on it. */
  claimed_until: number;
  first_started_at: number;
  started_at: number;
  updated_at: number;
  finished_at: number | null;
};

export type MigrationsTable = { name: string; applied_at: number };

export type Tables = {
  workspaces: WorkspacesTable;
  api_keys: ApiKeysTable;
  oauth_clients: OAuthClientsTable;
  connect_sessions: ConnectSessionsTable;
  authorization_requests: AuthorizationRequestsTable;
  grants: GrantsTable;
  token_sets: TokenSetsTable;
  mailboxes: MailboxesTable;
  events: EventsTable;
  webhook_endpoints: WebhookEndpointsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  webhook_attempts: WebhookAttemptsTable;
  audit_entries: AuditEntriesTable;
  console_sessions: ConsoleSessionsTable;
  installation_totals: InstallationTotalsTable;
  customers: CustomersTable;
  tags: TagsTable;
  mailbox_tags: MailboxTagsTable;
  numbers: NumbersTable;
  background_jobs: BackgroundJobsTable;
  limit_windows: LimitWindowsTable;
  limit_blocks: LimitBlocksTable;
  breakers: BreakersTable;
  changes: ChangesTable;
  token_uses: TokenUsesTable;
  key_proofs: KeyProofsTable;
  keyring_holders: KeyringHoldersTable;
  resealings: ResealingsTable;
  migrations: MigrationsTable;
};
