import type { Mailbox } from '../../core/mailboxes.ts';
import type { MailboxWithGrant, StoreOperations } from '../../core/ports.ts';
import type { Session } from '../engine.ts';
import { metadataColumn, verificationColumn } from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import type { MailboxesTable } from '../schema.ts';
import { providerNames } from '../words.ts';
import { type Context, changed, type Database, firstRowOf, prefixed } from './context.ts';
import { grantColumns, grantFromRow } from './grant-rows.ts';
import { oauthClientColumns, oauthClientFromRow } from './oauth-clients.ts';

export const mailboxOperations = ({ session, keyring }: Context): StoreOperations['mailboxes'] => {
  const findWithGrant = firstRowOf(session.reader, () =>
    joined(session.reader).where('mailboxes.id', '=', ''),
  );
  return {
    insert: async (mailbox) => {
      await session.writer.insertInto('mailboxes').values(rowFromMailbox(mailbox)).execute();
    },
    byId: async (id) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : mailboxFromRow(row);
    },
    withGrant: async (id) => {
      const row = await findWithGrant(id);
      return row === undefined ? null : mailboxWithGrantFromRow(row, keyring);
    },
    byEmail: async (workspaceId, email) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('email', '=', email)
        .executeTakeFirst();
      return row === undefined ? null : mailboxFromRow(row);
    },
    existsElsewhere: async (workspaceId, email) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .select('id')
        .where('email', '=', email)
        .where('workspace_id', '!=', workspaceId)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    list: async (workspaceId, { email, provider, customer }, page) => {
      let query = joined(session.reader).where('mailboxes.workspace_id', '=', workspaceId);
      if (email !== undefined) query = query.where('mailboxes.email', '=', email);
      if (provider !== undefined) query = query.where('mailboxes.provider', '=', provider);
      if (customer !== undefined) query = query.where('mailboxes.customer', '=', customer);
      if (page.after !== null) query = query.where('mailboxes.id', '>', page.after);
      const rows = await query.orderBy('mailboxes.id').limit(rowsWanted(page)).execute();
      return pageOf(rows, page, {
        map: (row) => mailboxWithGrantFromRow(row, keyring),
        idOf: (row) => readRow('mailboxes', row, 'mailboxes.').text('id'),
      });
    },
    update: async (id, changes) =>
      changed(
        await session.writer
          .updateTable('mailboxes')
          // A column set to itself: an UPDATE without any would not be SQL.
          .set((eb) => ({ name: eb.ref('name'), ...changedColumns(changes) }))
          .where('id', '=', id)
          .executeTakeFirst(),
      ),
    saveVerification: async (id, verification, verifyDueAt) =>
      changed(
        await session.writer
          .updateTable('mailboxes')
          .set({ verification: JSON.stringify(verification), verify_due_at: verifyDueAt })
          .where('id', '=', id)
          .executeTakeFirst(),
      ),
    claimDueVerifications: (now, claimUntil, limit) =>
      claimDueVerifications(session, { now, claimUntil, limit }),
    countByGrant: async (grantId) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .where('grant_id', '=', grantId)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return readRow('mailboxes', row).integer('count');
    },
    listByGrant: async (grantId) => {
      const rows = await session.reader
        .selectFrom('mailboxes')
        .selectAll()
        .where('grant_id', '=', grantId)
        .orderBy('id')
        .execute();
      return rows.map((row) => mailboxFromRow(row));
    },
    remove: async (id) => {
      const result = await session.writer.deleteFrom('mailboxes').where('id', '=', id).executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
};

/** The oldest are claimed first; what comes back is in order of id, for RETURNING promises no order. */
const claimDueVerifications = async (
  session: Session,
  { now, claimUntil, limit }: { now: number; claimUntil: number; limit: number },
): Promise<Mailbox[]> => {
  const due = session.writer
    .selectFrom('mailboxes')
    .select('id')
    .where('disabled_at', 'is', null)
    .where('verify_due_at', '<=', now)
    .orderBy('verify_due_at')
    .orderBy('id')
    .limit(limit);
  const rows = await session.writer
    .updateTable('mailboxes')
    .set({ verify_due_at: claimUntil })
    .where('id', 'in', session.claimable(due))
    // Once more on the row itself: a claim that waited for another one's lock must not take its rows.
    .where('verify_due_at', '<=', now)
    .returningAll()
    .execute();
  return rows.map((row) => mailboxFromRow(row)).sort((a, b) => (a.id < b.id ? -1 : 1));
};

const joined = (db: Database) =>
  db
    .selectFrom('mailboxes')
    .innerJoin('grants', 'grants.id', 'mailboxes.grant_id')
    .innerJoin('oauth_clients', 'oauth_clients.id', 'grants.oauth_client_id')
    .select(joinedColumns);

const mailboxWithGrantFromRow = (row: Row, keyring: Keyring): MailboxWithGrant => ({
  mailbox: mailboxFromRow(row, 'mailboxes.'),
  grant: grantFromRow(row, keyring, 'grants.'),
  oauthClient: oauthClientFromRow(row, keyring, 'oauth_clients.'),
});

const mailboxColumns = {
  id: 1,
  workspace_id: 1,
  grant_id: 1,
  provider: 1,
  email: 1,
  name: 1,
  customer: 1,
  metadata: 1,
  disabled_at: 1,
  verification: 1,
  verify_due_at: 1,
  created_at: 1,
  updated_at: 1,
} as const satisfies Record<keyof MailboxesTable, 1>;

const joinedColumns = [
  ...prefixed('mailboxes', mailboxColumns),
  ...prefixed('grants', grantColumns),
  ...prefixed('oauth_clients', oauthClientColumns),
];

const rowFromMailbox = (mailbox: Mailbox): MailboxesTable => ({
  id: mailbox.id,
  workspace_id: mailbox.workspaceId,
  grant_id: mailbox.grantId,
  provider: mailbox.provider,
  email: mailbox.email,
  name: mailbox.name,
  customer: mailbox.customer,
  metadata: JSON.stringify(mailbox.metadata),
  disabled_at: mailbox.disabledAt,
  verification: mailbox.verification === null ? null : JSON.stringify(mailbox.verification),
  verify_due_at: mailbox.verifyDueAt,
  created_at: mailbox.createdAt,
  updated_at: mailbox.updatedAt,
});

/** Only the columns of the members that are given. */
const changedColumns = (changes: Partial<Mailbox>): Partial<MailboxesTable> => {
  const { metadata, verification } = changes;
  const columns: Partial<Record<keyof MailboxesTable, unknown>> = {
    grant_id: changes.grantId,
    provider: changes.provider,
    email: changes.email,
    name: changes.name,
    customer: changes.customer,
    metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    disabled_at: changes.disabledAt,
    verification: verification ? JSON.stringify(verification) : verification,
    verify_due_at: changes.verifyDueAt,
    updated_at: changes.updatedAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
};

const mailboxFromRow = (row: Row, prefix = ''): Mailbox => {
  const reader = readRow('mailboxes', row, prefix);
  const { text, textOrNull, integer, integerOrNull } = reader;
  return {
    id: text('id'),
    workspaceId: text('workspace_id'),
    grantId: text('grant_id'),
    provider: reader.oneOf('provider', providerNames),
    email: text('email'),
    name: text('name'),
    customer: textOrNull('customer'),
    metadata: reader.json('metadata', metadataColumn),
    disabledAt: integerOrNull('disabled_at'),
    verification: reader.jsonOrNull('verification', verificationColumn),
    verifyDueAt: integerOrNull('verify_due_at'),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
  };
};
