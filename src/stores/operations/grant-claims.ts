// Leases of grants: taken one by one for a caller, or in batches by the due-time index.
import { type Expression, type QueryCreator, sql } from 'kysely';
import type { Lease, LeftOut, StoreOperations } from '../../core/ports.ts';
import { leaseMillisecondsMax } from '../refreshed-rows.ts';
import { type Row, readRow, rowsByGrant } from '../row.ts';
import type { Tables } from '../schema.ts';
import { type Context, rowsOf } from './context.ts';
import { loadedFromRows, loadedOrNull, selectLoaded } from './grant-joins.ts';
import { claimOfStaying } from './workspace-members.ts';

export const grantClaims = ({
  session,
  keyring,
}: Context): Pick<StoreOperations['grants'], 'load' | 'claim' | 'claimDue'> => {
  const find = rowsOf(session.reader, () => {
    const query = sql<Row>`${selectLoaded(sql`grants`)} where grants.id = ${''}`;
    return { compile: () => query.compile(session.reader) };
  });
  return {
    load: async (id) => loadedOrNull(await find(id), keyring),
    claim: async (id, lease) => {
      const rows = await session.claimGrant({ id, lease });
      return loadedOrNull(rows, keyring);
    },
    claimDue: async (lease, limit, { providers, oauthClients } = nobodyLeftOut) => {
      const { now } = lease;
      let due = session.writer
        .selectFrom('grants')
        .select('id')
        .where('status', '=', 'active')
        .where('keep_alive_at', '<=', now)
        .where((eb) => isOver(eb.ref('lease_until'), now, leaseMillisecondsMax))
        .where((eb) =>
          eb.or([eb('retry_at', 'is', null), isOver(eb.ref('retry_at'), now, retryMillisecondsMax)]),
        )
        .orderBy('keep_alive_at')
        .orderBy('id')
        .limit(limit);
      if (providers.length > 0) due = due.where('provider', 'not in', providers);
      if (oauthClients.length > 0) due = due.where('oauth_client_id', 'not in', oauthClients);
      // By id alone: the rows are held by the query inside, and a second look at `status` would have SQLite walk
      // through all active grants.
      const claimed = await claimOfStaying(session, {
        claim: async () => {
          const rows = await session.changeGrants((db) => leasing(db, lease).where(session.isAmong(due)));
          return [...rowsByGrant(rows)].map(([id, ofGrant]) => ({
            id,
            ofGrant,
            workspaceId: readRow('grants', ofGrant[0] ?? {}, 'grants.').text('workspace_id'),
          }));
        },
        putOff: async (leaving) => {
          await session.writer
            .updateTable('grants')
            .set({ lease_owner: null, lease_until: 0, keep_alive_at: now + leavingMilliseconds })
            .where(
              'id',
              'in',
              leaving.map(({ id }) => id),
            )
            .where('lease_owner', '=', lease.owner)
            .execute();
        },
      });
      return loadedFromRows(
        claimed.flatMap(({ ofGrant }) => ofGrant),
        keyring,
      );
    },
  };
};

/** A day: by then a workspace on its way out has gone, or what is left of it is looked at once more. */
const leavingMilliseconds = 24 * 3600 * 1000;

const nobodyLeftOut: LeftOut = { providers: [], oauthClients: [] };

const leasing = (db: QueryCreator<Tables>, { owner, until }: Lease) =>
  db.updateTable('grants').set({ lease_owner: owner, lease_until: until });

/** A moment further ahead than any that is meant was written by a clock that has been put back since. */
const isOver = (moment: Expression<number | null>, now: number, millisecondsMax: number) =>
  sql<boolean>`(${moment} <= ${now} or ${moment} > ${now + millisecondsMax})`;

/** Longer than core/clock-skew.ts lets a failure be remembered. */
const retryMillisecondsMax = 2 * 3600 * 1000;
