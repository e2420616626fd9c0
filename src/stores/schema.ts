// The tables as Kysely sees them. Portable types only: text, integers (times are milliseconds since the
// epoch), JSON as text, flags as 0 or 1, sealed values as bytes. Owns no meaning: that is in core/.

export type Flag = 0 | 1;

export type WorkspacesTable = { id: string; name: string; created_at: number };

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
  client_id: string;
  /** Sealed. */
  client_secret: Uint8Array;
  cloud: string;
  entra_tenant: string | null;
  personal_accounts: Flag;
  status: string;
  paused_reason: string | null;
  paused_at: number | null;
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
  mailbox_id: string | null;
  customer: string | null;
  managed_accounts_only: Flag;
  exclusive: Flag;
  surface: string;
  /** JSON, null while pending. */
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
  /** Sealed. */
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
  keep_alive_at: number;
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
};

export type MailboxesTable = {
  id: string;
  workspace_id: string;
  grant_id: string;
  provider: string;
  email: string;
  name: string;
  customer: string | null;
  /** JSON: text by text. */
  metadata: string;
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
};

/** A known text sealed by each key that ever wrote here: shows a wrong key at the start. */
export type KeyProofsTable = { key_id: string; proof: Uint8Array };

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
  key_proofs: KeyProofsTable;
  migrations: MigrationsTable;
};
