// The engine for many nodes: PostgreSQL through one pool. No statement is named and no lock outlives its
// transaction, so a pooler in transaction mode may stand between. The server's time limits are set on each new
// connection, not as start-up parameters, which PgBouncer refuses; behind such a pooler they reach only some of
// its connections, so set them on the role too: `alter role ... set statement_timeout = '15s'`, and
// `idle_in_transaction_session_timeout = '10s'`. The client's own limit on a query holds everywhere.
import { createHash } from 'node:crypto';
import {
  AbortedTransactionError,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  sql,
} from 'kysely';
import pg from 'pg';
import { GatewayError } from '../core/errors.ts';
import type { Change, Log } from '../core/ports.ts';
import { createChangeHub } from './change-hub.ts';
import type { ColumnTypes, Engine, RefreshedRows, Session, UnitSession } from './engine.ts';
import { loadedColumns } from './operations/grant-joins.ts';
import { noteChanges, openChangeFeed } from './postgres-change-feed.ts';
import {
  connectionError,
  isConnectionOver,
  overloaded,
  startFailure,
  statementError,
} from './postgres-errors.ts';
import { updateGrant } from './refreshed-rows.ts';
import type { Row } from './row.ts';
import type { Tables } from './schema.ts';

export type PostgresOptions = {
  /** `postgres://...`; TLS by its parameters (`sslmode`, `sslrootcert`). Never logged: it holds a password. */
  url: string;
  log: Log;
  poolSize?: number;
  /** Callers that may wait for a connection; one more is `overloaded`. */
  waitingMax?: number;
  /** The longest that one statement may take. */
  statementMilliseconds?: number;
};

const connectMilliseconds = 5_000;
/** What the server has, beyond a statement's time, to say that it stopped it. Then the connection counts as lost. */
const answerMilliseconds = 1_000;
const idleInTransactionMilliseconds = 10_000;
const migrationMilliseconds = 10 * 60_000;
/** Any fixed number will do, so long as nothing else in the database uses it: "mailgran" in ASCII. */
const migrationLock = '7881692352127820142';
const int8 = 20;

const columns: ColumnTypes = {
  id: sql`text collate "C"`,
  text: sql`text`,
  integer: sql`bigint`,
  bytes: sql`bytea`,
  transaction: sql`xid8`,
  tableEnd: sql``,
};

/** Rejects with a plain Error that an operator can read when the database cannot be reached or lets nobody in. */
export const openPostgres = async (options: PostgresOptions): Promise<Engine> => {
  const { statementMilliseconds = 15_000 } = options;
  const db = await connect(options, statementMilliseconds);
  const hub = createChangeHub();
  const feed = openChangeFeed(options, hub);
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
    }
  };
  return {
    name: 'postgres',
    columns,
    session: { ...sessionOn(db), unit: transaction },
    transaction,
    migration: async (work) => {
      // A connection of its own, because its statements may take long, on the client's side too.
      const own = await connect({ ...options, poolSize: 1 }, migrationMilliseconds);
      try {
        return await transact(own, async (inner) => {
          // Nodes wait here for the one that migrates.
          await sql`select pg_advisory_xact_lock(${sql.raw(migrationLock)})`.execute(inner);
          return work(unitOn(inner, []));
        });
      } finally {
        await own.destroy();
      }
    },
    changes: feed.changes,
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: async () => {
      await feed.close();
      await db.destroy();
    },
  };
};

const connect = async (
  { url, log, poolSize = 10, waitingMax = 1_000 }: PostgresOptions,
  statementMilliseconds: number,
): Promise<Kysely<Tables>> => {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'mailgrant',
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: statementMilliseconds + answerMilliseconds,
    keepAlive: true,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
    onConnect: (client) => limitTimes(client, statementMilliseconds),
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => log.warn('An idle database connection was lost', { error }));
  // Nor may the loss of one in use, of which the running statement, or the next one, tells its caller.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: boundedPool(pool, waitingMax) }) });
  try {
    await sql`select 1`.execute(db);
  } catch (error) {
    await db.destroy();
    throw startFailure(url, error);
  }
  return db;
};

