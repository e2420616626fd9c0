// The two databases of a copy: how each is opened, kept from being used meanwhile, and asked for what the engines
// tell in different ways. Owns no rows.
import { existsSync } from 'node:fs';
import { Kysely, type RawBuilder, sql } from 'kysely';
import type { Log } from '../../core/ports.ts';
import type { Engine, EngineName } from '../engine.ts';
import { openPostgres } from '../postgres.ts';
import { placeOf } from '../postgres-errors.ts';
import type { Tables } from '../schema.ts';
import { openSqlite } from '../sqlite.ts';
import { openConnection } from '../sqlite-connection.ts';
import { sqliteDialect } from '../sqlite-dialect.ts';
import { lockDatabase } from '../sqlite-file-lock.ts';

export type End = {
  engine: EngineName;
  /** For messages: without a password. */
  label: string;
  db: Kysely<Tables>;
  close(): Promise<void>;
  /** In place of `close`, for what is no database of ours: nothing of this stays beside it. */
  discard(): Promise<void>;
};

export type TargetEnd = End & { writable: Engine };

type EndOptions = { url: string; log: Log };

/** So that the sessions of a copy are told from those of a gateway, which are named `mailgrant`. */
export const applicationName = 'mailgrant copy';
/** One reads or writes, one keeps the tables as they are, one looks for gateways. */
const poolSize = 3;

/** Opened for reading alone: nothing in it is changed. Throws when a gateway has its file. */
export const openSource = async ({ url, log }: EndOptions): Promise<End> => {
  const path = sqlitePathOf(url);
  if (path !== null) return openSqliteSource(path);
  return openPostgresEnd(url, log);
};

/** Created when it is a file that does not exist. Throws when a gateway has its file. */
export const openTarget = async ({ url, log }: EndOptions): Promise<TargetEnd> => {
  const path = sqlitePathOf(url);
  if (path === null) return openPostgresEnd(url, log);
  const writable = await openSqlite({ path });
  return endOn(writable, `sqlite:${path}`);
};

/** Whether the tables that a gateway would use hold one of this name. */
export const hasTable = async (db: Kysely<Tables>, engine: EngineName, name: string): Promise<boolean> => {
  const { rows } = await tableQueries[engine](name).execute(db);
  return rows.some(({ found }) => found > 0);
};

const tableQueries = {
  sqlite: (name) =>
    sql<Found>`select count(*) as found from sqlite_schema where type = 'table' and name = ${name}`,
  postgres: (name) => sql<Found>`select (to_regclass(${name}) is not null)::int as found`,
} satisfies Record<EngineName, (name: string) => RawBuilder<Found>>;

type Found = { found: number };

/**
 * Fresh figures for the planner, which would otherwise think the tables empty until the server looks by itself.
 * SQLite keeps none in this product.
 */
export const settleTable = async ({ writable }: TargetEnd, table: string): Promise<void> => {
  if (writable.name === 'postgres') await sql`analyze ${sql.table(table)}`.execute(writable.session.writer);
};

const openSqliteSource = (path: string): End => {
  if (!existsSync(path)) throw new Error(`There is no database at ${path}.`);
  const lock = lockDatabase(path);
  try {
    const connection = openConnection(path, { readOnly: true });
    const end = (unlock: () => void) => async (): Promise<void> => {
      connection.close();
      unlock();
    };
    return {
      engine: 'sqlite',
      label: `sqlite:${path}`,
      db: new Kysely<Tables>({ dialect: sqliteDialect((statement) => connection.run(statement)) }),
      close: end(lock.release),
      discard: end(lock.discard),
    };
  } catch (cause) {
    lock.discard();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The database ${path} cannot be opened: ${reason}.`, { cause });
  }
};

const openPostgresEnd = async (url: string, log: Log): Promise<TargetEnd> =>
  endOn(await openPostgres({ url, log, name: applicationName, poolSize }), `postgres ${placeOf(url)}`);

const endOn = (writable: Engine, label: string): TargetEnd => ({
  engine: writable.name,
  label,
  db: writable.session.reader,
  writable,
  close: () => writable.close(),
  discard: () => writable.close(),
});

/** Null for PostgreSQL. Throws for what names no database. */
export const sqlitePathOf = (url: string): string | null => {
  const path = url.startsWith('sqlite:') ? url.replace(/^sqlite:(\/\/)?/, '') : '';
  if (path !== '') return path;
  if (/^postgres(ql)?:\/\//.test(url)) return null;
  // Not the URL itself: it may hold a password.
  throw new Error('A database is named as postgres://... or sqlite:<path>.');
};
