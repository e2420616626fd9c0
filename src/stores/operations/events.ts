import { sql } from 'kysely';
import type { GatewayEvent } from '../../core/events.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { dataColumn } from '../json-columns.ts';
import { firstIdOf, pageOf, rowsWanted } from '../page.ts';
import { type Row, readable, readRow } from '../row.ts';
import { eventTypes, wordsOf } from '../words.ts';
import type { Context } from './context.ts';

/** In the text of the statement: no index with this condition is used for parameters. */
const isPending = sql<boolean>`is_pending = 1`;

export const eventOperations = ({ session }: Context): StoreOperations['events'] => ({
  append: async ({ id, workspaceId, type, objectId, data, createdAt }) => {
    await session.writer
      .insertInto('events')
      .values({
        id,
        workspace_id: workspaceId,
        type,
        object_id: objectId,
        data: JSON.stringify(data),
        created_at: createdAt,
      })
      .execute();
  },
  list: async (workspaceId, page, { objectId, newestFirst = false } = {}) => {
    let query = session.reader
      .selectFrom('events')
      .selectAll()
      // Those of a newer release, which runs beside this one during an update, are for that one to tell.
      .where('type', 'in', wordsOf(eventTypes))
      .where('workspace_id', workspaceId === null ? 'is' : '=', workspaceId);
    if (objectId !== undefined) query = query.where('object_id', '=', objectId);
    if (page.after !== null) query = query.where('id', newestFirst ? '<' : '>', page.after);
    const rows = await query
      .orderBy('id', newestFirst ? 'desc' : 'asc')
      .limit(rowsWanted(page))
      .execute();
    return pageOf(rows, page, { map: eventFromRow, idOf: (row) => row.id });
  },
  pending: async (limit) => {
    const rows = await session.reader
      .selectFrom('events')
      .selectAll()
      .where(isPending)
      .where('type', 'in', wordsOf(eventTypes))
      .orderBy('id')
      .limit(limit)
      .execute();
    // One that cannot be read must not keep the others waiting; it goes by its age.
    return readable(rows, eventFromRow);
  },
  settle: async (ids) => {
    if (ids.length === 0) return [];
    const rows = await session.writer
      .updateTable('events')
      .set({ is_pending: 0 })
      .where('id', 'in', ids)
      .where('is_pending', '=', 1)
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  },
  prune: async (before, limit) => {
    const old = session.writer
      .selectFrom('events')
      .select('id')
      // Ids begin with the time of their making, and this table has no index over the other one.
      .where('id', '<', firstIdOf(before))
      .where('created_at', '<', before)
      .orderBy('id')
      .limit(limit);
    const { numDeletedRows } = await session.writer
      .deleteFrom('events')
      .where('id', 'in', session.claimable(old))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
});

const eventFromRow = (row: Row): GatewayEvent => {
  const { text, textOrNull, integer, json, oneOf } = readRow('events', row);
  return {
    id: text('id'),
    workspaceId: textOrNull('workspace_id'),
    type: oneOf('type', eventTypes),
    objectId: text('object_id'),
    data: json('data', dataColumn),
    createdAt: integer('created_at'),
  };
};
