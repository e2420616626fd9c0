// Reads of tokens, counted by mailbox, minute and key.
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
        merged(uses).map(({ mailboxId, keyId, minute, total, firstAt, lastAt }) => ({
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
    if (page.after !== null) {
      const { minute, keyId } = placeOf(page.after);
      query = query.where((eb) =>
        eb.or([eb('minute', '<', minute), eb.and([eb('minute', '=', minute), eb('key_id', '>', keyId)])]),
      );
    }
    const rows = await query.orderBy('minute', 'desc').orderBy('key_id').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: tokenUseFromRow, idOf: (row) => `${row.minute}.${row.key_id}` });
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

/**
 * One of each key of the table, which is all that PostgreSQL takes in one statement: a clock that was put back counts a
 * minute twice. In the order of the key, so that nodes that add to the same rows never wait for each other in a ring.
 */
const merged = (uses: readonly TokenUse[]): TokenUse[] => {
  const byKey = new Map<string, TokenUse>();
  for (const use of uses) {
    const key = `${use.mailboxId} ${String(use.minute).padStart(16, '0')} ${use.keyId}`;
    const known = byKey.get(key);
    if (!known) {
      byKey.set(key, { ...use });
      continue;
    }
    known.total += use.total;
    known.firstAt = Math.min(known.firstAt, use.firstAt);
    known.lastAt = Math.max(known.lastAt, use.lastAt);
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, use]) => use);
};

/** Throws for what is no `next` of ours: which place it stands for cannot be told. */
const placeOf = (cursor: string): { minute: number; keyId: string } => {
  const dot = cursor.indexOf('.');
  const minute = Number(cursor.slice(0, Math.max(0, dot)));
  if (dot < 1 || !Number.isSafeInteger(minute)) throw new RangeError('The cursor is none of this list.');
  return { minute, keyId: cursor.slice(dot + 1) };
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
