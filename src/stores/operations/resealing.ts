// The pass that seals everything under one key, and what processes say of their keys. The walk itself is
// sealed-walk.ts's.
import type { ClaimedResealing, Resealing, ResealingOperations } from '../../core/ports/resealing.ts';
import { sealedPositionColumn, textsColumn } from '../json-columns.ts';
import { type Row, readRow } from '../row.ts';
import { type Context, changed } from './context.ts';
import { countSlice, resealSlice } from './sealed-walk.ts';

export const resealingOperations = (context: Context): ResealingOperations => {
  const { session, keyring } = context;
  return {
    keyIds: () => {
      const others = keyring.keyIds.filter((id) => id !== keyring.currentKeyId);
      return [keyring.currentKeyId, ...others];
    },
    knownKeyIds: async () => {
      const rows = await session.reader.selectFrom('key_proofs').select('key_id').orderBy('key_id').execute();
      return rows.map(({ key_id }) => key_id);
    },
    noteHolder: async (id, now) => {
      const others = keyring.keyIds.filter((keyId) => keyId !== keyring.currentKeyId);
      const written = { key_ids: JSON.stringify([keyring.currentKeyId, ...others]), seen_at: now };
      await session.writer
        .insertInto('keyring_holders')
        .values({ id, ...written })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(written))
        .execute();
      await session.writer
        .deleteFrom('keyring_holders')
        .where('seen_at', '<', now - forgottenAfterMilliseconds)
        .execute();
    },
    forgetHolder: async (id) => {
      await session.writer.deleteFrom('keyring_holders').where('id', '=', id).execute();
    },
    holders: async (since) => {
      const rows = await session.reader
        .selectFrom('keyring_holders')
        .selectAll()
        .where('seen_at', '>=', since)
        .orderBy('id')
        .execute();
      return rows.map((row) => {
        const { text, integer, json } = readRow('keyring_holders', row);
        return { id: text('id'), keyIds: json('key_ids', textsColumn), seenAt: integer('seen_at') };
      });
    },
    begin: async (now) => {
      const fresh = {
        position: null,
        total: null,
        checked: 0,
        resealed: 0,
        unreadable: 0,
        claimed_until: 0,
        started_at: now,
        updated_at: now,
        finished_at: null,
      };
      const row = await session.writer
        .insertInto('resealings')
        .values({ key_id: keyring.currentKeyId, first_started_at: now, ...fresh })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet(fresh))
        .returningAll()
        .executeTakeFirstOrThrow();
      return fromRow(row);
    },
    find: async (keyId) => {
      const row = await session.reader
        .selectFrom('resealings')
        .selectAll()
        .where('key_id', '=', keyId)
        .executeTakeFirst();
      return row === undefined ? null : fromRow(row);
    },
    claim: async (now, until) => {
      const row = await session.writer
        .updateTable('resealings')
        .set({ claimed_until: until })
        .where('key_id', '=', keyring.currentKeyId)
        .where('finished_at', 'is', null)
        .where('claimed_until', '<=', now)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : fromRow(row);
    },
    save: async (claimedUntil, { keyId, position, total, checked, resealed, unreadable, ...times }, until) =>
      changed(
        await session.writer
          .updateTable('resealings')
          .set({
            position: position === null ? null : JSON.stringify(position),
            total,
            checked,
            resealed,
            unreadable,
            claimed_until: until,
            updated_at: times.updatedAt,
            finished_at: times.finishedAt,
          })
          .where('key_id', '=', keyId)
          .where('claimed_until', '=', claimedUntil)
          .executeTakeFirst(),
      ),
    resealSlice: (position, limit) => resealSlice(context, position, limit),
    countSlice: (position, limit) => countSlice(context, position, limit),
    forgetKey: async (keyId) => {
      await session.writer.deleteFrom('resealings').where('key_id', '=', keyId).execute();
      const { numDeletedRows } = await session.writer
        .deleteFrom('key_proofs')
        .where('key_id', '=', keyId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
};

/** Long after a process that is not heard of any more is taken for ended. */
const forgottenAfterMilliseconds = 24 * 3600 * 1000;

const fromRow = (row: Row): ClaimedResealing & Resealing => {
  const { text, integer, integerOrNull, jsonOrNull } = readRow('resealings', row);
  return {
    keyId: text('key_id'),
    position: jsonOrNull('position', sealedPositionColumn),
    total: integerOrNull('total'),
    checked: integer('checked'),
    resealed: integer('resealed'),
    unreadable: integer('unreadable'),
    firstStartedAt: integer('first_started_at'),
    startedAt: integer('started_at'),
    updatedAt: integer('updated_at'),
    finishedAt: integerOrNull('finished_at'),
  };
};
