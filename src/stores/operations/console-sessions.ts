import type { ConsoleSession } from '../../core/console/console-sessions.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { type Row, readRow } from '../row.ts';
import type { ConsoleSessionsTable } from '../schema.ts';
import { apiKeyColumns, apiKeyFromRow, isOfStaying } from './api-keys.ts';
import { type Context, changed, prefixed } from './context.ts';

const sessionColumns = {
  id: 1,
  token_hash: 1,
  key_id: 1,
  person: 1,
  created_at: 1,
  seen_at: 1,
  expires_at: 1,
} as const satisfies Record<keyof ConsoleSessionsTable, 1>;

const joinedColumns = [
  ...prefixed('console_sessions', sessionColumns),
  ...prefixed('api_keys', apiKeyColumns),
];

export const consoleSessionOperations = ({ session }: Context): StoreOperations['consoleSessions'] => ({
  insert: async ({ id, tokenHash, keyId, person, createdAt, seenAt, expiresAt }) => {
    await session.writer
      .insertInto('console_sessions')
      .values({
        id,
        token_hash: tokenHash,
        key_id: keyId,
        person,
        created_at: createdAt,
        seen_at: seenAt,
        expires_at: expiresAt,
      })
      .execute();
  },
  byTokenHash: async (tokenHash) => {
    const row = await session.reader
      .selectFrom('console_sessions')
      .innerJoin('api_keys', 'api_keys.id', 'console_sessions.key_id')
      .select(joinedColumns)
      .where('console_sessions.token_hash', '=', tokenHash)
      .where(isOfStaying)
      .executeTakeFirst();
    if (row === undefined) return null;
    return { session: sessionFromRow(row), key: apiKeyFromRow(row, 'api_keys.') };
  },
  noteSeen: async (id, at) => {
    await session.writer
      .updateTable('console_sessions')
      .set({ seen_at: at })
      .where('id', '=', id)
      .where('seen_at', '<', at)
      .execute();
  },
  end: async (id, at) =>
    changed(
      await session.writer
        .updateTable('console_sessions')
        .set({ expires_at: at })
        .where('id', '=', id)
        .where('expires_at', '>', at)
        .executeTakeFirst(),
    ),
  prune: (before, limit) =>
    session.unit(async ({ writer, held, announce }) => {
      const over = writer
        .selectFrom('console_sessions')
        .select(['id', 'key_id', 'person'])
        .where('expires_at', '<', before)
        .orderBy('expires_at')
        .limit(limit);
      const some = await held(over).execute();
      if (some.length === 0) return 0;
      const ofPersons = some.filter(({ person }) => person !== null).map(({ key_id }) => key_id);
      const ids = some.map(({ id }) => id);
      await writer.deleteFrom('console_sessions').where('id', 'in', ids).execute();
      if (ofPersons.length > 0) await writer.deleteFrom('api_keys').where('id', 'in', ofPersons).execute();
      for (const id of ofPersons) announce({ kind: 'api_key', id });
      return some.length;
    }),
});

const sessionFromRow = (row: Row): ConsoleSession => {
  const { text, textOrNull, integer } = readRow('console_sessions', row, 'console_sessions.');
  return {
    id: text('id'),
    tokenHash: text('token_hash'),
    keyId: text('key_id'),
    person: textOrNull('person'),
    createdAt: integer('created_at'),
    seenAt: integer('seen_at'),
    expiresAt: integer('expires_at'),
  };
};
