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
    save: (tokenSet) =>
      session.unit(async ({ writer, announce }) => {
        await upsertTokenSet(rowFromTokenSet(tokenSet, keyring)).execute(writer);
        announce({ kind: 'grant', id: tokenSet.grantId });
      }),
    removeAll: (grantId) =>
      session.unit(async ({ writer, announce }) => {
        await writer.deleteFrom('token_sets').where('grant_id', '=', grantId).execute();
        announce({ kind: 'grant', id: grantId });
      }),
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
  read_at: tokenSet.readAt,
});

/** The columns of the table, for joins. */
export const tokenSetColumns = {
  grant_id: 1,
  resource: 1,
  access_token: 1,
  scope: 1,
  obtained_at: 1,
  expires_at: 1,
  read_at: 1,
} as const satisfies Record<keyof TokenSetsTable, 1>;

export const tokenSetFromRow = (row: Row, keyring: Keyring, prefix = ''): TokenSet => {
  const { text, integer, integerOrNull, opened } = readRow('token_sets', row, prefix);
  const grantId = text('grant_id');
  const resource = text('resource');
  return {
    grantId,
    resource,
    accessToken: opened('access_token', keyring, rowIdOf(grantId, resource)),
    scope: text('scope'),
    obtainedAt: integer('obtained_at'),
    expiresAt: integer('expires_at'),
    readAt: integerOrNull('read_at'),
  };
};
