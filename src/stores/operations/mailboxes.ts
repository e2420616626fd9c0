import type { StoreOperations } from '../../core/ports.ts';
import type { Session } from '../engine.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { readRow } from '../row.ts';
import { type Context, changed, firstRowOf } from './context.ts';
import { filtered, joined } from './mailbox-queries.ts';
import {
  changedColumns,
  joinedColumns,
  mailboxFromRow,
  mailboxWithGrantFromRow,
  rowFromMailbox,
} from './mailbox-rows.ts';

export const mailboxOperations = ({ session, keyring }: Context): StoreOperations['mailboxes'] => {
  const findWithGrant = firstRowOf(session.reader, () =>
    joined(session.reader).select(joinedColumns).where('mailboxes.id', '=', ''),
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
    byNumber: async (workspaceId, number) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .selectAll()
        .where('number', '=', number)
        .where('workspace_id', '=', workspaceId)
        .executeTakeFirst();
      return row === undefined ? null : mailboxFromRow(row);
    },
    byExternalId: async (workspaceId, externalId) => {
      const row = await session.reader
        .selectFrom('mailboxes')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('external_id', '=', externalId)
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
    list: async (workspaceId, filter, page) => {
      let query = filtered(session.reader, workspaceId, filter).select(joinedColumns);
      if (page.after !== null) query = query.where('mailboxes.id', '>', page.after);
      const rows = await query.orderBy('mailboxes.id').limit(rowsWanted(page)).execute();
      return pageOf(rows, page, {
        map: (row) => mailboxWithGrantFromRow(row, keyring),
        idOf: (row) => readRow('mailboxes', row, 'mailboxes.').text('id'),
      });
    },
    slice: async (workspaceId, filter, { offset, limit }) => {
      if (![offset, limit].every((each) => Number.isSafeInteger(each) && each >= 0)) {
        throw new RangeError('A slice begins at 0 or later and holds 0 or more.');
      }
      const all = filtered(session.reader, workspaceId, filter);
      const counted = await all
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const rows = await all
        .select(joinedColumns)
        .orderBy('mailboxes.number')
        .limit(limit)
        .offset(offset)
        .execute();
      return {
        items: rows.map((row) => mailboxWithGrantFromRow(row, keyring)),
        total: readRow('mailboxes', counted).integer('count'),
      };
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
): Promise<string[]> => {
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
    .returning('id')
    .execute();
  return rows.map(({ id }) => id).sort();
};
