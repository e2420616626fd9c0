import type { StoreOperations } from '../../core/ports.ts';
import type { Workspace, WorkspaceSettings } from '../../core/workspaces.ts';
import { workspaceSettingsColumn } from '../json-columns.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import { type Context, changed } from './context.ts';
import { workspaceRemoval } from './workspace-removal.ts';

export const workspaceOperations = (context: Context): StoreOperations['workspaces'] => ({
  ...rowOperations(context),
  ...workspaceRemoval(context),
});

const rowOperations = ({
  session,
}: Context): Omit<StoreOperations['workspaces'], keyof ReturnType<typeof workspaceRemoval>> => ({
  insert: async ({ id, name, settings, createdAt }) => {
    await session.writer
      .insertInto('workspaces')
      .values({ id, name, ...settingsColumns(settings), created_at: createdAt })
      .execute();
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('workspaces')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? null : workspaceFromRow(row);
  },
  list: async (page) => {
    let query = session.reader.selectFrom('workspaces').selectAll().where('deleted_at', 'is', null);
    if (page.after !== null) query = query.where('id', '>', page.after);
    const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: workspaceFromRow, idOf: (row) => row.id });
  },
  rename: async (id, name) =>
    changed(
      await session.writer
        .updateTable('workspaces')
        .set({ name })
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    ),
  byHost: async (host) => {
    const row = await session.reader
      .selectFrom('workspaces')
      .selectAll()
      .where('host', '=', host)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? null : workspaceFromRow(row);
  },
  saveSettings: async (id, settings) =>
    changed(
      await session.writer
        .updateTable('workspaces')
        .set(settingsColumns(settings))
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    ),
});

const settingsColumns = (settings: WorkspaceSettings) => {
  const { origin } = settings.branding;
  return {
    settings: JSON.stringify(settings),
    // As browsers name it: lower case, without the scheme's own port.
    host: origin === null ? null : new URL(origin).host,
  };
};

/** Of what an older release did not write. */
const defaults: WorkspaceSettings = {
  oauthTokensApi: false,
  returnUrls: [],
  customerLinkGeneration: 0,
  branding: {
    displayName: null,
    logo: null,
    accentColor: null,
    origin: null,
    supportUrl: null,
    privacyUrl: null,
  },
};

const workspaceFromRow = (row: Row): Workspace => {
  const { text, integer, json } = readRow('workspaces', row);
  const stored = json('settings', workspaceSettingsColumn);
  return {
    id: text('id'),
    name: text('name'),
    settings: { ...defaults, ...stored, branding: { ...defaults.branding, ...stored.branding } },
    createdAt: integer('created_at'),
  };
};
