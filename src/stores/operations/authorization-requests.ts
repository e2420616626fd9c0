import type { AuthorizationRequest } from '../../core/authorization.ts';
import type { StoreOperations } from '../../core/ports.ts';
import type { Keyring } from '../keyring.ts';
import { type Row, readRow, sealColumn } from '../row.ts';
import { type Context, changed } from './context.ts';

export const authorizationRequestOperations = ({
  session,
  keyring,
}: Context): StoreOperations['authorizationRequests'] => ({
  insert: async (request) => {
    await session.writer
      .insertInto('authorization_requests')
      .values({
        id: request.id,
        session_id: request.sessionId,
        oauth_client_id: request.oauthClientId,
        state_hash: request.stateHash,
        browser_hash: request.browserHash,
        code_verifier: sealColumn(keyring, sealedAt(request.id), request.codeVerifier),
        nonce: request.nonce,
        redirect_uri: request.redirectUri,
        scope: request.scope,
        created_at: request.createdAt,
        expires_at: request.expiresAt,
        consumed_at: request.consumedAt,
      })
      .execute();
  },
  byStateHash: async (stateHash) => {
    const row = await session.reader
      .selectFrom('authorization_requests')
      .selectAll()
      .where('state_hash', '=', stateHash)
      .executeTakeFirst();
    return row === undefined ? null : authorizationRequestFromRow(row, keyring);
  },
  consume: async (id, at) =>
    changed(
      await session.writer
        .updateTable('authorization_requests')
        .set({ consumed_at: at })
        .where('id', '=', id)
        .where('consumed_at', 'is', null)
        .where('expires_at', '>', at)
        .executeTakeFirst(),
    ),
});

const sealedAt = (rowId: string) => ({ table: 'authorization_requests', column: 'code_verifier', rowId });

const authorizationRequestFromRow = (row: Row, keyring: Keyring): AuthorizationRequest => {
  const { text, integer, integerOrNull, opened } = readRow('authorization_requests', row);
  const id = text('id');
  return {
    id,
    sessionId: text('session_id'),
    oauthClientId: text('oauth_client_id'),
    stateHash: text('state_hash'),
    browserHash: text('browser_hash'),
    codeVerifier: opened('code_verifier', keyring, id),
    nonce: text('nonce'),
    redirectUri: text('redirect_uri'),
    scope: text('scope'),
    createdAt: integer('created_at'),
    expiresAt: integer('expires_at'),
    consumedAt: integerOrNull('consumed_at'),
  };
};
