import { sql } from 'kysely';
import type { StoreOperations, TokenUse } from '../../core/ports.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import type { Context } from './context.ts';

export const tokenUseOperations = ({ session }: Context): StoreOperations['tokenUses'] => ({
  add: async (uses) => {
    if (uses.length === 0) return;
    await session.writer
      .insertInto('token_uses')
      .values(
        uses.map(({ mailboxId, keyId, minute, total, firstAt, lastAt }) => ({
          mailbox_id: mailboxId,
          key_id: keyId,
          minute,
          total,
          first_at: firstAt,
          last_at: lastAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['mailbox_id', 'minute', 'key_id']).doUpdateSet({
          total: sql`token_uses.total + excluded.total`,
          first_at: sql`case when excluded.first_at < token_uses.first_at then excluded.first_at else token_uses.first_at end`,
          last_at: sql`case when excluded.last_at > token_uses.last_at then excluded.last_at else token_uses.last_at end`,
        }),
      )
      .execute();
  },
  list: async (mailboxId, page) => {
    let query = session.reader.selectFrom('token_uses').selectAll().where('mailbox_id', '=', mailboxId);
    const after = page.after === null ? null : placeOf(page.after);
    if (after !== null) {
      query = query.where((eb) =>
        eb.or([
          eb('minute', '<', after.minute),
          eb.and([eb('minute', '=', after.minute), eb('key_id', '>', after.keyId)]),
        ]),
      );
    }
    const rows = await query.orderBy('minute', 'desc').orderBy('key_id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: tokenUseFromRow, idOf: (row) => `${row.minute} ${row.key_id}` });
  },
  prune: async (before, limit) => {
    const old = session.writer
      .selectFrom('token_uses')
      .select(['mailbox_id', 'minute', 'key_id'])
      .where('minute', '<', before)
      .orderBy('minute')
      .limit(limit);
    const { numDeletedRows } = await session.writer
      .deleteFrom('token_uses')
      .where((eb) =>
        eb(
          eb.refTuple('mailbox_id', 'minute', 'key_id'),
          'in',
          session.claimable(old).$asTuple('mailbox_id', 'minute', 'key_id'),
        ),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
});

/** A cursor that is none begins at the newest. */
const placeOf = (cursor: string): { minute: number; keyId: string } => {
  const [minute, keyId = ''] = cursor.split(' ');
  const number = Number(minute);
  return { minute: Number.isSafeInteger(number) ? number : Number.MAX_SAFE_INTEGER, keyId };
};

const tokenUseFromRow = (row: Row): TokenUse => {
  const { text, integer } = readRow('token_uses', row);
  return {
    mailboxId: text('mailbox_id'),
    keyId: text('key_id'),
    minute: integer('minute'),
    total: integer('total'),
    firstAt: integer('first_at'),
    lastAt: integer('last_at'),
  };
};
