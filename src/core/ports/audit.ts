// Storage of the audit log: entries come and, by their age, go.
import type { AuditEntry, AuditFilter, ListedAuditEntry } from '../audit.ts';
import type { Page, PageRequest } from './store.ts';

export type AuditOperations = {
  append(entry: AuditEntry): Promise<void>;
  /**
   * Newest first, or oldest first as the filter says; `after` is the id of the last one seen. `workspaceId` null = the
   * installation's own.
   */
  list(workspaceId: string | null, filter: AuditFilter, page: PageRequest): Promise<Page<ListedAuditEntry>>;
  /** Deletes entries made before `before`; answers how many, `limit` at most. */
  prune(before: number, limit: number): Promise<number>;
};
