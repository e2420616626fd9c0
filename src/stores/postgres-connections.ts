// Connections to PostgreSQL, directly or through a pooler in transaction mode (PgBouncer and its like), where each
// transaction may find itself on another connection of the server, which other programs use in between.
//
// Directly, the server's time limits are start-up parameters of the connection. A pooler refuses those or swallows
// them, and what a session sets there would be found by whoever has the connection next; so behind one the limits are
// set at the beginning of each transaction, for the transaction alone and without a round trip, and nothing at all is
// set for a session. The client's own limit on a query holds in both cases.
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { EngineLoad } from './engine.ts';
import {
  connectionError,
  isConnectionOver,
  overloaded,
  startFailure,
  statementError,
} from './postgres-errors.ts';
import type { Tables } from './schema.ts';

export type PostgresOptions = {
  /** `postgres://...`; TLS by its parameters (`sslmode`, `sslrootcert`). Never logged: it holds a password. */
  url: string;
  log: Log;
  /** As which the server lists its connections; by default as a gateway's. */
  name?: string;
  poolSize?: number;
  /** Callers that may wait for a connection; one more is `overloaded`. */
  waitingMax?: number;
  /** The longest that one statement may take. */
  statementMilliseconds?: number;
};

export type Connections = {
  db: Kysely<Tables>;
  /** False behind a pooler: nothing outlives a transaction then. */
  isDirect: boolean;
  load(): EngineLoad;
};

const connectMilliseconds = 5_000;
/** What the server has, beyond a statement's time, to say that it stopped it. Then the connection counts as lost. */
const answerMilliseconds = 1_000;
const idleInTransactionMilliseconds = 10_000;
const int8 = 20;

/** A name of our own, which the server knows in a session that was started with our parameters, and in no other. */
const directMark = 'mailgrant.direct';

/**
 * Rejects with a plain Error that an operator can read when the database cannot be reached or lets nobody in.
 * `knownAs` saves the question whether there is a pooler.
 */
export const connect = async (
  options: PostgresOptions,
  statementMilliseconds: number,
  knownAs?: 'direct' | 'pooled',
): Promise<Connections> => {
  if (knownAs !== 'pooled') {
    const { db, load } = openDatabase(options, { statementMilliseconds, isDirect: true });
    try {
      if (await hasOurParameters(db)) return { db, isDirect: true, load };
      await db.destroy();
    } catch (error) {
      await db.destroy();
      if (!isRefusalOfParameters(error)) throw startFailure(options.url, error);
    }
  }
  const { db, load } = openDatabase(options, { statementMilliseconds, isDirect: false });
  try {
    await sql`select 1`.execute(db);
    return { db, isDirect: false, load };
  } catch (error) {
    await db.destroy();
    throw startFailure(options.url, error);
  }
};

/** For one connection beside the pool. `settings` are of the session, where there is such a thing. */
export const clientConfig = (
  url: string,
  { isDirect, settings }: { isDirect: boolean; settings: Record<string, string | number> },
): pg.ClientConfig =>
  isDirect
    ? withParameters(unnamed(url), { ...settings, [directMark]: 'on' })
    : { connectionString: unnamed(url) };

/** Our connections have names of ours, by which nodes know each other's release; the driver takes the URL's first. */
const unnamed = (url: string): string => {
  const [start = '', query = ''] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  if (!parameters.has('application_name')) return url;
  parameters.delete('application_name');
  return parameters.size === 0 ? start : `${start}?${parameters.toString().replaceAll('+', '%20')}`;
};

type Way = { statementMilliseconds: number; isDirect: boolean };

const openDatabase = (
  options: PostgresOptions,
  way: Way,
): Pick<Connections, 'load'> & { db: Kysely<Tables> } => {
  const { url, log, poolSize = 10, waitingMax = 1_000 } = options;
  // Not `mailgrant` alone, the name of nodes that tell nobody of their changes: postgres-change-feed.ts.
  const { name = 'mailgrant gateway' } = options;
  const { statementMilliseconds, isDirect } = way;
  const limits = {
    statement_timeout: statementMilliseconds,
    idle_in_transaction_session_timeout: idleInTransactionMilliseconds,
  };
  const pool = new pg.Pool({
    ...clientConfig(url, { isDirect, settings: limits }),
    max: poolSize,
    application_name: name,
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: statementMilliseconds + answerMilliseconds,
    keepAlive: true,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', (error) => log.warn('An idle database connection was lost', { error }));
  // Nor may the loss of one in use, of which the running statement, or the next one, tells its caller.
  pool.on('connect', (client) => client.on('error', () => {}));
  // Several statements without parameters go in one message.
  const begin = isDirect
    ? 'begin'
    : ['begin', ...Object.entries(limits).map(([name, value]) => `set local ${name} = ${value}`)].join('; ');
  return {
    db: new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: boundedPool(pool, { waitingMax, begin }) }),
    }),
    load: () => ({ connections: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  };
};

/** The driver takes `options` of the URL before ours, so both are put into one. */
const withParameters = (url: string, settings: Record<string, string | number>): pg.ClientConfig => {
  const own = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const [start = '', query = ''] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const given = parameters.get('options');
  if (given === null) return { connectionString: url, options: own.join(' ') };
  // What is given comes last, and so prevails.
  parameters.set('options', [...own, given].join(' '));
  return { connectionString: `${start}?${parameters.toString().replaceAll('+', '%20')}` };
};

const hasOurParameters = async (db: Kysely<Tables>): Promise<boolean> => {
  const { rows } = await sql<{
    mark: string | null;
  }>`select current_setting(${directMark}, true) as mark`.execute(db);
  return rows[0]?.mark === 'on';
};

/** 08P01 protocol violation, as PgBouncer says; 0A000 feature not supported, as others do. */
const isRefusalOfParameters = (error: unknown): boolean =>
  error instanceof GatewayError &&
  error.cause instanceof pg.DatabaseError &&
  ['08P01', '0A000'].includes(error.cause.code ?? '');

/** The pool with a bound on its queue, errors of the house, and no reuse of a connection that broke. */
const boundedPool = (
  pool: pg.Pool,
  { waitingMax, begin }: { waitingMax: number; begin: string },
): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: async () => {
    if (pool.waitingCount >= waitingMax) throw overloaded('Too many callers wait for the database.');
    try {
      return checkedClient(await pool.connect(), begin);
    } catch (error) {
      throw connectionError(error);
    }
  },
});

const checkedClient = (client: pg.PoolClient, begin: string): PostgresPoolClient => {
  let loss: GatewayError | null = null;
  const run = async (text: string, values: readonly unknown[]) => {
    // A connection that is over rolls back by itself, and the error that ended the work is the one to tell.
    if (loss !== null && text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    // Another statement would wait behind the one that was given up.
    if (loss !== null) throw loss;
    try {
      const { command, rowCount, rows } = await client.query(text === 'begin' ? begin : text, [...values]);
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
