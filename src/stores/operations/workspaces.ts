import type { StoreOperations } from '../../core/ports.ts';
import type { Workspace } from '../../core/workspaces.ts';
import { workspaceSettingsColumn } from '../json-columns.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import { type Context, changed } from './context.ts';

export const workspaceOperations = ({ session }: Context): StoreOperations['workspaces'] => ({
  insert: async ({ id, name, settings, createdAt }) => {
    await session.writer
      .insertInto('workspaces')
      .values({ id, name, settings: JSON.stringify(settings), created_at: createdAt })
      .execute();
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('workspaces')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : workspaceFromRow(row);
  },
  list: async (page) => {
    let query = session.reader.selectFrom('workspaces').selectAll();
    if (page.after !== null) query = query.where('id', '>', page.after);
    const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: workspaceFromRow, idOf: (row) => row.id });
  },
  rename: async (id, name) =>
    changed(
      await session.writer.updateTable('workspaces').set({ name }).where('id', '=', id).executeTakeFirst(),
    ),
  saveSettings: async (id, settings) =>
    changed(
      await session.writer
        .updateTable('workspaces')
        .set({ settings: JSON.stringify(settings) })
        .where('id', '=', id)
        .executeTakeFirst(),
    ),
});

const workspaceFromRow = (row: Row): Workspace => {
  const { text, integer, json } = readRow('workspaces', row);
  return {
    id: text('id'),
    name: text('name'),
    settings: { oauthTokensApi: false, ...json('settings', workspaceSettingsColumn) },
    createdAt: integer('created_at'),
  };
};
