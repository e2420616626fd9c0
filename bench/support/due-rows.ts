// Rows enough that a plan matters: in each table a few that are due, at `dueAt`, and many that are not. By statements
// that both engines take.
import type { EngineName } from './databases.ts';
import { dueAt } from './due-statements.ts';

/** Every 200th row is due. */
const when = (column: string): string =>
  `case when ${column} % 200 = 0 then ${dueAt} - ${column} else ${dueAt} + ${column} * 1000 end`;
const long = "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'";

const inserts: Record<string, string> = {
  workspaces: `(id, name, created_at, deleted_at) select 'w' || n, 'W', 1,
    case when n % 1000 = 0 then n end from numbered`,
  oauth_clients: `(id, workspace_id, provider, name, client_id, client_secret, cloud, personal_accounts, status,
      created_at, updated_at, credential_expires_at)
    select 'o' || n, 'w' || n, 'google', 'O', 'c' || n, BYTES, 'google', 1, 'active', 1, 1, ${when('n')} from numbered`,
  grants: `(id, workspace_id, oauth_client_id, provider, issuer, subject, scope, refresh_token, status, version,
      lease_until, refreshed_at, keep_alive_at, created_at, updated_at, ends_at)
    select 'g' || n, 'w1', 'o1', 'google', 'issuer', 's' || n, 'openid', BYTES, 'active', 1, 0, 1, ${when('n')}, 1, 1,
      case when n % 100 = 0 then ${when('n')} end from numbered`,
  token_sets: `(grant_id, resource, access_token, scope, obtained_at, expires_at)
    select 'g' || n, 'r', BYTES, 'openid', 1, 1 from numbered`,
  mailboxes: `(id, workspace_id, grant_id, provider, email, name, metadata, number, verify_due_at, created_at, updated_at)
    select 'm' || n, 'w1', 'g' || n, 'google', 'e' || n, 'M', '{}', n, ${when('n')}, 1, 1 from numbered`,
  connect_sessions: `(id, workspace_id, oauth_client_id, provider, profile, token_hash, managed_accounts_only, exclusive,
      surface, created_at, expires_at, held)
    select 's' || n, 'w1', 'o1', 'google', 'full', 'h' || n, 0, 1, 'native', 1, ${when('n')},
      case when n % 1000 = 0 then BYTES end from numbered`,
  events: `(id, workspace_id, type, object_id, data, created_at, is_pending)
    select 'e' || n, 'w1', 'mailbox.connected', 'm' || n, '{}', 1, case when n % 200 = 0 then 1 else 0 end from numbered`,
  audit_entries: `(id, workspace_id, at, actor_kind, action, data)
    select '02' || n, 'w' || (n % 4 + 1), ${dueAt} + n, 'gateway', 'mailbox.updated', '{}' from numbered`,
  webhook_endpoints: `(id, workspace_id, connect_session_id, url, description, format, signature, secret, status,
      created_at, updated_at)
    select 'h' || n, 'w1', case when n % 100 = 0 then 's' || n end, 'u', '', 'standard', 'hmac', BYTES, 'enabled', 1, 1
    from numbered where n % 100 < 2`,
  webhook_deliveries: `(id, workspace_id, endpoint_id, event_id, event_type, object_id, is_test, body, status, attempts,
      earlier_attempts, due_at, claimed_until, created_at, finished_at)
    select 'd' || n, 'w1', 'h' || (n % 3 * 100 + 1), 'e' || n, 'mailbox.connected', 'm' || n, 0, '{}',
      case when n % 2 = 0 then 'pending' else 'delivered' end, 0, 0, ${when('n')}, 0, 1,
      case when n % 2 = 0 then null else ${when('n + 1')} end from numbered`,
  background_jobs: `(id, workspace_id, type, status, progress, data, claimed_until, created_at, updated_at)
    select 'j' || n, 'w' || (n % 100 + 1), 'update_warmup', case when n % 5000 = 0 then 'pending' else 'success' end, 1,
      ${long}, 0, 1, ${when('n')} from numbered`,
  limit_windows: `(key, window_start, window_end, total) select 'k' || n, 1, ${when('n')}, 1 from numbered`,
  limit_blocks: `(key, level, until, remembered_until) select 'k' || n, 1, 1, ${when('n')} from numbered`,
  token_uses: `(mailbox_id, minute, key_id, total, first_at, last_at)
    select 'm' || n, ${when('n')}, 'k', 1, 1, 1 from numbered`,
};

const changes = `(written_by, kind, object_id, written_at)
  select n::text::xid8, 'grant', 'g' || n,
    (extract(epoch from now()) * 1000)::bigint - case when n % 200 = 0 then 700000 else 0 end from numbered`;

/** Which of them have many rows: a plan that goes through one of these from end to end is a bad one. */
export const largeTables: readonly string[] = [
  ...Object.keys(inserts).filter((table) => table !== 'webhook_endpoints'),
  'changes',
];

export function* insertsOf(engine: EngineName, count: number): Generator<string> {
  const numbered = `with recursive numbered (n) as (select 1 union all select n + 1 from numbered where n < ${count})`;
  const bytes = engine === 'sqlite' ? `cast(${long} as blob)` : `${long}::bytea`;
  const all = { ...inserts, ...(engine === 'postgres' ? { changes } : {}) };
  for (const [table, rest] of Object.entries(all)) {
    const [columns = '', ...select] = rest.split(/\bselect\b/);
    const text = [columns, ...select].join('select').replaceAll('BYTES', bytes);
    // SQLite wants the WITH before INSERT or before SELECT, PostgreSQL takes both.
    yield `${numbered} insert into ${table} ${text}`;
  }
}
