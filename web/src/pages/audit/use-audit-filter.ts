// The filter of the audit log, kept in the address: it can be shared and gone back to.
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { AuditFilter } from '../../api/audit-entries.ts';
import { auditActions } from './action-words.ts';

const textMax = 200;
type Name = 'action' | 'object_id' | 'actor_id';

export function useAuditFilter() {
  const [params, setParams] = useSearchParams();
  const asked = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(asked)), [asked]);
  const change = (name: Name, value: string | null): void =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === null || value.trim() === '') after.delete(name);
      else after.set(name, value.trim());
      return after;
    });
  return { filter, change, clear: () => setParams(new URLSearchParams()) };
}

function filterOf(params: URLSearchParams): AuditFilter {
  const action = auditActions.find((known) => known === params.get('action'));
  const objectId = params.get('object_id')?.slice(0, textMax);
  const actorId = params.get('actor_id')?.slice(0, textMax);
  return {
    ...(action === undefined ? {} : { action }),
    ...(objectId ? { object_id: objectId } : {}),
    ...(actorId ? { actor_id: actorId } : {}),
  };
}
