// The two statements of a saved refresh, in the parts that both engines share.
import { type QueryCreator, type RawBuilder, sql } from 'kysely';
import type { RefreshedRows } from './engine.ts';
import type { Tables } from './schema.ts';

/** The compare-and-swap: changes no row when the version has moved on. */
export const updateGrant = (db: QueryCreator<Tables>, rows: RefreshedRows) =>
  db
    .updateTable('grants')
    .set({ ...rows.grant, end_warned_days: keptWarning(sql`cast(${rows.grant.ends_at ?? null} as bigint)`) })
    .where('id', '=', rows.grantId)
    .where('version', '=', rows.version);

/** Told again in each answer, the same end differs by seconds. Warned of once, it is not a new one. */
const sameEndMilliseconds = 3_600_000;

/** The warning that was given stays while the end does. */
export const keptWarning = (endsAt: RawBuilder<unknown>) =>
  sql<
    number | null
  >`case when ${endsAt} - grants.ends_at < ${sql.lit(sameEndMilliseconds)} then grants.end_warned_days end`;

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
