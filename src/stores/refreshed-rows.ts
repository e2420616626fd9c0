// The two statements of a saved refresh, in the parts that both engines share.
import type { QueryCreator } from 'kysely';
import type { RefreshedRows } from './engine.ts';
import type { Tables } from './schema.ts';

/** The compare-and-swap: changes no row when the version has moved on. */
export const updateGrant = (db: QueryCreator<Tables>, rows: RefreshedRows) =>
  db.updateTable('grants').set(rows.grant).where('id', '=', rows.grantId).where('version', '=', rows.version);

export const upsertTokenSet = (db: QueryCreator<Tables>, tokenSet: Tables['token_sets']) =>
  db
    .insertInto('token_sets')
    .values(tokenSet)
    .onConflict((conflict) =>
      conflict.columns(['grant_id', 'resource']).doUpdateSet({
        access_token: tokenSet.access_token,
        scope: tokenSet.scope,
        obtained_at: tokenSet.obtained_at,
        expires_at: tokenSet.expires_at,
        read_at: tokenSet.read_at,
      }),
    );
