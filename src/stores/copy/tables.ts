// Which tables `mailgrant copy` copies, in an order in which no row comes before one that it refers to, and by which
// key each is read. A table that is missing here does not compile; test/stores/copy-tables.test.ts compares the rest
// with a real database.
import type { Tables } from '../schema.ts';

/** Texts are put in the order of their bytes on both engines; numbers need no word about that. */
type KeyKind = 'text' | 'integer';

type TablePlan<Columns> = { key: { [Column in keyof Columns]?: KeyKind } } | { notCopied: string };

export type KeyColumn = { name: string; kind: KeyKind };
export type CopiedTable = { name: string; key: readonly KeyColumn[] };

export const tablePlans = {
  workspaces: { key: { id: 'text' } },
  api_keys: { key: { id: 'text' } },
  oauth_clients: { key: { id: 'text' } },
  customers: { key: { id: 'text' } },
  tags: { key: { id: 'text' } },
  connect_sessions: { key: { id: 'text' } },
  authorization_requests: { key: { id: 'text' } },
  grants: { key: { id: 'text' } },
  token_sets: { key: { grant_id: 'text', resource: 'text' } },
  mailboxes: { key: { id: 'text' } },
  mailbox_tags: { key: { mailbox_id: 'text', tag_id: 'text' } },
  events: { key: { id: 'text' } },
  webhook_endpoints: { key: { id: 'text' } },
  webhook_deliveries: { key: { id: 'text' } },
  webhook_attempts: { key: { delivery_id: 'text', number: 'integer' } },
  audit_entries: { key: { id: 'text' } },
  console_sessions: { key: { id: 'text' } },
  background_jobs: { key: { id: 'text' } },
  limit_windows: { key: { key: 'text', window_start: 'integer', window_end: 'integer' } },
  limit_blocks: { key: { key: 'text' } },
  breakers: { key: { key: 'text' } },
  token_uses: { key: { mailbox_id: 'text', minute: 'integer', key_id: 'text' } },
  numbers: { key: { name: 'text' } },
  key_proofs: { key: { key_id: 'text' } },
  resealings: { key: { key_id: 'text' } },
  keyring_holders: { notCopied: 'Tells of running processes; nobody runs.' },
  installation_totals: { notCopied: 'Counted anew, at the other end.' },
  changes: {
    notCopied:
      'Tells running nodes what to forget; nobody runs, and it counts by the transactions of its server.',
  },
  migrations: { notCopied: 'Each database tells of itself what was done to it.' },
} as const satisfies { [Name in keyof Tables]: TablePlan<Tables[Name]> };

export const copiedTables: readonly CopiedTable[] = Object.entries(tablePlans).flatMap(([name, plan]) =>
  'key' in plan
    ? [{ name, key: Object.entries(plan.key).map(([column, kind]) => ({ name: column, kind })) }]
    : [],
);
