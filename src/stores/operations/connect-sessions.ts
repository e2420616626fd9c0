import type { StoreOperations } from '../../core/ports.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { readRow } from '../row.ts';
import {
  changedColumns,
  connectSessionFromRow,
  heldFromRow,
  rowFromConnectSession,
} from './connect-session-rows.ts';
import { hasConnectStatus } from './connect-session-status.ts';
import { type Context, changed } from './context.ts';
import { listingBy } from './long-reads.ts';
import { insertOwned } from './workspace-members.ts';

export const connectSessionOperations = ({
  session,
  keyring,
}: Context): StoreOperations['connectSessions'] => ({
  insert: async (connectSession) => {
    await insertOwned(session, 'connect_sessions', rowFromConnectSession(connectSession));
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('connect_sessions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : connectSessionFromRow(row);
  },
  byTokenHash: async (tokenHash) => {
    const row = await session.reader
      .selectFrom('connect_sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst();
    return row === undefined ? null : connectSessionFromRow(row);
  },
  list: async (workspaceId, wanted, page) => {
    let query = listingBy(session, workspaceId, { status: wanted?.status })
      .selectFrom('connect_sessions')
      .selectAll()
      .where('workspace_id', '=', workspaceId);
    if (wanted !== null) query = query.where(hasConnectStatus(wanted.status, wanted.now));
    if (page.after !== null) query = query.where('id', '<', page.after);
    const rows = await query.orderBy('id', 'desc').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: (row) => connectSessionFromRow(row), idOf: (row) => row.id });
  },
  update: async (id, changes) =>
    changed(
      await session.writer
        .updateTable('connect_sessions')
        // A column set to itself: an UPDATE without any would not be SQL.
        .set((eb) => ({ surface: eb.ref('surface'), ...changedColumns(id, changes, keyring) }))
        .where('id', '=', id)
        .where('finished_at', 'is', null)
        .executeTakeFirst(),
    ),
  held: async (id) => {
    const row = await session.reader
      .selectFrom('connect_sessions')
      .select(['id', 'held'])
      .where('id', '=', id)
      .where('held', 'is not', null)
      .executeTakeFirst();
    return row === undefined ? null : heldFromRow(row, keyring);
  },
  countHolding: async (heldPerson, exceptId) => {
    const row = await session.reader
      .selectFrom('connect_sessions')
      .where('held_person', '=', heldPerson)
      .where('held', 'is not', null)
      .where('id', '!=', exceptId)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return readRow('connect_sessions', row).integer('count');
  },
  holdingOf: async (oauthClientId) => {
    const rows = await session.reader
      .selectFrom('connect_sessions')
      .select('id')
      .where('held', 'is not', null)
      .where('oauth_client_id', '=', oauthClientId)
      .limit(1000)
      .execute();
    return rows.map(({ id }) => id);
  },
  forgetHeld: async (id) =>
    changed(
      await session.writer
        .updateTable('connect_sessions')
        .set({ held: null })
        .where('id', '=', id)
        .where('held', 'is not', null)
        .executeTakeFirst(),
    ),
  expiredHolding: async (before, limit) => {
    const rows = await session.reader
      .selectFrom('connect_sessions')
      .select('id')
      .where('held', 'is not', null)
      .where('expires_at', '<', before)
      .orderBy('expires_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  },
  finish: async (id, outcome, at) =>
    changed(
      await session.writer
        .updateTable('connect_sessions')
        .set({ outcome: outcome === null ? null : JSON.stringify(outcome), finished_at: at, held: null })
        .where('id', '=', id)
        .where('finished_at', 'is', null)
        .executeTakeFirst(),
    ),
  markRead: async (id, at) =>
    changed(
      await session.writer
        .updateTable('connect_sessions')
        .set({ read_at: at })
        .where('id', '=', id)
        .where('read_at', 'is', null)
        .executeTakeFirst(),
    ),
  // The authorization requests go with their session: the reference cascades.
  prune: async (before, limit) => {
    const result = await session.writer
      .deleteFrom('connect_sessions')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('connect_sessions')
          .select('id')
          .where('expires_at', '<', before)
          .orderBy('expires_at')
          .limit(limit),
      )
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  },
});
