import type { GatewayEvent } from '../../core/events.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { dataColumn } from '../json-columns.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import { eventTypes, wordsOf } from '../words.ts';
import type { Context } from './context.ts';

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
  list: async (workspaceId, page) => {
    let query = session.reader
      .selectFrom('events')
      .selectAll()
      // Those of a newer release, which runs beside this one during an update, are for that one to tell.
      .where('type', 'in', wordsOf(eventTypes))
      .where('workspace_id', workspaceId === null ? 'is' : '=', workspaceId);
    if (page.after !== null) query = query.where('id', '>', page.after);
    const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: eventFromRow, idOf: (row) => row.id });
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
