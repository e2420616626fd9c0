// The engine for many nodes: PostgreSQL through one pool. No statement is named and no lock outlives its
// transaction, so a pooler in transaction mode may stand between: postgres-connections.ts.
import { createHash } from 'node:crypto';
import { AbortedTransactionError, type Kysely, sql } from 'kysely';
import { GatewayError } from '../core/errors.ts';
import type { Change } from '../core/ports.ts';
import { postgresAppendOnly } from './append-only.ts';
import { createChangeHub } from './change-hub.ts';
import type { ColumnTypes, Engine, Session, UnitSession } from './engine.ts';
import { selectLoaded } from './operations/grant-joins.ts';
import { noteChanges, openChangeFeed, pruneChanges } from './postgres-change-feed.ts';
import { connect, type PostgresOptions } from './postgres-connections.ts';
import { claimGrants, groupedClaims, groupedSaves, saveRefreshes } from './postgres-refreshes.ts';
import { createUpkeep, holdMigrationLock, untilUnlocked } from './postgres-upkeep.ts';
import type { Row } from './row.ts';
import type { Tables } from './schema.ts';

const migrationMilliseconds = 10 * 60_000;
const columns: ColumnTypes = {
  id: sql`text collate "C"`,
  text: sql`text`,
  integer: sql`bigint`,
  bytes: sql`bytea`,
  transaction: sql`xid8`,
  tableEnd: sql``,
  appendOnly: postgresAppendOnly,
};

/** Rejects with a plain Error that an operator can read when the database cannot be reached or lets nobody in. */
export const openPostgres = async (options: PostgresOptions): Promise<Engine> => {
  const { statementMilliseconds = 15_000 } = options;
  const { db, isDirect, load } = await connect(options, statementMilliseconds);
  const hub = createChangeHub();
  const feed = openChangeFeed({ url: options.url, log: options.log, isDirect }, hub);
  const upkeep = createUpkeep({ options, db, isDirect });
  const transaction: Engine['transaction'] = async (work) => {
    const announced: Change[] = [];
    try {
      return await transact(db, async (inner) => {
        const result = await work(unitOn(inner, announced));
        if (announced.length > 0) await noteChanges(inner, announced);
        return result;
      });
    } finally {
      // Also after a failure: whether a commit that broke off has taken place is not known.
      hub.tell(announced);
      if (announced.length > 0) feed.notify();
    }
  };
  return {
    name: 'postgres',
    columns,
    session: {
      ...sessionOn(db),
      saveRefreshed: groupedSaves(db, (saved) => {
        hub.tell(saved.map(({ grantId }) => ({ kind: 'grant', id: grantId })));
        feed.notify();
      }),
      claimGrant: groupedClaims(db),
      readsTogether: true,
      unit: transaction,
    },
    transaction,
    migration: async (work) => {
      // A connection of its own, because its statements may take long, on the client's side too.
      const knownAs = isDirect ? 'direct' : 'pooled';
      const own = await connect({ ...options, poolSize: 1 }, migrationMilliseconds, knownAs);
      const attempt = () =>
        transact(own.db, async (inner) => {
          await holdMigrationLock(inner);
          return work(unitOn(inner, []));
        });
      const onWait = (error: unknown): void =>
        options.log.warn('the migration waits for a lock, and is tried again', { error });
      try {
        return await untilUnlocked(migrationMilliseconds, { attempt, onWait });
      } finally {
        await own.db.destroy();
      }
    },
    upkeep,
    load,
    changes: { ...feed.changes, prune: (limit) => pruneChanges(db, limit) },
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: async () => {
      await Promise.all([feed.close(), upkeep.close()]);
      await db.destroy();
    },
  };
};

const transact = async <T>(db: Kysely<Tables>, work: (inner: Kysely<Tables>) => Promise<T>): Promise<T> => {
  try {
    return await db.transaction().execute((inner) => work(inner));
  } catch (error) {
    if (!(error instanceof AbortedTransactionError)) throw error;
    throw new GatewayError(
      'internal_error',
      'A statement of this transaction has failed, so it is rolled back.',
      { cause: error },
    );
  }
};

const sessionOn = (db: Kysely<Tables>): Omit<Session, 'unit' | 'saveRefreshed'> => ({
  reader: db,
  scannerFor: () => db,
  writer: db,
  readsTogether: false,
  claimable: (query) => query.forUpdate().skipLocked(),
  isAmong: (query) => sql`id = any(array${query.forNoKeyUpdate().skipLocked()})`,
  held: (query) => query.forNoKeyUpdate(),
  heldAgainstChanges: (query) => query.forShare(),
  heldForRemoval: (query) => query.forUpdate(),
  lockText: async (text) => {
    await sql`select pg_advisory_xact_lock(${lockNumberOf(text)}::bigint)`.execute(db);
  },
  // Dead rows are overwritten after a vacuum, which the server does by itself.
  forgetRemoved: async () => {},
  claimGrant: (claim) => claimGrants(db, [claim]),
  changeGrants: (update) => changeGrants(db, update),
});

/** Exported for the bench of plans, which asks what would be sent. */
export const unitOn = (db: Kysely<Tables>, announced: Change[]): UnitSession => {
  const session: UnitSession = {
    ...sessionOn(db),
    saveRefreshed: async (rows) => {
      if (rows.isAnnounced) session.announce({ kind: 'grant', id: rows.grantId });
      return (await saveRefreshes(db, [rows], { way: 'waits', isTold: false })).has(rows.grantId);
    },
    unit: (work) => work(session),
    announce: (change) => void announced.push(change),
  };
  return session;
};

/** One statement, so one round trip: the join is with the rows as they were left. */
const changeGrants = async (
  db: Kysely<Tables>,
  update: Parameters<Session['changeGrants']>[0],
): Promise<Row[]> => {
  const { rows } = await sql<Row>`
    with changed as (${update(db).returningAll()})
    ${selectLoaded(sql`changed as grants`)} order by grants.keep_alive_at, grants.id`.execute(db);
  return rows;
};

/** 64 bits: two texts that share a number wait for each other, and no more. */
const lockNumberOf = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest().readBigInt64BE().toString();
