// The tables of PostgreSQL themselves: the lock under which they are changed, indexes that are built beside
// everybody's work, and how rows are laid out.
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { GatewayError } from '../core/errors.ts';
import { createIndexText } from './create-index.ts';
import type { Index, Upkeep } from './engine.ts';
import { clientConfig, type PostgresOptions } from './postgres-connections.ts';
import type { Tables } from './schema.ts';

/** Any fixed numbers will do, so long as nothing else in the database uses them: "mailgran" and "mailgrao" in ASCII. */
const migrationLock = '7881692352127820142';
const buildLock = '7881692352127820143';

/**
 * A change of a table waits for those that use it, and everybody who comes later waits behind the change. So it gives
 * up soon and tries again. Shorter than the server's `deadlock_timeout` of a second, so that in a deadlock it is the
 * migration that gives way and not somebody's refresh.
 */
const lockMilliseconds = 500;
const againMilliseconds = { least: 200, most: 1_500 } as const;

/** A table up to this size is read in some ten milliseconds: its indexes are built in the migration. */
const smallBytes = 8 * 1024 * 1024;

/** 55P03: `lock_timeout`; 40P01: a deadlock. */
const waits = new Set(['55P03', '40P01']);

/** Runs the transaction `attempt` until it is not kept from a lock any more, at most for so long. */
export const untilUnlocked = async <T>(
  milliseconds: number,
  { attempt, onWait }: { attempt: () => Promise<T>; onWait: (error: unknown) => void },
): Promise<T> => {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isKeptWaiting(error)) throw error;
      if (performance.now() > end) {
        const message = `The database could not be migrated in ${milliseconds / 1000} s: a statement or a transaction of somebody else keeps a table locked all the time (pg_stat_activity shows which). Nothing was changed.`;
        throw new Error(message, { cause: error });
      }
      onWait(error);
      const { least, most } = againMilliseconds;
      await delay(least + randomInt(most - least));
    }
  }
};

/** At the beginning of a migration's transaction. Nodes wait here for the one that migrates. */
export const holdMigrationLock = async (db: Kysely<Tables>): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${sql.raw(migrationLock)})`.execute(db);
  await sql`set local lock_timeout = ${sql.lit(lockMilliseconds)}`.execute(db);
};

export type UpkeepNeeds = { options: PostgresOptions; db: Kysely<Tables>; isDirect: boolean };

export type OpenUpkeep = Upkeep & { close(): Promise<void> };

export const createUpkeep = ({ options, db, isDirect }: UpkeepNeeds): OpenUpkeep => {
  const builders = new Set<pg.Client>();
  const withBuilder = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const settings = { statement_timeout: 0, lock_timeout: 0 };
    const client = new pg.Client({
      ...clientConfig(options.url, { isDirect, settings }),
      application_name: 'mailgrant indexes',
      keepAlive: true,
    });
    // The running statement tells of it.
    client.on('error', () => {});
    builders.add(client);
    try {
      await client.connect();
      return await work(client);
    } finally {
      builders.delete(client);
      await client.end();
    }
  };
  return {
    isSmall: async ({ reader }, table) => {
      const { rows } = await sql<{
        bytes: number;
      }>`select pg_relation_size(${table}::regclass) as bytes`.execute(reader);
      return (rows[0]?.bytes ?? 0) <= smallBytes;
    },
    set: setStorage,
    missing: async (indexes) => missingAmong(indexes, await statesOf(db, indexes)),
    build: async (indexes) => {
      if (!isDirect) {
        return {
          refused:
            'The connection goes through a pooler, which cannot hold the lock for it. Run `mailgrant migrate` once with a URL that leads to the server itself.',
        };
      }
      return withBuilder((client) => build({ db, client }, indexes));
    },
    close: async () => {
      // What the server has begun it ends by itself.
      await Promise.all([...builders].map((client) => client.end()));
    },
  };
};

const isKeptWaiting = (error: unknown): boolean =>
  error instanceof GatewayError &&
  error.cause instanceof pg.DatabaseError &&
  waits.has(error.cause.code ?? '');

const setStorage: Upkeep['set'] = async ({ writer }, { table, store }) => {
  const settings = Object.entries(store).map(([name, value]) => `${name} = ${value}`);
  await sql`alter table ${sql.table(table)} set (${sql.raw(settings.join(', '))})`.execute(writer);
};

type IndexState = { name: string; exists: boolean; is_valid: boolean; is_building: boolean };

const statesOf = async (db: Kysely<Tables>, indexes: readonly Index[]): Promise<IndexState[]> => {
  const names = indexes.map(({ name }) => name);
  const { rows } = await sql<IndexState>`
    select wanted.name, found.indexrelid is not null as exists, coalesce(found.indisvalid, false) as is_valid,
      exists (select from pg_stat_progress_create_index where index_relid = found.indexrelid) as is_building
    from unnest(${names}::text[]) as wanted (name)
    left join pg_index as found on found.indexrelid = to_regclass(wanted.name)`.execute(db);
  return rows;
};

/** One that somebody else is building is not missing. */
const missingAmong = (indexes: readonly Index[], states: readonly IndexState[]): Index[] => {
  const there = new Set(states.filter((each) => each.is_valid || each.is_building).map(({ name }) => name));
  return indexes.filter(({ name }) => !there.has(name));
};

/** The lock is of the session, and ends with it: waiting for one would keep the building itself waiting. */
const build = async (
  { db, client }: { db: Kysely<Tables>; client: pg.Client },
  indexes: readonly Index[],
): Promise<{ built: string[] } | { refused: string }> => {
  const { rows } = await client.query(`select pg_try_advisory_lock(${buildLock}) as is_ours`);
  if (rows[0]?.is_ours !== true) return { refused: 'Another process is building indexes.' };
  const states = await statesOf(db, indexes);
  const built: string[] = [];
  for (const index of missingAmong(indexes, states)) {
    // Left by a process that was killed: it is kept up to date and never used.
    if (states.some(({ name, exists }) => name === index.name && exists)) {
      await client.query(`drop index concurrently if exists ${index.name}`);
    }
    await client.query(createIndexText(index, 'concurrently'));
    built.push(index.name);
  }
  return { built };
};
