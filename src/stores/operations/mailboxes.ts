import type { StoreOperations } from '../../core/ports.ts';
import type { Session } from '../engine.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { readRow } from '../row.ts';
import { mailboxStatuses, providerNames } from '../words.ts';
import { type Context, changed, firstRowOf } from './context.ts';
import { joinedTokenSetColumns, tokenSetOfJoined } from './grant-joins.ts';
import { mailboxListing } from './long-reads.ts';
import { filtered, joined, listed } from './mailbox-queries.ts';
import {
  changedColumns,
  joinedColumns,
  mailboxFromRow,
  mailboxWithGrantFromRow,
  rowFromMailbox,
} from './mailbox-rows.ts';
import { statusText } from './mailbox-status.ts';
import { rowsById } from './rows-by-id.ts';
import { claimOfStaying, insertOwned } from './workspace-members.ts';

export const mailboxOperations = ({ session, keyring }: Context): StoreOperations['mailboxes'] => {
  const findWithGrant = firstRowOf(session.reader, () =>
    joined(session.reader).select(joinedColumns).where('mailboxes.id', '=', ''),
  );
  const findForTokenRead = rowsById(session, 'mailboxes.id', (isWanted) =>
    joined(session.reader)
      .leftJoin('token_sets', 'token_sets.grant_id', 'grants.id')
      .select([...joinedColumns, ...joinedTokenSetColumns])
      .where(isWanted),
  );
  return {
    insert: async (mailbox) => {
      await insertOwned(session, 'mailboxes', rowFromMailbox(mailbox));
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
    forTokenRead: async (id) => {
      const rows = await findForTokenRead(id);
      const [row] = rows;
      if (row === undefined) return null;
      const tokenSets = rows.flatMap((each) => tokenSetOfJoined(each, keyring) ?? []);
      return { ...mailboxWithGrantFromRow(row, keyring), tokenSets };
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
      const { after, skip = 0 } = page;
      const limit = rowsWanted(page);
      if (!Number.isSafeInteger(skip) || skip < 0) throw new RangeError('A list skips none or more.');
      const found = listed(mailboxListing(session, workspaceId, { filter, skip }), workspaceId, filter, {
        after,
        skip,
        limit,
      });
      const rows = await found.select(joinedColumns).orderBy('mailboxes.id').limit(limit).execute();
      return pageOf(rows, page, {
        map: (row) => mailboxWithGrantFromRow(row, keyring),
        idOf: (row) => readRow('mailboxes', row, 'mailboxes.').text('id'),
      });
    },
    tally: async (workspaceId, filter, { after, limit }) => {
      let part = filtered(session.scannerFor(workspaceId), workspaceId, filter).select([
        'mailboxes.id as id',
        'mailboxes.provider as provider',
        statusText.as('status'),
      ]);
      if (after !== null) part = part.where('mailboxes.id', '>', after);
      const rows = await session
        .scannerFor(workspaceId)
        .selectFrom(part.orderBy('mailboxes.id').limit(limit).as('part'))
        .select(['status', 'provider', (eb) => eb.fn.max('id').as('last')])
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .groupBy(['status', 'provider'])
        .execute();
      const counted = rows.map((row) => {
        const { oneOf, integer, text } = readRow('mailboxes', row);
        const status = oneOf('status', mailboxStatuses);
        return {
          status,
          provider: oneOf('provider', providerNames),
          count: integer('count'),
          last: text('last'),
        };
      });
      const seen = counted.reduce((sum, { count }) => sum + count, 0);
      const last =
        counted
          .map((each) => each.last)
          .sort()
          .at(-1) ?? null;
      return {
        counts: counted.map(({ status, provider, count }) => ({ status, provider, count })),
        next: seen < limit ? null : last,
      };
    },
    emailsOf: async (workspaceId, ids) => {
      if (ids.length === 0) return new Map();
      const rows = await session.reader
        .selectFrom('mailboxes')
        .select(['id', 'email'])
        .where('id', 'in', [...ids])
        .where('workspace_id', '=', workspaceId)
        .execute();
      return new Map(rows.map(({ id, email }) => [id, email]));
    },
    slice: async (workspaceId, filter, { offset, limit }) => {
      if (![offset, limit].every((each) => Number.isSafeInteger(each) && each >= 0)) {
        throw new RangeError('A slice begins at 0 or later and holds 0 or more.');
      }
      const all = filtered(session.scannerFor(workspaceId), workspaceId, filter);
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
    update: async (id, changes) => {
      const write = async ({ writer }: Session): Promise<boolean> => {
        const update = writer
          .updateTable('mailboxes')
          // A column set to itself: an UPDATE without any would not be SQL.
          .set((eb) => ({ name: eb.ref('name'), ...changedColumns(changes) }))
          .where('id', '=', id);
        return changed(await update.executeTakeFirst());
      };
      if (ofTokenReads.every((member) => changes[member] === undefined)) return write(session);
      return session.unit((unit) => {
        unit.announce({ kind: 'mailbox', id });
        return write(unit);
      });
    },
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
    remove: (id) =>
      session.unit(async ({ writer, announce }) => {
        announce({ kind: 'mailbox', id });
        const result = await writer.deleteFrom('mailboxes').where('id', '=', id).executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),
  };
};

/** What the answer to a token read depends on; the rest of a mailbox changes often and matters to nobody there. */
const ofTokenReads = ['grantId', 'provider', 'email', 'delegateEmail', 'disabledAt'] as const;

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
  const claimed = await claimOfStaying(session, {
    claim: () =>
      session.writer
        .updateTable('mailboxes')
        .set({ verify_due_at: claimUntil })
        .where(session.isAmong(due))
        // Once more on the row itself: a claim that waited for another one's lock must not take its rows.
        .where('verify_due_at', '<=', now)
        .returning(['id', 'workspace_id as workspaceId'])
        .execute(),
    // Never again: they go with their workspace.
    putOff: async (leaving) => {
      const ids = leaving.map(({ id }) => id);
      await session.writer
        .updateTable('mailboxes')
        .set({ verify_due_at: null })
        .where('id', 'in', ids)
        .execute();
    },
  });
  return claimed.map(({ id }) => id).sort();
};
