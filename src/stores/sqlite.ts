// The embedded engine: node:sqlite in WAL mode. Reads run here, on a read-only connection; those that may be long run
// in a thread of their own, and so do writes, which share commits. What differs from PostgreSQL is here and in the
// sqlite-*.ts beside.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, sql } from 'kysely';
import { GatewayError } from '../core/errors.ts';
import type { Change } from '../core/ports.ts';
import { sqliteAppendOnly } from './append-only.ts';
import { type ChangeHub, createChangeHub } from './change-hub.ts';
import type { ColumnTypes, Engine, Session, UnitSession, Upkeep } from './engine.ts';
import { selectLoaded } from './operations/grant-joins.ts';
import type { Row } from './row.ts';
import type { Tables } from './schema.ts';
import { type Connection, failureOf, openConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { sqliteError } from './sqlite-errors.ts';
import { createPrivateFile, lockDatabase } from './sqlite-file-lock.ts';
import { emptyWriteAheadLog } from './sqlite-forgetting.ts';
import type { Statement, StatementResult } from './sqlite-protocol.ts';
import { claimStatement, groupedClaims, readClaimed, savingUnit } from './sqlite-refreshes.ts';
import { createScanner, nobody, type Scanner } from './sqlite-scanner.ts';
import { openWriterThread, type WriterThread } from './sqlite-writer-thread.ts';
import type { Turn } from './sqlite-writer-turn.ts';

export type SqliteOptions = {
  path: string;
  /** Writes and transactions that may wait; one more is `overloaded`. */
  queueMax?: number;
  /** The longest that a transaction may hold the writer. */
  transactionMilliseconds?: number;
  /** Long reads that may wait; one more is `overloaded`. */
  scanQueueMax?: number;
  /** The longest that a caller waits for a long read, as for a statement on PostgreSQL. */
  scanMilliseconds?: number;
};

const migrationMilliseconds = 10 * 60_000;

const columns: ColumnTypes = {
  id: sql`text`,
  text: sql`text`,
  integer: sql`integer`,
  bytes: sql`blob`,
  transaction: sql`integer`,
  tableEnd: sql`strict`,
  appendOnly: sqliteAppendOnly,
};

/** Throws a plain Error that an operator can read when the file cannot be opened or is in use. */
export const openSqlite = async ({
  path,
  queueMax = 4_096,
  transactionMilliseconds = 10_000,
  scanQueueMax = 64,
  scanMilliseconds = 15_000,
}: SqliteOptions): Promise<Engine> => {
  if (path === ':memory:')
    throw new Error('SQLite in memory is not supported: a grant must outlive a restart.');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const lock = lockDatabase(path);
  try {
    createPrivateFile(path);
    const thread = await openWriterThread(path, { queueMax });
    // Only now: the file is in WAL mode, and a read-only connection cannot make it so.
    const connection = openConnection(path, { readOnly: true });
    const reader = new Kysely<Tables>({ dialect: sqliteDialect((statement) => read(connection, statement)) });
    const scanner = createScanner(path, { queueMax: scanQueueMax, milliseconds: scanMilliseconds });
    const hub = createChangeHub();
    const transaction: Engine['transaction'] = (work) =>
      transact(thread, { milliseconds: transactionMilliseconds, hub }, work);
    return {
      name: 'sqlite',
      columns,
      session: openSession({ reader, scanner, thread, transaction, hub }),
      transaction,
      migration: (work) => transact(thread, { milliseconds: migrationMilliseconds, hub }, work),
      upkeep,
      // One process owns the file, so there is nobody else to hear of, and nothing is written down.
      changes: { listen: hub.listen, isCurrent: () => true, prune: async () => 0 },
      load: () => ({
        connections: 1,
        idle: thread.waiting() === 0 ? 1 : 0,
        waiting: thread.waiting() + scanner.waiting(),
      }),
      ping: async () => {
        thread.assertAlive();
        await sql`select 1`.execute(reader);
      },
      close: async () => {
        // The writer last: who may only read cannot bring the write-ahead log into the file, and the file alone would
        // be without what was written last.
        connection.close();
        await scanner.close().finally(() => thread.close().finally(lock.release));
      },
    };
  } catch (error) {
    lock.discard();
    throw error;
  }
};

/** One process owns the file, and it migrates before it serves: nobody is kept waiting. */
const upkeep: Upkeep = {
  isSmall: async () => true,
  set: async () => {},
  missing: async () => [],
  build: async () => ({ built: [] }),
};

const read = (connection: Connection, statement: Statement): StatementResult => {
  try {
    return connection.run(statement);
  } catch (error) {
    throw sqliteError(failureOf(error));
  }
};

/** A transaction has the writer for itself, so that there is nothing left to hold. */
const unlocked = {
  claimable: (query) => query,
  isAmong: (query) => sql`id in ${query}`,
  held: (query) => query,
  heldAgainstChanges: (query) => query,
  heldForRemoval: (query) => query,
  lockText: async () => {},
} satisfies Partial<Session>;

type Parts = {
  reader: Kysely<Tables>;
  scanner: Scanner;
  thread: WriterThread;
  transaction: Engine['transaction'];
  hub: ChangeHub;
};

const openSession = ({ reader, scanner, thread, transaction, hub }: Parts): Session => {
  const writer = new Kysely<Tables>({
    dialect: sqliteDialect(async (statement) => {
      const [result] = await thread.run([statement]);
      if (result === undefined) throw new GatewayError('internal_error', 'The writer answered nothing.');
      return result;
    }),
  });
  return {
    reader,
    scannerFor: (workspaceId) =>
      new Kysely<Tables>({
        dialect: sqliteDialect((statement) => scanner.run(workspaceId ?? nobody, statement)),
      }),
    writer,
    readsTogether: false,
    ...unlocked,
    // SQLite has no UPDATE inside a WITH: two statements in one unit, the second only if the first changed.
    saveRefreshed: async (rows) => {
      try {
        const results = await thread.run(savingUnit(rows));
        return results.length === 2;
      } finally {
        if (rows.isAnnounced) hub.tell([{ kind: 'grant', id: rows.grantId }]);
      }
    },
    claimGrant: groupedClaims(reader, (unit) => thread.run(unit)),
    changeGrants: (update) => changeGrants({ reader, writer }, update),
    unit: transaction,
    forgetRemoved: () => emptyWriteAheadLog(scanner),
  };
};

/** Two statements: RETURNING knows the changed table alone here. Who holds the lease has nobody to fear in between. */
const changeGrants = async (
  { reader, writer }: Pick<Session, 'reader' | 'writer'>,
  update: Parameters<Session['changeGrants']>[0],
): Promise<Row[]> => {
  const changed = await update(writer).returning('id').execute();
  if (changed.length === 0) return [];
  const ids = sql.join(changed.map(({ id }) => id));
  const { rows } = await sql<Row>`${selectLoaded(sql`grants`)}
    where grants.id in (${ids}) order by grants.keep_alive_at, grants.id`.execute(reader);
  return rows;
};

const transact = async <T>(
  thread: WriterThread,
  { milliseconds, hub }: { milliseconds: number; hub: ChangeHub },
  work: (session: UnitSession) => Promise<T>,
): Promise<T> => {
  const announced: Change[] = [];
  const turn = await thread.begin(milliseconds);
  try {
    const result = await Promise.race([work(turnSession(turn, announced)), turn.expired]);
    await turn.commit();
    return result;
  } catch (error) {
    await turn.rollBack();
    throw error;
  } finally {
    // Also after a failure: whether a commit that broke off has taken place is not known.
    hub.tell(announced);
  }
};

/** Exported for the bench of plans, which asks what would be sent. */
export const turnSession = (turn: Turn, announced: Change[]): UnitSession => {
  const db = new Kysely<Tables>({ dialect: sqliteDialect((statement) => turn.run(statement)) });
  const session: UnitSession = {
    reader: db,
    scannerFor: () => db,
    writer: db,
    readsTogether: false,
    ...unlocked,
    saveRefreshed: async (rows) => {
      const [update, upsert] = savingUnit(rows);
      if ((await turn.run(update)).changes === 0) return false;
      await turn.run(upsert);
      if (rows.isAnnounced) session.announce({ kind: 'grant', id: rows.grantId });
      return true;
    },
    claimGrant: async (claim) => {
      const { rows } = await turn.run(claimStatement([claim]));
      return readClaimed(
        db,
        rows.map(({ id }) => id),
      );
    },
    changeGrants: (update) => changeGrants({ reader: db, writer: db }, update),
    unit: (work) => work(session),
    announce: (change) => void announced.push(change),
    forgetRemoved: async () => {},
  };
  return session;
};
