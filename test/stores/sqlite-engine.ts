// An engine of SQLite of one test, with bounds of its choice, and a store on it.
import { migrate } from '../../src/stores/migrate.ts';
import { createSqlStore } from '../../src/stores/sql-store.ts';
import { openSqlite, type SqliteOptions } from '../../src/stores/sqlite.ts';
import { newKeyring, now } from './fixtures.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

type Files = { dataDir: string; path: string };

export const withFiles = async (test: (files: Files) => Promise<void>): Promise<void> => {
  const database = await createSqliteDatabase();
  try {
    await test(database);
  } finally {
    await database.drop();
  }
};

/** A store on an engine with bounds of the test's choice. */
export const withEngine = (
  options: Partial<SqliteOptions>,
  test: (opened: Awaited<ReturnType<typeof openOn>>) => Promise<void>,
) =>
  withFiles(async ({ path }) => {
    const opened = await openOn({ ...options, path });
    try {
      await test(opened);
    } finally {
      await opened.engine.close();
    }
  });

export const openOn = async (options: SqliteOptions) => {
  const engine = await openSqlite(options);
  await migrate(engine, { now });
  return { engine, store: createSqlStore(engine, newKeyring()) };
};
