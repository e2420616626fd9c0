import type { ConnectSession } from '../../core/connect.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { connectOutcomeColumn } from '../json-columns.ts';
import { flagOf, type Row, readRow } from '../row.ts';
import type { ConnectSessionsTable } from '../schema.ts';
import { profiles, providerNames } from '../words.ts';
import { type Context, changed } from './context.ts';

export const connectSessionOperations = ({ session }: Context): StoreOperations['connectSessions'] => ({
  insert: async (connectSession) => {
    await session.writer
      .insertInto('connect_sessions')
      .values(rowFromConnectSession(connectSession))
      .execute();
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
  finish: async (id, outcome, at) =>
    changed(
      await session.writer
        .updateTable('connect_sessions')
        .set({ outcome: outcome === null ? null : JSON.stringify(outcome), finished_at: at })
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

const rowFromConnectSession = (connectSession: ConnectSession): ConnectSessionsTable => ({
  id: connectSession.id,
  workspace_id: connectSession.workspaceId,
  oauth_client_id: connectSession.oauthClientId,
  provider: connectSession.provider,
  profile: connectSession.profile,
  token_hash: connectSession.tokenHash,
  expected_email: connectSession.expectedEmail,
  mailbox_id: connectSession.mailboxId,
  customer: connectSession.customer,
  mailbox_name: connectSession.mailboxName,
  external_id: connectSession.externalId,
  return_url: connectSession.returnUrl,
  managed_accounts_only: flagOf(connectSession.managedAccountsOnly),
  exclusive: flagOf(connectSession.exclusive),
  surface: connectSession.surface,
  outcome: connectSession.outcome === null ? null : JSON.stringify(connectSession.outcome),
  created_at: connectSession.createdAt,
  expires_at: connectSession.expiresAt,
  finished_at: connectSession.finishedAt,
  read_at: connectSession.readAt,
});

const connectSessionFromRow = (row: Row): ConnectSession => {
  const reader = readRow('connect_sessions', row);
  const { text, textOrNull, integer, integerOrNull } = reader;
  return {
    id: text('id'),
    workspaceId: text('workspace_id'),
    oauthClientId: text('oauth_client_id'),
    provider: reader.oneOf('provider', providerNames),
    profile: reader.oneOf('profile', profiles),
    tokenHash: text('token_hash'),
    expectedEmail: textOrNull('expected_email'),
    mailboxId: textOrNull('mailbox_id'),
    customer: textOrNull('customer'),
    mailboxName: textOrNull('mailbox_name'),
    externalId: textOrNull('external_id'),
    returnUrl: textOrNull('return_url'),
    managedAccountsOnly: reader.flag('managed_accounts_only'),
    exclusive: reader.flag('exclusive'),
    surface: text('surface'),
    outcome: reader.jsonOrNull('outcome', connectOutcomeColumn),
    createdAt: integer('created_at'),
    expiresAt: integer('expires_at'),
    finishedAt: integerOrNull('finished_at'),
    readAt: integerOrNull('read_at'),
  };
};
