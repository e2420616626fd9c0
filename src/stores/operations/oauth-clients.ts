import { sql } from 'kysely';
import type { StoreOperations } from '../../core/ports.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { readable, readRow } from '../row.ts';
import { type Context, changed } from './context.ts';
import { changedColumns, oauthClientFromRow, rowFromOAuthClient } from './oauth-client-rows.ts';
import { insertOwned } from './workspace-members.ts';

export const oauthClientOperations = ({ session, keyring }: Context): StoreOperations['oauthClients'] => ({
  insert: async (client) => {
    await insertOwned(session, 'oauth_clients', rowFromOAuthClient(client, keyring));
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('oauth_clients')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : oauthClientFromRow(row, keyring);
  },
  listVisible: async (workspaceId, page) => {
    let query = session.reader.selectFrom('oauth_clients').selectAll().where('deleted_at', 'is', null);
    query =
      workspaceId === null
        ? query.where('workspace_id', 'is', null)
        : query.where((eb) =>
            eb.or([
              eb('workspace_id', '=', workspaceId),
              eb.and([eb('workspace_id', 'is', null), eb('grant_type', '=', 'authorization_code')]),
            ]),
          );
    if (page.after !== null) query = query.where('id', '>', page.after);
    const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: (row) => oauthClientFromRow(row, keyring), idOf: (row) => row.id });
  },
  choose: async (workspaceId, provider, owner = 'any') => {
    let query = session.reader
      .selectFrom('oauth_clients')
      .selectAll()
      .where('provider', '=', provider)
      // The others act without a person: whoever wants such a one names it.
      .where('grant_type', '=', 'authorization_code')
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('workspace_id', '=', workspaceId), eb('workspace_id', 'is', null)]));
    if (owner === 'workspace') query = query.where('workspace_id', 'is not', null);
    if (owner === 'customers') {
      query = query.where((eb) => eb.or([eb('customers_may_use', '=', 1), eb('workspace_id', 'is', null)]));
    }
    if (owner === 'installation') query = query.where('workspace_id', 'is', null);
    const row = await query
      // False sorts before true on both engines: the workspace's own come first.
      .orderBy(sql`workspace_id is null`)
      .orderBy(sql`status <> 'active'`)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : oauthClientFromRow(row, keyring);
  },
  byClientId: async (workspaceId, provider, clientId) => {
    const row = await session.reader
      .selectFrom('oauth_clients')
      .selectAll()
      .where('client_id', '=', clientId)
      .where('provider', '=', provider)
      .where('workspace_id', '=', workspaceId)
      // An app at Microsoft may stand here twice, once for people and once for itself.
      .where('grant_type', '=', 'authorization_code')
      .where('deleted_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : oauthClientFromRow(row, keyring);
  },
  update: (id, changes) =>
    session.unit(async ({ writer, announce }) => {
      announce({ kind: 'oauth_client', id });
      const update = writer
        .updateTable('oauth_clients')
        // A column set to itself: an UPDATE without any would not be SQL.
        .set((eb) => ({ name: eb.ref('name'), ...changedColumns(id, changes, keyring) }))
        .where('id', '=', id)
        .where('deleted_at', 'is', null);
      return changed(await update.executeTakeFirst());
    }),
  pause: (id, { updatedAt, reason, at, words }) =>
    session.unit(async ({ writer, announce }) => {
      announce({ kind: 'oauth_client', id });
      const update = writer
        .updateTable('oauth_clients')
        // `updated_at` stays: it tells of changes by the owner, and a pause in flight is compared with those.
        .set({
          status: 'paused',
          paused_reason: reason,
          paused_at: at,
          paused_words: words && JSON.stringify(words),
        })
        .where('id', '=', id)
        .where('status', '=', 'active')
        .where('updated_at', '=', updatedAt)
        .where('deleted_at', 'is', null);
      return changed(await update.executeTakeFirst());
    }),
  expiringCredentials: async (before, warnedDays, limit, passedOver) => {
    const rows = await session.reader
      .selectFrom('oauth_clients')
      .selectAll()
      .where('credential_expires_at', '<', before)
      .where((eb) => eb.or([eb('expiry_warned_days', 'is', null), eb('expiry_warned_days', '>', warnedDays)]))
      .where('deleted_at', 'is', null)
      .orderBy('credential_expires_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return readable(
      rows,
      (row) => oauthClientFromRow(row, keyring),
      ({ id }, error) => passedOver?.(id, error),
    );
  },
  lastUsedAt: async (id) => {
    const row = await session.reader
      .selectFrom('grants')
      .where('oauth_client_id', '=', id)
      .select((eb) => eb.fn.max('refreshed_at').as('refreshed_at'))
      .executeTakeFirstOrThrow();
    return readRow('grants', row).integerOrNull('refreshed_at');
  },
  countMailboxes: async (id) => {
    const row = await session.reader
      .selectFrom('mailboxes')
      .innerJoin('grants', 'grants.id', 'mailboxes.grant_id')
      .where('grants.oauth_client_id', '=', id)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return readRow('mailboxes', row).integer('count');
  },
});
