import type { TokenSet } from '../../core/grants.ts';
import type { StoreOperations } from '../../core/ports.ts';
import type { Keyring } from '../keyring.ts';
import { upsertTokenSet } from '../refreshed-rows.ts';
import { type Row, readRow, sealColumn } from '../row.ts';
import type { TokenSetsTable } from '../schema.ts';
import { type Context, firstRowOf } from './context.ts';

export const tokenSetOperations = ({ session, keyring }: Context): StoreOperations['tokenSets'] => {
  const find = firstRowOf(session.reader, () =>
    session.reader.selectFrom('token_sets').selectAll().where('grant_id', '=', '').where('resource', '=', ''),
  );
  return {
    find: async (grantId, resource) => {
      const row = await find(grantId, resource);
      return row === undefined ? null : tokenSetFromRow(row, keyring);
    },
    save: async (tokenSet) => {
      await upsertTokenSet(session.writer, rowFromTokenSet(tokenSet, keyring)).execute();
    },
    removeAll: async (grantId) => {
      await session.writer.deleteFrom('token_sets').where('grant_id', '=', grantId).execute();
    },
  };
};

const rowIdOf = (grantId: string, resource: string): string => `${grantId} ${resource}`;

export const rowFromTokenSet = (tokenSet: TokenSet, keyring: Keyring): TokenSetsTable => ({
  grant_id: tokenSet.grantId,
  resource: tokenSet.resource,
  access_token: sealColumn(
    keyring,
    { table: 'token_sets', column: 'access_token', rowId: rowIdOf(tokenSet.grantId, tokenSet.resource) },
    tokenSet.accessToken,
  ),
  scope: tokenSet.scope,
  obtained_at: tokenSet.obtainedAt,
  expires_at: tokenSet.expiresAt,
});

const tokenSetFromRow = (row: Row, keyring: Keyring): TokenSet => {
  const { text, integer, opened } = readRow('token_sets', row);
  const grantId = text('grant_id');
  const resource = text('resource');
  return {
    grantId,
    resource,
    accessToken: opened('access_token', keyring, rowIdOf(grantId, resource)),
    scope: text('scope'),
    obtainedAt: integer('obtained_at'),
    expiresAt: integer('expires_at'),
  };
};
