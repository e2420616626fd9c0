// A workspace on its way out: found by nobody, and taken apart little by little, so that no statement is long and no
// reader waits. What refers to other rows goes before them.
import { sql } from 'kysely';
import type { StoreOperations } from '../../core/ports.ts';
import type { UnitSession } from '../engine.ts';
import type { Keyring } from '../keyring.ts';
import type { Row } from '../row.ts';
import { type Context, changed } from './context.ts';
import { loadedFromRows, selectLoaded } from './grant-joins.ts';

type Removal = Pick<StoreOperations['workspaces'], 'leave' | 'leaving' | 'removeSome'>;

/** In this order, after grants and mailboxes. Authorization requests go with their sessions, by their reference. */
const tables = [
  'connect_sessions',
  'background_jobs',
  'tags',
  'customers',
  'events',
  // Attempts go with their delivery, by their reference.
  'webhook_deliveries',
  'webhook_endpoints',
  'api_keys',
  'oauth_clients',
] as const;

export const workspaceRemoval = ({ session, keyring }: Context): Removal => ({
  leave: (id, at) =>
    session.unit(async ({ writer, announce }) => {
      const isMarked = changed(
        await writer
          .updateTable('workspaces')
          // Its host is free for another one at once.
          .set({ deleted_at: at, host: null })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .executeTakeFirst(),
      );
      if (!isMarked) return false;
      await writer
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('workspace_id', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
      announce({ kind: 'workspace', id });
      return true;
    }),
  leaving: async (limit) => {
    const rows = await session.reader
      .selectFrom('workspaces')
      .select('id')
      .where('deleted_at', 'is not', null)
      .orderBy('deleted_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ id }) => id);
  },
  removeSome: (id, limit) =>
    session.unit(async (unit) => {
      // One at a time: what another node is about to delete would still be referred to.
      await unit.lockText(`leaving workspace ${id}`);
      const grants = await removeGrants(unit, keyring, { id, limit });
      if (grants.removed > 0) return grants;
      for (const table of tables) {
        const some = await unit.reader
          .selectFrom(table)
          .select('id')
          .where('workspace_id', '=', id)
          .limit(limit)
          .execute();
        if (some.length === 0) continue;
        const ids = some.map((row) => row.id);
        await unit.writer.deleteFrom(table).where('id', 'in', ids).execute();
        return { removed: some.length, grants: [] };
      }
      const { numDeletedRows } = await unit.writer
        .deleteFrom('workspaces')
        .where('id', '=', id)
        .where('deleted_at', 'is not', null)
        .executeTakeFirst();
      return { removed: Number(numDeletedRows), grants: [] };
    }),
});

/** With their mailboxes, token sets, tags' marks and records of use. Unreadable ones go too, and are not answered. */
const removeGrants = async (
  { reader, writer, heldForRemoval }: UnitSession,
  keyring: Keyring,
  { id, limit }: { id: string; limit: number },
): ReturnType<Removal['removeSome']> => {
  const some = await reader
    .selectFrom('grants')
    .select('id')
    .where('workspace_id', '=', id)
    .limit(limit)
    .execute();
  if (some.length === 0) return { removed: 0, grants: [] };
  const ids = some.map((grant) => grant.id);
  // In the order in which everybody holds them, and grants before token sets: saves and notes of reads go on meanwhile.
  await heldForRemoval(
    reader.selectFrom('grants').select('id').where('id', 'in', ids).orderBy('id'),
  ).execute();
  await heldForRemoval(
    reader
      .selectFrom('token_sets')
      .select('grant_id')
      .where('grant_id', 'in', ids)
      .orderBy('grant_id')
      .orderBy('resource'),
  ).execute();
  const { rows } = await sql<Row>`${selectLoaded(sql`grants`)} where grants.id in (${sql.join(ids)})`.execute(
    reader,
  );
  const ofThem = writer.selectFrom('mailboxes').select('id').where('grant_id', 'in', ids);
  const mailboxes = await reader
    .selectFrom('mailboxes')
    .select(['grant_id', 'email'])
    .where('grant_id', 'in', ids)
    .execute();
  await writer.deleteFrom('token_uses').where('mailbox_id', 'in', ofThem).execute();
  await writer.deleteFrom('mailboxes').where('grant_id', 'in', ids).execute();
  await writer.deleteFrom('grants').where('id', 'in', ids).execute();
  const grants = loadedFromRows(rows, keyring).grants.map((loaded) => ({
    ...loaded,
    emails: mailboxes.flatMap(({ grant_id, email }) => (grant_id === loaded.grant.id ? [email] : [])),
  }));
  return { removed: ids.length, grants };
};
