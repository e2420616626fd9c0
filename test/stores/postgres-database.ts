// A database for one test on PostgreSQL, reached directly or through a pooler.
import pg from 'pg';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { counterparts } from '../counterparts/index.ts';
import type { Database } from '../counterparts/postgres.ts';
import { type CreateDatabaseOptions, newKeyring, silentLog, type TestDatabase } from './fixtures.ts';

export type PostgresTestDatabase = TestDatabase & { url: string };

/**
 * Migrated, emptied and at rest, for the next test of this file: to create and drop a database costs the server more
 * than most tests do. What is left at the end goes with the server.
 */
const atRest: Database[] = [];

/** `reach` tells by which URL the stores go to it; `raw` always goes to the server itself. */
export const createPostgresDatabase = async (
  reach: (url: string) => string = (url) => url,
  { isMigrated = false }: CreateDatabaseOptions = {},
): Promise<PostgresTestDatabase> => {
  const database = (isMigrated ? atRest.pop() : undefined) ?? (await counterparts().createDatabase());
  const { url: direct, drop } = database;
  const url = reach(direct);
  const keyring = newKeyring();
  const opened: OpenStore[] = [];
  // What it is after more than rows have been changed, nobody knows.
  let isAsMigrated = isMigrated;
  const open: TestDatabase['open'] = async (other = keyring) => {
    const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', keyring: other, log: silentLog });
    opened.push(store);
    return store;
  };
  return {
    url,
    keyring,
    open,
    openEngine: () => {
      isAsMigrated = false;
      return openPostgres({ url, log: silentLog });
    },
    openTwo: () => Promise.all([open(), open()]),
    raw: async (statement, ...parameters) => {
      if (!isOfRows.test(statement)) isAsMigrated = false;
      let position = 0;
      const numbered = statement.replaceAll('?', () => {
        position += 1;
        return `$${position}`;
      });
      await onServer(direct, (client) => client.query(numbered, parameters));
    },
    drop: async () => {
      for (const store of opened) await store.close();
      if (!isAsMigrated) return drop();
      await empty(direct);
      atRest.push(database);
    },
  };
};

const isOfRows = /^\s*(insert into|update|delete from)\s+(?!migrations\b)/i;

const onServer = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
};

/** Without regard to references, nor to triggers that keep rows from being deleted. */
const empty = (url: string): Promise<unknown> =>
  onServer(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = current_schema() and tablename <> 'migrations'",
    );
    const deletions = rows.map(({ name }) => `delete from "${name}";`).join(' ');
    await client.query(`begin; set local session_replication_role = replica; ${deletions} commit`);
  });

export const withPostgres = async (
  test: (database: PostgresTestDatabase) => Promise<void>,
  reach?: (url: string) => string,
): Promise<void> => {
  const database = await createPostgresDatabase(reach);
  try {
    await test(database);
  } finally {
    await database.drop();
  }
};
