// A database of one test on SQLite: a folder of its own.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { type CreateDatabaseOptions, newKeyring, now, silentLog, type TestDatabase } from './fixtures.ts';

/** The file of a database that is migrated and closed, made once for all tests of a file. */
let template: Promise<Uint8Array> | undefined;
const migratedFile = async (): Promise<Uint8Array> => {
  const folder = await mkdtemp(join(tmpdir(), 'mailgrant-template-'));
  const path = join(folder, 'mailgrant.db');
  try {
    const engine = await openSqlite({ path });
    await migrate(engine, { now }).finally(() => engine.close());
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export const createSqliteDatabase = async ({
  isMigrated = false,
}: CreateDatabaseOptions = {}): Promise<TestDatabase & { dataDir: string; path: string }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailgrant-store-'));
  const path = join(dataDir, 'mailgrant.db');
  if (isMigrated) {
    template ??= migratedFile();
    await writeFile(path, await template, { mode: 0o600 });
  }
  const keyring = newKeyring();
  const opened: OpenStore[] = [];
  const open: TestDatabase['open'] = async (other = keyring) => {
    const store = await openStore({ databaseUrl: null, dataDir, keyring: other, log: silentLog });
    opened.push(store);
    return store;
  };
  return {
    dataDir,
    path,
    keyring,
    open,
    openEngine: () => openSqlite({ path }),
    openTwo: async () => {
      const store = await open();
      return [store, store];
    },
    raw: async (statement, ...parameters) => {
      const database = new DatabaseSync(path, { timeout: 5_000 });
      try {
        database.prepare(statement).run(...parameters);
      } finally {
        database.close();
      }
    },
    drop: async () => {
      for (const store of opened) await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
