// A mailbox as a row, and back; alone and joined with its grant and OAuth client.
import { isReasonCode } from '../../core/diagnosis.ts';
import { completeSettings, type MailboxSettings } from '../../core/mailbox-settings.ts';
import type { Mailbox } from '../../core/mailboxes.ts';
import type { MailboxWithGrant } from '../../core/ports.ts';
import type { Verification } from '../../core/verification.ts';
import {
  mailboxSettingsColumn,
  metadataColumn,
  type StoredVerification,
  textsColumn,
  verificationColumn,
} from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { flagOf, type Row, readRow } from '../row.ts';
import type { MailboxesTable } from '../schema.ts';
import { providerNames } from '../words.ts';
import { prefixed } from './context.ts';
import { grantColumns, grantFromRow } from './grant-rows.ts';
import { oauthClientColumns, oauthClientFromRow } from './oauth-client-rows.ts';

const mailboxColumns = {
  id: 1,
  workspace_id: 1,
  grant_id: 1,
  provider: 1,
  email: 1,
  delegate_email: 1,
  aliases: 1,
  name: 1,
  customer: 1,
  metadata: 1,
  folded_name: 1,
  number: 1,
  external_id: 1,
  settings: 1,
  sending_paused: 1,
  warmup_wanted: 1,
  disabled_at: 1,
  verification: 1,
  verify_due_at: 1,
  created_at: 1,
  updated_at: 1,
} as const satisfies Record<keyof MailboxesTable, 1>;

/** Of all three tables, under the name `table.column`. */
export const joinedColumns = [
  ...prefixed('mailboxes', mailboxColumns),
  ...prefixed('grants', grantColumns),
  ...prefixed('oauth_clients', oauthClientColumns),
];

export const mailboxWithGrantFromRow = (row: Row, keyring: Keyring): MailboxWithGrant => ({
  mailbox: mailboxFromRow(row, 'mailboxes.'),
  grant: grantFromRow(row, keyring, 'grants.'),
  oauthClient: oauthClientFromRow(row, keyring, 'oauth_clients.'),
});

export const rowFromMailbox = (mailbox: Mailbox): MailboxesTable => ({
  id: mailbox.id,
  workspace_id: mailbox.workspaceId,
  grant_id: mailbox.grantId,
  provider: mailbox.provider,
  email: mailbox.email,
  delegate_email: mailbox.delegateEmail,
  aliases: JSON.stringify(mailbox.aliases),
  name: mailbox.name,
  customer: mailbox.customer,
  metadata: JSON.stringify(mailbox.metadata),
  folded_name: foldedName(mailbox.name),
  number: mailbox.number,
  external_id: mailbox.externalId,
  ...settingsColumns(mailbox.settings),
  disabled_at: mailbox.disabledAt,
  verification: mailbox.verification === null ? null : JSON.stringify(mailbox.verification),
  verify_due_at: mailbox.verifyDueAt,
  created_at: mailbox.createdAt,
  updated_at: mailbox.updatedAt,
});

/** As names are searched for: `email` is in lower case as it stands. */
export const foldedName = (name: string): string => name.toLowerCase();

const settingsColumns = (settings: MailboxSettings) => ({
  settings: JSON.stringify(settings),
  sending_paused: flagOf(settings.sendingPaused),
  warmup_wanted: flagOf(settings.warmup.wanted),
});

/** Only the columns of the members that are given. A mailbox keeps its number for life. */
export const changedColumns = (changes: Partial<Mailbox>): Partial<MailboxesTable> => {
  const { name, aliases, metadata, settings, verification } = changes;
  const columns: Partial<Record<keyof MailboxesTable, unknown>> = {
    grant_id: changes.grantId,
    provider: changes.provider,
    email: changes.email,
    delegate_email: changes.delegateEmail,
    aliases: aliases && JSON.stringify(aliases),
    name,
    folded_name: name === undefined ? undefined : foldedName(name),
    customer: changes.customer,
    metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    external_id: changes.externalId,
    ...(settings === undefined ? {} : settingsColumns(settings)),
    disabled_at: changes.disabledAt,
    verification: verification ? JSON.stringify(verification) : verification,
    verify_due_at: changes.verifyDueAt,
    updated_at: changes.updatedAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

/** Of a reason that is not known, this much is: what came of the proof was something unexpected. */
const verificationOf = (stored: StoredVerification | null): Verification | null =>
  stored && {
    ...stored,
    results: stored.results.map((result) => ({
      ...result,
      reason: isReasonCode(result.reason) ? result.reason : 'server_answer_unreadable',
    })),
  };

export const mailboxFromRow = (row: Row, prefix = ''): Mailbox => {
  const reader = readRow('mailboxes', row, prefix);
  const { text, textOrNull, integer, integerOrNull } = reader;
  return {
    id: text('id'),
    workspaceId: text('workspace_id'),
    grantId: text('grant_id'),
    provider: reader.oneOf('provider', providerNames),
    email: text('email'),
    delegateEmail: textOrNull('delegate_email'),
    aliases: reader.json('aliases', textsColumn),
    name: text('name'),
    customer: textOrNull('customer'),
    metadata: reader.json('metadata', metadataColumn),
    number: integer('number'),
    externalId: textOrNull('external_id'),
    settings: completeSettings(reader.json('settings', mailboxSettingsColumn)),
    disabledAt: integerOrNull('disabled_at'),
    verification: verificationOf(reader.jsonOrNull('verification', verificationColumn)),
    verifyDueAt: integerOrNull('verify_due_at'),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
  };
};
