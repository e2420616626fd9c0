// Leases of grants: taken one by one for a caller, or in batches by the due-time index.
import type { QueryCreator } from 'kysely';
import type { Lease, StoreOperations } from '../../core/ports.ts';
import type { Tables } from '../schema.ts';
import { type Context, rowsOf } from './context.ts';
import { loadedColumns, loadedFromRows, loadedOrNull } from './grant-joins.ts';

export const grantClaims = ({
  session,
  keyring,
}: Context): Pick<StoreOperations['grants'], 'load' | 'claim' | 'claimDue'> => {
  const find = rowsOf(session.reader, () =>
    session.reader
      .selectFrom('grants')
      .innerJoin('oauth_clients', 'oauth_clients.id', 'grants.oauth_client_id')
      .leftJoin('token_sets', 'token_sets.grant_id', 'grants.id')
      .select(loadedColumns)
      .where('grants.id', '=', ''),
  );
  return {
    load: async (id) => loadedOrNull(await find(id), keyring),
    claim: async (id, lease) => {
      const rows = await session.changeGrants((db) => leasing(db, lease).where('id', '=', id));
      return loadedOrNull(rows, keyring);
    },
    claimDue: async (lease, limit) => {
      const { now } = lease;
      const due = session.writer
        .selectFrom('grants')
        .select('id')
        .where('status', '=', 'active')
        .where('keep_alive_at', '<=', now)
        .where('lease_until', '<=', now)
        .where((eb) => eb.or([eb('retry_at', 'is', null), eb('retry_at', '<=', now)]))
        .orderBy('keep_alive_at')
        .orderBy('id')
        .limit(limit);
      const rows = await session.changeGrants((db) => leasing(db, lease).where(session.isAmong(due)));
      return loadedFromRows(rows, keyring);
    },
  };
};

/** Of active grants that nobody holds: asked once more on the row itself, which may have waited for another claim. */
const leasing = (db: QueryCreator<Tables>, { owner, now, until }: Lease) =>
  db
    .updateTable('grants')
    .set({ lease_owner: owner, lease_until: until })
    .where('status', '=', 'active')
    .where('lease_until', '<=', now);
