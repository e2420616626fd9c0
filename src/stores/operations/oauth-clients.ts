import { sql } from 'kysely';
import { type ReasonCode, verdictTable } from '../../core/diagnosis.ts';
import type { OAuthClient } from '../../core/oauth-clients.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { dialectsColumn, extraScopesColumn } from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { flagOf, type Row, readRow, sealColumn } from '../row.ts';
import type { OAuthClientsTable } from '../schema.ts';
import { oauthClientStatuses, providerNames } from '../words.ts';
import { type Context, changed } from './context.ts';

export const oauthClientOperations = ({ session, keyring }: Context): StoreOperations['oauthClients'] => ({
  insert: async (client) => {
    await session.writer.insertInto('oauth_clients').values(rowFromOAuthClient(client, keyring)).execute();
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
        : query.where((eb) => eb.or([eb('workspace_id', '=', workspaceId), eb('workspace_id', 'is', null)]));
    if (page.after !== null) query = query.where('id', '>', page.after);
    const rows = await query.orderBy('id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: (row) => oauthClientFromRow(row, keyring), idOf: (row) => row.id });
  },
  choose: async (workspaceId, provider, owner = 'any') => {
    let query = session.reader
      .selectFrom('oauth_clients')
      .selectAll()
      .where('provider', '=', provider)
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('workspace_id', '=', workspaceId), eb('workspace_id', 'is', null)]));
    if (owner === 'workspace') query = query.where('workspace_id', 'is not', null);
    if (owner === 'installation') query = query.where('workspace_id', 'is', null);
    const row = await query
      // False sorts before true on both engines: the workspace's own come first.
      .orderBy(sql`workspace_id is null`)
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
      .where('deleted_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : oauthClientFromRow(row, keyring);
  },
  update: async (id, changes) =>
    changed(
      await session.writer
        .updateTable('oauth_clients')
        // A column set to itself: an UPDATE without any would not be SQL.
        .set((eb) => ({ name: eb.ref('name'), ...changedColumns(id, changes, keyring) }))
        .where('id', '=', id)
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    ),
  pause: async (id, { updatedAt, reason, at }) =>
    changed(
      await session.writer
        .updateTable('oauth_clients')
        // `updated_at` stays: it tells of changes by the owner, and a pause in flight is compared with those.
        .set({ status: 'paused', paused_reason: reason, paused_at: at })
        .where('id', '=', id)
        .where('status', '=', 'active')
        .where('updated_at', '=', updatedAt)
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    ),
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

/** The columns of the table, for joins. */
export const oauthClientColumns = {
  id: 1,
  workspace_id: 1,
  provider: 1,
  name: 1,
  client_id: 1,
  client_secret: 1,
  cloud: 1,
  entra_tenant: 1,
  personal_accounts: 1,
  extra_scopes: 1,
  dialects: 1,
  status: 1,
  paused_reason: 1,
  paused_at: 1,
  created_at: 1,
  updated_at: 1,
  deleted_at: 1,
} as const satisfies Record<keyof OAuthClientsTable, 1>;

const sealedAt = (rowId: string) => ({ table: 'oauth_clients', column: 'client_secret', rowId });

const rowFromOAuthClient = (client: OAuthClient, keyring: Keyring): OAuthClientsTable => ({
  id: client.id,
  workspace_id: client.workspaceId,
  provider: client.provider,
  name: client.name,
  client_id: client.clientId,
  client_secret: sealColumn(keyring, sealedAt(client.id), client.clientSecret),
  cloud: client.cloud,
  entra_tenant: client.entraTenant,
  personal_accounts: flagOf(client.personalAccounts),
  extra_scopes: JSON.stringify(client.extraScopes),
  dialects: JSON.stringify(client.dialects),
  status: client.status,
  paused_reason: client.pausedReason,
  paused_at: client.pausedAt,
  created_at: client.createdAt,
  updated_at: client.updatedAt,
  deleted_at: client.deletedAt,
});

/** Only the columns of the members that are given. */
const changedColumns = (
  id: string,
  changes: Partial<OAuthClient>,
  keyring: Keyring,
): Partial<OAuthClientsTable> => {
  const { clientSecret, personalAccounts, extraScopes, dialects } = changes;
  const columns: Partial<Record<keyof OAuthClientsTable, unknown>> = {
    provider: changes.provider,
    name: changes.name,
    client_id: changes.clientId,
    client_secret: clientSecret && sealColumn(keyring, sealedAt(id), clientSecret),
    cloud: changes.cloud,
    entra_tenant: changes.entraTenant,
    personal_accounts: personalAccounts === undefined ? undefined : flagOf(personalAccounts),
    extra_scopes: extraScopes && JSON.stringify(extraScopes),
    dialects: dialects && JSON.stringify(dialects),
    status: changes.status,
    paused_reason: changes.pausedReason,
    paused_at: changes.pausedAt,
    updated_at: changes.updatedAt,
    deleted_at: changes.deletedAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

export const oauthClientFromRow = (row: Row, keyring: Keyring, prefix = ''): OAuthClient => {
  const reader = readRow('oauth_clients', row, prefix);
  const { text, textOrNull, integer, integerOrNull } = reader;
  const id = text('id');
  return {
    id,
    workspaceId: textOrNull('workspace_id'),
    provider: reader.oneOf('provider', providerNames),
    name: text('name'),
    clientId: text('client_id'),
    clientSecret: reader.opened('client_secret', keyring, id),
    cloud: text('cloud'),
    entraTenant: textOrNull('entra_tenant'),
    personalAccounts: reader.flag('personal_accounts'),
    extraScopes: reader.json('extra_scopes', extraScopesColumn),
    dialects: reader.json('dialects', dialectsColumn),
    status: reader.oneOf('status', oauthClientStatuses),
    pausedReason:
      textOrNull('paused_reason') === null ? null : reader.oneOf<ReasonCode>('paused_reason', verdictTable),
    pausedAt: integerOrNull('paused_at'),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
    deletedAt: integerOrNull('deleted_at'),
  };
};
