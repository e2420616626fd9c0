// A database of one test on PostgreSQL, reached directly or through a pooler.
import pg from 'pg';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { counterparts } from '../counterparts/index.ts';
import { newKeyring, silentLog, type TestDatabase } from './fixtures.ts';

export type PostgresTestDatabase = TestDatabase & { url: string };

/** `reach` tells by which URL the stores go to it; `raw` always goes to the server itself. */
export const createPostgresDatabase = async (
  reach: (url: string) => string = (url) => url,
): Promise<PostgresTestDatabase> => {
  const { url: direct, drop } = await counterparts().createDatabase();
  const url = reach(direct);
  const keyring = newKeyring();
  const opened: OpenStore[] = [];
  const open: TestDatabase['open'] = async (other = keyring) => {
    const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', keyring: other, log: silentLog });
    opened.push(store);
    return store;
  };
  return {
    url,
    keyring,
    open,
    openEngine: () => openPostgres({ url, log: silentLog }),
    openTwo: () => Promise.all([open(), open()]),
    raw: async (statement, ...parameters) => {
      const client = new pg.Client({ connectionString: direct });
      await client.connect();
      let position = 0;
      const numbered = statement.replaceAll('?', () => {
        position += 1;
        return `$${position}`;
      });
      await client.query(numbered, parameters).finally(() => client.end());
    },
    drop: async () => {
      for (const store of opened) await store.close();
      await drop();
    },
  };
};

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
