import type { ExpressionBuilder } from 'kysely';
import type { ApiKey } from '../../core/api-keys.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { apiKeyScopesColumn } from '../json-columns.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import type { ApiKeysTable, Tables } from '../schema.ts';
import { type Context, changed, firstRowOf } from './context.ts';
import { insertOwned } from './workspace-members.ts';

export const apiKeyOperations = ({ session }: Context): StoreOperations['apiKeys'] => {
  const findByPrefix = firstRowOf(session.reader, () =>
    session.reader.selectFrom('api_keys').selectAll().where('prefix', '=', '').where(isOfStaying),
  );
  return {
    insert: async (key) => {
      await insertOwned(session, 'api_keys', rowFromApiKey(key));
    },
    byPrefix: async (prefix) => {
      const row = await findByPrefix(prefix);
      return row === undefined ? null : apiKeyFromRow(row);
    },
    byId: async (id) => {
      const row = await session.reader
        .selectFrom('api_keys')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : apiKeyFromRow(row);
    },
    list: async (workspaceId, page) => {
      let query = session.reader.selectFrom('api_keys').selectAll();
      query =
        workspaceId === null
          ? query.where('workspace_id', 'is', null)
          : query.where('workspace_id', '=', workspaceId);
      if (page.after !== null) query = query.where('id', '>', page.after);
      const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
      return pageOf(rows, page, { map: (row) => apiKeyFromRow(row), idOf: (row) => row.id });
    },
    revoke: (id, at) =>
      session.unit(async ({ writer, announce }) => {
        announce({ kind: 'api_key', id });
        const update = writer
          .updateTable('api_keys')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null);
        return changed(await update.executeTakeFirst());
      }),
  };
};

/** Whenever a key was made, by whatever release: nothing of a workspace on its way out opens anything. */
export const isOfStaying = ({
  not,
  exists,
  selectFrom,
}: Pick<ExpressionBuilder<Tables, 'api_keys'>, 'not' | 'exists' | 'selectFrom'>) =>
  not(
    exists(
      selectFrom('workspaces')
        .select('workspaces.id')
        .whereRef('workspaces.id', '=', 'api_keys.workspace_id')
        .where('workspaces.deleted_at', 'is not', null),
    ),
  );

export const apiKeyColumns = {
  id: 1,
  workspace_id: 1,
  name: 1,
  prefix: 1,
  hash: 1,
  last_four: 1,
  scopes: 1,
  expires_at: 1,
  created_at: 1,
  revoked_at: 1,
} as const satisfies Record<keyof ApiKeysTable, 1>;

const rowFromApiKey = (key: ApiKey): ApiKeysTable => ({
  id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  prefix: key.prefix,
  hash: key.hash,
  last_four: key.lastFour,
  scopes: JSON.stringify(key.scopes),
  expires_at: key.expiresAt,
  created_at: key.createdAt,
  revoked_at: key.revokedAt,
});

export const apiKeyFromRow = (row: Row, prefix = ''): ApiKey => {
  const { text, textOrNull, integer, integerOrNull, json } = readRow('api_keys', row, prefix);
  return {
    id: text('id'),
    workspaceId: textOrNull('workspace_id'),
    name: text('name'),
    prefix: text('prefix'),
    hash: text('hash'),
    lastFour: text('last_four'),
    scopes: json('scopes', apiKeyScopesColumn),
    expiresAt: integerOrNull('expires_at'),
    createdAt: integer('created_at'),
    revokedAt: integerOrNull('revoked_at'),
  };
};
