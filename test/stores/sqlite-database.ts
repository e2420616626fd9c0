// A database of one test on SQLite: a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { newKeyring, silentLog, type TestDatabase } from './fixtures.ts';

export const createSqliteDatabase = async (): Promise<TestDatabase & { dataDir: string; path: string }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailgrant-store-'));
  const path = join(dataDir, 'mailgrant.db');
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
