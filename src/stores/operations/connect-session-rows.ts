// A connect session as a row, and back. What it holds is a column that is read and written apart: whoever reads a
// session to show it opens no tokens.
import type { ConnectSession } from '../../core/connect-session.ts';
import type { HeldAuthorization } from '../../core/held-authorization.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { heldFromText, textOfHeld } from '../held-authorization.ts';
import { connectOutcomeColumn, heldAuthorizationColumn, setbackColumn } from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { flagOf, type Row, readRow, sealColumn } from '../row.ts';
import type { ConnectSessionsTable } from '../schema.ts';
import { completions, profiles, providerNames } from '../words.ts';

export const rowFromConnectSession = (connectSession: ConnectSession): ConnectSessionsTable => ({
  id: connectSession.id,
  workspace_id: connectSession.workspaceId,
  oauth_client_id: connectSession.oauthClientId,
  provider: connectSession.provider,
  profile: connectSession.profile,
  token_hash: connectSession.tokenHash,
  expected_email: connectSession.expectedEmail,
  shared_mailbox: connectSession.sharedMailbox,
  mailbox_id: connectSession.mailboxId,
  customer: connectSession.customer,
  mailbox_name: connectSession.mailboxName,
  external_id: connectSession.externalId,
  completion: connectSession.completion,
  return_url: connectSession.returnUrl,
  managed_accounts_only: flagOf(connectSession.managedAccountsOnly),
  exclusive: flagOf(connectSession.exclusive),
  is_retryable: flagOf(connectSession.isRetryable),
  surface: connectSession.surface,
  setback: jsonOrNull(connectSession.setback),
  admin_consented_at: connectSession.adminConsentedAt,
  held: null,
  held_person: null,
  outcome: jsonOrNull(connectSession.outcome),
  created_at: connectSession.createdAt,
  expires_at: connectSession.expiresAt,
  finished_at: connectSession.finishedAt,
  read_at: connectSession.readAt,
});

/** Only the columns of the members that are given. */
export const changedColumns = (
  id: string,
  changes: Parameters<StoreOperations['connectSessions']['update']>[1],
  keyring: Keyring,
): Partial<ConnectSessionsTable> => {
  const { setback, held } = changes;
  const columns: Partial<Record<keyof ConnectSessionsTable, unknown>> = {
    setback: setback === undefined ? undefined : jsonOrNull(setback),
    expires_at: changes.expiresAt,
    admin_consented_at: changes.adminConsentedAt,
    held: held && sealHeld(id, held, keyring),
    held_person: held === null ? null : changes.heldPerson,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

const sealHeld = (rowId: string, held: HeldAuthorization, keyring: Keyring): Uint8Array =>
  sealColumn(keyring, { table: 'connect_sessions', column: 'held', rowId }, textOfHeld(held));

export const heldFromRow = (row: Row, keyring: Keyring): HeldAuthorization => {
  const reader = readRow('connect_sessions', row);
  return heldFromText(reader.openedJson('held', heldAuthorizationColumn, keyring, reader.text('id')));
};

const jsonOrNull = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

export const connectSessionFromRow = (row: Row): ConnectSession => {
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
    sharedMailbox: textOrNull('shared_mailbox'),
    mailboxId: textOrNull('mailbox_id'),
    customer: textOrNull('customer'),
    mailboxName: textOrNull('mailbox_name'),
    externalId: textOrNull('external_id'),
    completion: reader.oneOf('completion', completions),
    returnUrl: textOrNull('return_url'),
    managedAccountsOnly: reader.flag('managed_accounts_only'),
    exclusive: reader.flag('exclusive'),
    isRetryable: reader.flag('is_retryable'),
    surface: text('surface'),
    setback: reader.jsonOrNull('setback', setbackColumn),
    adminConsentedAt: integerOrNull('admin_consented_at'),
    outcome: reader.jsonOrNull('outcome', connectOutcomeColumn),
    createdAt: integer('created_at'),
    expiresAt: integer('expires_at'),
    finishedAt: integerOrNull('finished_at'),
    readAt: integerOrNull('read_at'),
  };
};
