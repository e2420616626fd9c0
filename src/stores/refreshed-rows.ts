// What both engines share of the rows of a refresh, claimed and saved.
import { type QueryCreator, type RawBuilder, sql } from 'kysely';
import type { Tables } from './schema.ts';

/** Longer than the longest lease that can be configured, and the skew of the nodes' clocks. */
export const leaseMillisecondsMax = 300_000;

/** Told again in each answer, the same end differs by seconds. Warned of once, it is not a new one. */
export const sameEndMilliseconds = 3_600_000;

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
