// What both engines share of the rows of a refresh, claimed and saved.
import { type RawBuilder, sql } from 'kysely';
import type { TokenSetsTable } from './schema.ts';

/** Longer than the longest lease that can be configured, and the skew of the nodes' clocks. */
export const leaseMillisecondsMax = 300_000;

/** Told again in each answer, the same end differs by seconds. Warned of once, it is not a new one. */
export const sameEndMilliseconds = 3_600_000;

/** The warning that was given stays while the end does. */
export const keptWarning = (endsAt: RawBuilder<unknown>) =>
  sql<
    number | null
  >`case when ${endsAt} - grants.ends_at < ${sql.lit(sameEndMilliseconds)} then grants.end_warned_days end`;

/** In the order in which they are written. */
export const tokenSetColumns = [
  'grant_id',
  'resource',
  'access_token',
  'scope',
  'obtained_at',
  'expires_at',
  'read_at',
] as const satisfies readonly (keyof TokenSetsTable)[];

const [keyColumn, resourceColumn, ...otherColumns] = tokenSetColumns;

/** What follows an insert of token sets: one that is there is replaced. */
export const replacingTokenSet = `on conflict (${keyColumn}, ${resourceColumn}) do update set ${otherColumns
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`;

export const upsertTokenSet = (tokenSet: TokenSetsTable) => sql`
  insert into token_sets (${sql.raw(tokenSetColumns.join(', '))})
  values (${sql.join(tokenSetColumns.map((column) => tokenSet[column]))}) ${sql.raw(replacingTokenSet)}`;
