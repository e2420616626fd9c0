// The audit log: who changed what, newest first.
import type { AuditEntry } from '../../../sdk/src/index.ts';
import { useApi } from './api-context.tsx';
import { usePaged } from './paged.ts';

export type { AuditEntry };
export type AuditAction = AuditEntry['action'];
export type AuditFilter = { action?: AuditAction; object_id?: string; actor_id?: string };

export function useAuditEntries(filter: AuditFilter) {
  const { client, key } = useApi();
  return usePaged<AuditEntry>({
    queryKey: key('audit-entries', filter),
    read: (page, options) => client.auditEntries.list({ ...filter, ...page }, options),
  });
}
