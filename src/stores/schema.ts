// The tables as Kysely sees them. Portable types only: text, integers (times are milliseconds since the
// epoch), JSON as text, flags as 0 or 1, sealed values as bytes. Owns no meaning: that is in core/. Tables of a kind of
// their own are in schema/.
import type { Generated } from 'kysely';
import type {
  BreakersTable,
  ChangesTable,
  InstallationTotalsTable,
  KeyProofsTable,
  KeyringHoldersTable,
  LimitBlocksTable,
  LimitWindowsTable,
  MigrationsTable,
  NumbersTable,
  ResealingsTable,
  TokenUsesTable,
} from './schema/upkeep-tables.ts';
import type {
  WebhookAttemptsTable,
  WebhookDeliveriesTable,
  WebhookEndpointsTable,
} from './schema/webhook-tables.ts';

export type * from './schema/upkeep-tables.ts';
export type * from './schema/webhook-tables.ts';

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
