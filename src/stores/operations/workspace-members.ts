// Rows that belong to a workspace come into being only while it is there. One on its way out would never come to its
// end otherwise, and a key made in its last moment would open what is left of it.
import { sql } from 'kysely';
import { notFound } from '../../core/errors.ts';
import type { Session } from '../engine.ts';
import type { Tables } from '../schema.ts';

type Owned = {
  [Table in keyof Tables]: Tables[Table] extends { workspace_id: string | null } ? Table : never;
}[keyof Tables];

/**
 * One statement, which holds the workspace's row: who is about to mark it waits for this insert, or this one for the
 * mark. Throws `not_found` for a workspace that is not there, or on its way out. `workspace_id` null is the
 * installation's.
 */
export const insertOwned = async <Table extends Owned>(
  session: Pick<Session, 'writer' | 'heldAgainstChanges'>,
  table: Table,
  row: Tables[Table] & { workspace_id: string | null },
): Promise<void> => {
  const columns = Object.entries(row);
  const names = sql.join(columns.map(([name]) => sql.ref(name)));
  const values = sql.join(columns.map(([, value]) => sql`${value}`));
  const into = sql`insert into ${sql.table(table)} (${names})`;
  if (row.workspace_id === null) {
    await sql`${into} values (${values})`.execute(session.writer);
    return;
  }
  const present = session.heldAgainstChanges(
    session.writer
      .selectFrom('workspaces')
      .select('id')
      .where('id', '=', row.workspace_id)
      .where('deleted_at', 'is', null),
  );
  const { numAffectedRows } = await sql`${into} select ${values} from ${present} as present`.execute(
    session.writer,
  );
  if (numAffectedRows !== 1n) throw notFound('workspace');
};

/** Times that a claim looks for somebody else's work before it answers that nothing is due; the next turn goes on. */
const roundsMax = 50;

/**
 * Claims what is due until something is among it that belongs to a workspace which stays; what belongs to one on its
 * way out is put off, so that no provider is asked for it. The order of `claim` is kept.
 */
export const claimOfStaying = async <Claimed extends { workspaceId: string }>(
  session: Pick<Session, 'reader'>,
  {
    claim,
    putOff,
  }: {
    claim(): Promise<Claimed[]>;
    putOff(leaving: readonly Claimed[]): Promise<void>;
  },
): Promise<Claimed[]> => {
  for (let round = 0; round < roundsMax; round += 1) {
    const claimed = await claim();
    const leaving = await leavingAmong(session, claimed);
    if (leaving.size === 0) return claimed;
    await putOff(claimed.filter(({ workspaceId }) => leaving.has(workspaceId)));
    const staying = claimed.filter(({ workspaceId }) => !leaving.has(workspaceId));
    if (staying.length > 0) return staying;
  }
  return [];
};

const leavingAmong = async (
  { reader }: Pick<Session, 'reader'>,
  claimed: readonly { workspaceId: string }[],
): Promise<Set<string>> => {
  if (claimed.length === 0) return new Set();
  const rows = await reader
    .selectFrom('workspaces')
    .select('id')
    .where('id', 'in', [...new Set(claimed.map(({ workspaceId }) => workspaceId))])
    .where('deleted_at', 'is not', null)
    .execute();
  return new Set(rows.map(({ id }) => id));
};
