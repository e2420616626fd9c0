// Which columns can hold something about a person who owns a mailbox: an address, a name. Every column of text of every
// table is judged here, so that a new one does not compile without a word about it. 1 = it can; 0 = ids, words of ours,
// digests, times. Sealed columns go with their rows.
import type { Tables } from './schema.ts';

type TextName<Columns> = {
  [Name in keyof Columns]: string extends Columns[Name] ? Name : never;
}[keyof Columns];

type Judged = { [Table in keyof Tables]: Record<TextName<Tables[Table]> & string, 0 | 1> };

export const personalColumns = {
  workspaces: { id: 0, name: 1, settings: 1, host: 0 },
  api_keys: { id: 0, workspace_id: 0, name: 1, prefix: 0, hash: 0, last_four: 0, scopes: 0 },
  oauth_clients: {
    id: 0,
    workspace_id: 0,
    provider: 0,
    name: 1,
    grant_type: 0,
    client_id: 0,
    credential: 0,
    next_credential: 0,
    cloud: 0,
    entra_tenant: 0,
    extra_scopes: 0,
    examination: 1,
    dialects: 1,
    status: 0,
    paused_reason: 0,
    paused_words: 1,
  },
  connect_sessions: {
    id: 0,
    workspace_id: 0,
    oauth_client_id: 0,
    provider: 0,
    profile: 0,
    token_hash: 0,
    expected_email: 1,
    shared_mailbox: 1,
    mailbox_id: 0,
    customer: 1,
    mailbox_name: 1,
    external_id: 1,
    completion: 0,
    return_url: 1,
    surface: 0,
    setback: 1,
    held_person: 0,
    outcome: 1,
  },
  // Goes with its session.
  authorization_requests: {
    id: 0,
    session_id: 0,
    oauth_client_id: 0,
    state_hash: 0,
    browser_hash: 0,
    nonce: 0,
    redirect_uri: 0,
    scope: 0,
  },
  grants: {
    id: 0,
    workspace_id: 0,
    oauth_client_id: 0,
    provider: 0,
    issuer: 0,
    subject: 1,
    entra_tenant_id: 0,
    scope: 0,
    lost_scopes: 0,
    status: 0,
    failure: 1,
    lease_owner: 0,
  },
  token_sets: { grant_id: 0, resource: 0, scope: 0 },
  mailboxes: {
    id: 0,
    workspace_id: 0,
    grant_id: 0,
    provider: 0,
    email: 1,
    delegate_email: 1,
    aliases: 1,
    name: 1,
    customer: 1,
    metadata: 1,
    folded_name: 1,
    external_id: 1,
    settings: 1,
    verification: 1,
  },
  events: { id: 0, workspace_id: 0, type: 0, object_id: 0, data: 1 },
  webhook_endpoints: {
    id: 0,
    workspace_id: 0,
    connect_session_id: 0,
    mailbox_id: 0,
    url: 1,
    description: 1,
    event_types: 0,
    format: 0,
    signature: 0,
    public_key: 0,
    status: 0,
    disabled_reason: 0,
  },
  webhook_deliveries: {
    id: 0,
    workspace_id: 0,
    endpoint_id: 0,
    event_id: 0,
    event_type: 0,
    object_id: 0,
    body: 1,
    status: 0,
  },
  webhook_attempts: { delivery_id: 0, failure: 1, response_body: 1 },
  // Holds no address of a mailbox by its own rule, and cannot be changed. `address` is a caller's, of the network.
  audit_entries: {
    id: 0,
    workspace_id: 0,
    actor_kind: 0,
    actor_id: 0,
    action: 0,
    object_id: 0,
    data: 0,
    request_id: 0,
    address: 0,
  },
  console_sessions: { id: 0, token_hash: 0, key_id: 0, person: 1 },
  installation_totals: { name: 0, totals: 0 },
  customers: { id: 0, workspace_id: 0, name: 1, email: 1 },
  tags: { id: 0, workspace_id: 0, name: 1, color: 0 },
  mailbox_tags: { mailbox_id: 0, tag_id: 0 },
  numbers: { name: 0 },
  background_jobs: { id: 0, workspace_id: 0, type: 0, status: 0, data: 1 },
  // Ids of workspaces, addresses of the network.
  limit_windows: { key: 0 },
  limit_blocks: { key: 0 },
  breakers: { key: 0 },
  changes: { written_by: 0, kind: 0, object_id: 0 },
  token_uses: { mailbox_id: 0, key_id: 0 },
  key_proofs: { key_id: 0 },
  keyring_holders: { id: 0, key_ids: 0 },
  resealings: { key_id: 0, position: 0 },
  migrations: { name: 0 },
} as const satisfies Judged;

/** How the rows of a workspace are found: by this column, or by a column that names a row of another table. */
type Way = { by: string } | { by: string; of: { table: string; by: string } };

export type PersonalTable = { name: string; key: readonly string[]; columns: readonly string[]; way: Way };

const ofWorkspace: Way = { by: 'workspace_id' };
const otherWays: Readonly<Record<string, { key: readonly string[]; way: Way }>> = {
  workspaces: { key: ['id'], way: { by: 'id' } },
  webhook_attempts: {
    key: ['delivery_id', 'number'],
    way: { by: 'delivery_id', of: { table: 'webhook_deliveries', by: 'workspace_id' } },
  },
  console_sessions: {
    key: ['id'],
    way: { by: 'key_id', of: { table: 'api_keys', by: 'workspace_id' } },
  },
};

/** The tables that are searched for a person. */
export const personalTables: readonly PersonalTable[] = Object.entries(personalColumns).flatMap(
  ([name, judged]) => {
    const columns = Object.entries(judged).flatMap(([column, can]) => (can === 1 ? [column] : []));
    const { key = ['id'], way = ofWorkspace } = otherWays[name] ?? {};
    return columns.length === 0 ? [] : [{ name, key, columns, way }];
  },
);
