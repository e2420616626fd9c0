// An OAuth client as a row, and back. Owns how a credential is spread over its columns: what it is in JSON, its text
// sealed, its end once more for the index.
import type { ClientCredential } from '../../core/client-credentials.ts';
import { type ReasonCode, verdictTable } from '../../core/diagnosis.ts';
import type { OAuthClient } from '../../core/oauth-clients.ts';
import { Secret, secret } from '../../core/secret.ts';
import {
  credentialColumn,
  dialectsColumn,
  examinationColumn,
  providerWordsColumn,
  type StoredCredential,
  textsColumn,
} from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { flagOf, type Row, type RowReader, readRow, sealColumn } from '../row.ts';
import type { OAuthClientsTable } from '../schema.ts';
import { grantTypes, oauthClientStatuses, providerNames } from '../words.ts';

/** The columns of the table, for joins. */
export const oauthClientColumns = {
  id: 1,
  workspace_id: 1,
  provider: 1,
  name: 1,
  grant_type: 1,
  client_id: 1,
  credential: 1,
  client_secret: 1,
  credential_expires_at: 1,
  next_credential: 1,
  next_client_secret: 1,
  expiry_warned_days: 1,
  cloud: 1,
  entra_tenant: 1,
  personal_accounts: 1,
  extra_scopes: 1,
  customers_may_use: 1,
  examination: 1,
  dialects: 1,
  status: 1,
  paused_reason: 1,
  paused_at: 1,
  paused_words: 1,
  created_at: 1,
  updated_at: 1,
  deleted_at: 1,
} as const satisfies Record<keyof OAuthClientsTable, 1>;

export const rowFromOAuthClient = (client: OAuthClient, keyring: Keyring): OAuthClientsTable => ({
  id: client.id,
  workspace_id: client.workspaceId,
  provider: client.provider,
  name: client.name,
  grant_type: client.grantType,
  client_id: client.clientId,
  ...credentialColumns(client.id, client.credential, keyring),
  ...nextCredentialColumns(client.id, client.nextCredential, keyring),
  expiry_warned_days: client.expiryWarnedDays,
  cloud: client.cloud,
  entra_tenant: client.entraTenant,
  personal_accounts: flagOf(client.personalAccounts),
  extra_scopes: JSON.stringify(client.extraScopes),
  customers_may_use: flagOf(client.customersMayUse),
  examination: jsonOrNull(client.examination),
  dialects: JSON.stringify(client.dialects),
  status: client.status,
  paused_reason: client.pausedReason,
  paused_at: client.pausedAt,
  paused_words: client.pausedWords && JSON.stringify(client.pausedWords),
  created_at: client.createdAt,
  updated_at: client.updatedAt,
  deleted_at: client.deletedAt,
});

/** Only the columns of the members that are given. */
export const changedColumns = (
  id: string,
  changes: Partial<OAuthClient>,
  keyring: Keyring,
): Partial<OAuthClientsTable> => {
  const { credential, nextCredential, personalAccounts, extraScopes } = changes;
  const { customersMayUse, examination, dialects } = changes;
  const columns: Partial<Record<keyof OAuthClientsTable, unknown>> = {
    provider: changes.provider,
    name: changes.name,
    grant_type: changes.grantType,
    client_id: changes.clientId,
    ...(credential === undefined ? {} : credentialColumns(id, credential, keyring)),
    ...(nextCredential === undefined ? {} : nextCredentialColumns(id, nextCredential, keyring)),
    expiry_warned_days: changes.expiryWarnedDays,
    cloud: changes.cloud,
    entra_tenant: changes.entraTenant,
    personal_accounts: personalAccounts === undefined ? undefined : flagOf(personalAccounts),
    extra_scopes: extraScopes && JSON.stringify(extraScopes),
    customers_may_use: customersMayUse === undefined ? undefined : flagOf(customersMayUse),
    examination: examination === undefined ? undefined : jsonOrNull(examination),
    dialects: dialects && JSON.stringify(dialects),
    status: changes.status,
    paused_reason: changes.pausedReason,
    paused_at: changes.pausedAt,
    paused_words: changes.pausedWords && JSON.stringify(changes.pausedWords),
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
    grantType: reader.oneOf('grant_type', grantTypes),
    clientId: text('client_id'),
    credential: credentialOf(reader, reader.json('credential', credentialColumn), {
      textColumn: 'client_secret',
      keyring,
    }),
    nextCredential: nextCredentialOf(reader, keyring),
    expiryWarnedDays: integerOrNull('expiry_warned_days'),
    cloud: text('cloud'),
    entraTenant: textOrNull('entra_tenant'),
    personalAccounts: reader.flag('personal_accounts'),
    extraScopes: reader.json('extra_scopes', textsColumn),
    customersMayUse: reader.flag('customers_may_use'),
    examination: reader.jsonOrNull('examination', examinationColumn),
    dialects: reader.json('dialects', dialectsColumn),
    status: reader.oneOf('status', oauthClientStatuses),
    pausedReason:
      textOrNull('paused_reason') === null ? null : reader.oneOf<ReasonCode>('paused_reason', verdictTable),
    pausedAt: integerOrNull('paused_at'),
    pausedWords: reader.jsonOrNull('paused_words', providerWordsColumn),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
    deletedAt: integerOrNull('deleted_at'),
  };
};

type TextColumn = 'client_secret' | 'next_client_secret';

const sealText = (rowId: string, column: TextColumn, text: Secret<string>, keyring: Keyring): Uint8Array =>
  sealColumn(keyring, { table: 'oauth_clients', column, rowId }, text);

/** All columns of the current credential: an update that wrote one of them alone would mix two credentials. */
const credentialColumns = (rowId: string, credential: ClientCredential, keyring: Keyring) => ({
  credential: credentialJson(credential),
  client_secret: sealText(rowId, 'client_secret', textOf(credential) ?? secret(''), keyring),
  credential_expires_at: credential.expiresAt,
});

const nextCredentialColumns = (rowId: string, next: ClientCredential | null, keyring: Keyring) => {
  const text = next && textOf(next);
  return {
    next_credential: next && credentialJson(next),
    next_client_secret: text && sealText(rowId, 'next_client_secret', text, keyring),
  };
};

/** Null when it is held by reference. */
const textOf = ({ held }: ClientCredential): Secret<string> | null => (held instanceof Secret ? held : null);

const credentialJson = ({ kind, held, expiresAt, addedAt }: ClientCredential): string => {
  const reference = held instanceof Secret ? null : held.reference;
  return JSON.stringify({ kind, reference, expiresAt, addedAt } satisfies StoredCredential);
};

const nextCredentialOf = (reader: RowReader, keyring: Keyring): ClientCredential | null => {
  const stored = reader.jsonOrNull('next_credential', credentialColumn);
  return stored && credentialOf(reader, stored, { textColumn: 'next_client_secret', keyring });
};

const credentialOf = (
  reader: RowReader,
  { kind, reference, expiresAt, addedAt }: StoredCredential,
  { textColumn, keyring }: { textColumn: TextColumn; keyring: Keyring },
): ClientCredential => ({
  kind,
  held: reference === null ? reader.opened(textColumn, keyring, reader.text('id')) : { reference },
  expiresAt,
  addedAt: addedAt ?? reader.integer('created_at'),
});

const jsonOrNull = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));
