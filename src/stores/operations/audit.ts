// The audit log: entries are inserted, listed by their ids, and pruned by their age. There is no statement that changes
// one.
import type { ListedAuditEntry } from '../../core/audit.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { dataColumn } from '../json-columns.ts';
import { firstIdOf, pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import { auditActions, auditActorKinds, wordsOf } from '../words.ts';
import type { Context } from './context.ts';
import { listingBy } from './long-reads.ts';

export const auditOperations = ({ session }: Context): StoreOperations['audit'] => ({
  append: async ({ id, workspaceId, at, actor, action, objectId, data, requestId, address }) => {
    await session.writer
      .insertInto('audit_entries')
      .values({
        id,
        workspace_id: workspaceId,
        at,
        actor_kind: actor.kind,
        actor_id: actor.id,
        action,
        object_id: objectId,
        data: JSON.stringify(data),
        request_id: requestId,
        address,
      })
      .execute();
  },
  list: async (workspaceId, { action, objectId, actorId, since, until, oldestFirst = false }, page) => {
    let query = listingBy(session, workspaceId, { action, objectId, actorId, since, until })
      .selectFrom('audit_entries')
      .leftJoin('api_keys', 'api_keys.id', 'audit_entries.actor_id')
      .selectAll('audit_entries')
      .select('api_keys.name as actor_name')
      // Those of a newer release, which runs beside this one during an update, are for that one to tell.
      .where('action', 'in', action === undefined ? wordsOf(auditActions) : [action])
      .where('audit_entries.workspace_id', workspaceId === null ? 'is' : '=', workspaceId);
    if (objectId !== undefined) query = query.where('object_id', '=', objectId);
    if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
    // By the ids the index gets to where it is, or nearly; the time decides.
    if (since !== undefined) {
      query = query.where('audit_entries.id', '>=', firstIdOf(since - idsAheadMilliseconds));
      query = query.where('at', '>=', since);
    }
    if (until !== undefined) {
      query = query.where('audit_entries.id', '<', firstIdOf(until + idsAheadMilliseconds));
      query = query.where('at', '<', until);
    }
    if (page.after !== null) query = query.where('audit_entries.id', oldestFirst ? '>' : '<', page.after);
    const rows = await query
      .orderBy('audit_entries.id', oldestFirst ? 'asc' : 'desc')
      .limit(rowsWanted(page))
      .execute();
    return pageOf(rows, page, { map: entryFromRow, idOf: (row) => row.id });
  },
  prune: async (before, limit) => {
    const old = session.writer
      .selectFrom('audit_entries')
      .select('id')
      .where('at', '<', before)
      .orderBy('at')
      .limit(limit);
    const { numDeletedRows } = await session.writer
      .deleteFrom('audit_entries')
      .where('id', 'in', session.claimable(old))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
});

/**
 * An id is ahead of its entry's time when the clock was put back in a process that ran; by more it is not reckoned
 * with.
 */
const idsAheadMilliseconds = 24 * 3600 * 1000;

const entryFromRow = (row: Row): ListedAuditEntry => {
  const { text, textOrNull, integer, json, oneOf } = readRow('audit_entries', row);
  return {
    id: text('id'),
    workspaceId: textOrNull('workspace_id'),
    at: integer('at'),
    actor: { kind: oneOf('actor_kind', auditActorKinds), id: textOrNull('actor_id') },
    action: oneOf('action', auditActions),
    objectId: textOrNull('object_id'),
    data: json('data', dataColumn),
    requestId: textOrNull('request_id'),
    address: textOrNull('address'),
    actorName: textOrNull('actor_name'),
  };
};
