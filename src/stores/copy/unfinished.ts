// The mark of a copy that is not finished: a table of its own, which is there from before the first row until after
// the last check. A gateway refuses to start on a database that has it. It also says whose turn it is: a copy that is
// started again takes over from one that may still be running, whose next slice is refused then.
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Engine, Session } from '../engine.ts';
import type { Tables } from '../schema.ts';
import { hasTable } from './ends.ts';

export const unfinishedTable = 'unfinished_copy';

type MarkedTables = Tables & { [unfinishedTable]: { source: string; owner: string; started_at: number } };

/** Throws when the database is the target of a copy that is not finished. */
export const refuseUnfinishedCopy = async ({ session, name }: Engine): Promise<void> => {
  if (!(await hasTable(session.reader, name, unfinishedTable))) return;
  throw new Error(
    'The database holds an unfinished copy of another one: run the same `mailgrant copy` again, which goes on where it stopped.',
  );
};

/** Whose copy it is; null when there is no mark. */
export const sourceOfUnfinished = async ({ session, name }: Engine): Promise<string | null> => {
  if (!(await hasTable(session.reader, name, unfinishedTable))) return null;
  const row = await marked(session.reader).selectFrom(unfinishedTable).select('source').executeTakeFirst();
  // The table is made and filled in one transaction; without its row somebody else made it.
  return row?.source ?? '';
};

/** In the transaction that found the database empty. */
export const markUnfinished = async (
  { writer }: Session,
  { columns }: Engine,
  { source, now }: { source: string; now: number },
): Promise<void> => {
  const { id, integer, tableEnd } = columns;
  await writer.schema
    .createTable(unfinishedTable)
    .addColumn('source', id, (column) => column.primaryKey().notNull())
    .addColumn('owner', id, (column) => column.notNull())
    .addColumn('started_at', integer, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  await marked(writer).insertInto(unfinishedTable).values({ source, owner: '', started_at: now }).execute();
};

/** From now on slices are written by whoever has the answer. Waits for one that is being written. */
export const takeOver = (engine: Engine): Promise<string> =>
  engine.transaction(async (session) => {
    await session.lockText(unfinishedTable);
    const owner = randomUUID();
    await marked(session.writer).updateTable(unfinishedTable).set({ owner }).execute();
    return owner;
  });

/** `work` in a transaction, if nobody has taken over; nobody can while it runs. */
export const asOwner = <T>(
  engine: Engine,
  owner: string,
  work: (session: Session) => Promise<T>,
): Promise<T> =>
  engine.transaction(async (session) => {
    await session.lockText(unfinishedTable);
    const row = await marked(session.writer).selectFrom(unfinishedTable).select('owner').executeTakeFirst();
    if (row?.owner !== owner) throw new Error('Another `mailgrant copy` into this database has taken over.');
    return work(session);
  });

export const removeMark = async ({ writer }: Session): Promise<void> => {
  await writer.schema.dropTable(unfinishedTable).execute();
};

const marked = (db: Kysely<Tables>): Kysely<MarkedTables> =>
  db.withTables<{ [unfinishedTable]: MarkedTables[typeof unfinishedTable] }>();
