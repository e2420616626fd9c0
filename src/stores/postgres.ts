// The engine for many nodes: PostgreSQL through one pool. Nothing here outlives a transaction on the server
// (no named statements, no session locks), so a pooler in transaction mode may stand between.
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
import type { Log } from '../core/ports.ts';
import type { ColumnTypes, Engine, RefreshedRows, Session } from './engine.ts';
import { updateGrant } from './refreshed-rows.ts';
import type { Tables } from './schema.ts';

export type PostgresOptions = {
  /** `postgres://...`; TLS by its parameters (`sslmode`, `sslrootcert`). Never logged: it holds a password. */
  url: string;
  log: Log;
  poolSize?: number;
  /** Callers that may wait for a connection; one more is `overloaded`. */
  waitingMax?: number;
};

const connectMilliseconds = 5_000;
const statementMilliseconds = 15_000;
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
  tableEnd: sql``,
};

/** Connects on first use. */
export const openPostgres = ({ url, log, poolSize = 10, waitingMax = 1_000 }: PostgresOptions): Engine => {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'mailgrant',
    connectionTimeoutMillis: connectMilliseconds,
    statement_timeout: statementMilliseconds,
    idle_in_transaction_session_timeout: idleInTransactionMilliseconds,
    keepAlive: true,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => log.warn('An idle database connection was lost', { error }));
  // Nor may the loss of one in use, of which the running statement, or the next one, tells its caller.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: boundedPool(pool, waitingMax) }) });

  const transaction = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    try {
      return await db.transaction().execute((inner) => work(sessionOn(inner)));
    } catch (error) {
      if (!(error instanceof AbortedTransactionError)) throw error;
      throw new GatewayError(
        'internal_error',
        'A statement of this transaction has failed, so it is rolled back.',
        { cause: error },
      );
    }
  };
  return {
    name: 'postgres',
    columns,
    session: sessionOn(db),
    transaction,
    migration: (work) =>
      transaction(async (session) => {
        // Of this transaction only: nodes wait here for the one that migrates.
        await sql`select set_config('statement_timeout', ${String(migrationMilliseconds)}, true)`.execute(
          session.writer,
        );
        await sql`select pg_advisory_xact_lock(${sql.raw(migrationLock)})`.execute(session.writer);
        return work(session);
      }),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
};

const sessionOn = (db: Kysely<Tables>): Session => ({
  reader: db,
  writer: db,
  claimable: (query) => query.forUpdate().skipLocked(),
  saveRefreshed: (rows) => saveRefreshed(db, rows),
});

/** One statement, so one round trip: the token set is written from what the compare-and-swap returns. */
const saveRefreshed = async (db: Kysely<Tables>, rows: RefreshedRows): Promise<boolean> => {
  const { tokenSet } = rows;
  const result = await db
    .with('won', (cte) => updateGrant(cte, rows).returning('id'))
    .insertInto('token_sets')
    .columns(['grant_id', 'resource', 'access_token', 'scope', 'obtained_at', 'expires_at'])
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
        ]),
    )
    .onConflict((conflict) =>
      conflict.columns(['grant_id', 'resource']).doUpdateSet((eb) => ({
        access_token: eb.ref('excluded.access_token'),
        scope: eb.ref('excluded.scope'),
        obtained_at: eb.ref('excluded.obtained_at'),
        expires_at: eb.ref('excluded.expires_at'),
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
    const client = await pool.connect().catch((error: unknown) => {
      throw postgresError(error);
    });
    return checkedClient(client);
  },
});

const checkedClient = (client: pg.PoolClient): PostgresPoolClient => {
  let isBroken = false;
  const run = async (text: string, values: readonly unknown[]) => {
    try {
      const { command, rowCount, rows } = await client.query(text, [...values]);
      return { command, rowCount, rows };
    } catch (error) {
      // After an answer of the server the connection is usable; after anything else it is not.
      if (!(error instanceof pg.DatabaseError)) isBroken = true;
      throw postgresError(error);
    }
  };
  return {
    query: run as PostgresPoolClient['query'],
    release: (destroy) => client.release(isBroken || destroy === true),
  };
};

const overloaded = (detail: string, cause?: unknown): GatewayError =>
  new GatewayError('overloaded', detail, { cause, extras: { retryAfterSeconds: 1 } });

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), never by message. */
const postgresError = (cause: unknown): GatewayError => {
  if (!(cause instanceof pg.DatabaseError)) {
    return new GatewayError('internal_error', 'The database does not answer.', { cause });
  }
  switch (cause.code) {
    case '23505':
      return new GatewayError('conflict', 'Another row with the same identity exists.', { cause });
    case '23503':
      return new GatewayError(
        'conflict',
        'A row that this one belongs to, or that belongs to it, forbids it.',
        {
          cause,
        },
      );
    case '40001':
    case '40P01':
      return new GatewayError('conflict', 'Another process changed the same rows at the same time.', {
        cause,
      });
    case '53300':
    case '57014':
      return overloaded('The database is busy.', cause);
    default:
      return new GatewayError('internal_error', 'The database refused a statement.', { cause });
  }
};