const limitTimes = async (client: pg.ClientBase, statementMilliseconds: number): Promise<void> => {
  await client.query(
    "select set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $2, false)",
    [String(statementMilliseconds), String(idleInTransactionMilliseconds)],
  );
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

const sessionOn = (db: Kysely<Tables>): Omit<Session, 'unit'> => ({
  reader: db,
  writer: db,
  claimable: (query) => query.forUpdate().skipLocked(),
  isAmong: (query) => sql`id = any(array${query.forUpdate().skipLocked()})`,
  held: (query) => query.forUpdate(),
  lockText: async (text) => {
    await sql`select pg_advisory_xact_lock(${lockNumberOf(text)}::bigint)`.execute(db);
  },
  saveRefreshed: (rows) => saveRefreshed(db, rows),
  changeGrants: (update) => changeGrants(db, update),
});

const unitOn = (db: Kysely<Tables>, announced: Change[]): UnitSession => {
  const session: UnitSession = {
    ...sessionOn(db),
    unit: (work) => work(session),
    announce: (change) => void announced.push(change),
  };
  return session;
};

/** One statement, so one round trip: the join is with the rows as they were left. */
const changeGrants = (db: Kysely<Tables>, update: Parameters<Session['changeGrants']>[0]): Promise<Row[]> =>
  db
    .with('changed', (cte) => update(cte).returningAll())
    .selectFrom('changed as grants')
    .innerJoin('oauth_clients', 'oauth_clients.id', 'grants.oauth_client_id')
    .leftJoin('token_sets', 'token_sets.grant_id', 'grants.id')
    .select(loadedColumns)
    .orderBy('grants.keep_alive_at')
    .orderBy('grants.id')
    .execute();

/** 64 bits: two texts that share a number wait for each other, and no more. */
const lockNumberOf = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest().readBigInt64BE().toString();

/** One statement, so one round trip: the token set is written from what the compare-and-swap returns. */
const saveRefreshed = async (db: Kysely<Tables>, rows: RefreshedRows): Promise<boolean> => {
  const { tokenSet } = rows;
  const result = await db
    .with('won', (cte) => updateGrant(cte, rows).returning('id'))
    .insertInto('token_sets')
    .columns(['grant_id', 'resource', 'access_token', 'scope', 'obtained_at', 'expires_at', 'read_at'])
    .expression((eb) =>
      eb
        .selectFrom('won')
        .select([
          'won.id',
          sql<string>`${tokenSet.resource}::text`.as('resource'),
          sql<Uint8Array>`${tokenSet.access_token}::bytea`.as('access_token'),
          sql<string>`${tokenSet.scope}::text`.as('scope'),
          sql<number>`${tokenSet.obtained_at}::bigint`.as('obtained_at'),
          sql<number>`${tokenSet.expires_at}::bigint`.as('expires_at'),
          sql<number | null>`${tokenSet.read_at}::bigint`.as('read_at'),
        ]),
    )
    .onConflict((conflict) =>
      conflict.columns(['grant_id', 'resource']).doUpdateSet((eb) => ({
        access_token: eb.ref('excluded.access_token'),
        scope: eb.ref('excluded.scope'),
        obtained_at: eb.ref('excluded.obtained_at'),
        expires_at: eb.ref('excluded.expires_at'),
        read_at: eb.ref('excluded.read_at'),
      })),
    )
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

/** The pool with a bound on its queue, errors of the house, and no reuse of a connection that broke. */
const boundedPool = (pool: pg.Pool, waitingMax: number): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: async () => {
    if (pool.waitingCount >= waitingMax) throw overloaded('Too many callers wait for the database.');
    try {
      return checkedClient(await pool.connect());
    } catch (error) {
      throw connectionError(error);
    }
  },
});

const checkedClient = (client: pg.PoolClient): PostgresPoolClient => {
  let loss: GatewayError | null = null;
  const run = async (text: string, values: readonly unknown[]) => {
    // A connection that is over rolls back by itself, and the error that ended the work is the one to tell.
    if (loss !== null && text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    // Another statement would wait behind the one that was given up.
    if (loss !== null) throw loss;
    try {
      const { command, rowCount, rows } = await client.query(text, [...values]);
      return { command, rowCount, rows };
    } catch (cause) {
      const error = statementError(cause);
      if (isConnectionOver(cause)) loss = error;
      if (loss !== null && text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
      throw error;
    }
  };
  return {
    query: run as PostgresPoolClient['query'],
    release: (destroy) => client.release(loss !== null || destroy === true),
  };
};
