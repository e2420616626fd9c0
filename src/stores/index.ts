// Opens the store that a configuration names: chooses the engine, migrates, checks the keyring.
import { join } from 'node:path';
import type { Log, Store } from '../core/ports.ts';
import { refuseUnfinishedCopy } from './copy/unfinished.ts';
import type { Engine, EngineLoad, EngineName } from './engine.ts';
import { checkKeyring } from './key-proofs.ts';
import type { Keyring } from './keyring.ts';
import { buildIndexes, migrate, missingIndexes } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { createSqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite.ts';

export type OpenStoreOptions = {
  /** `postgres://...`, `sqlite:<path>`, or null for `mailgrant.db` in `dataDir`. */
  databaseUrl: string | null;
  dataDir: string;
  keyring: Keyring;
  log: Log;
  /** Connections of this process to PostgreSQL. */
  poolSize?: number;
};

/** `close` may be called twice. */
export type OpenStore = Store & { close(): Promise<void>; engine: EngineName; load(): EngineLoad };

/**
 * Ready to use when it resolves. Rejects with a plain Error that an operator can read: the file is in use, the
 * database is of a newer release, the keyring does not fit. Several nodes may open one PostgreSQL at once.
 */
export const openStore = async (options: OpenStoreOptions): Promise<OpenStore> => {
  const engine = await openEngine(options);
  try {
    // Asked twice: before anything is changed, and after the migration, for which a copy that begins makes it wait.
    await refuseUnfinishedCopy(engine);
    const applied = await migrate(engine, { now: Date.now() });
    if (applied.length > 0) options.log.info('The database was migrated', { migrations: applied });
    await refuseUnfinishedCopy(engine);
    await checkKeyring(engine, options.keyring, options.log);
    // Not waited for: it may take minutes on a large table, and nothing is wrong without them.
    const building = buildIndexes(engine, await missingIndexes(engine), options.log);
    let closed: Promise<void> | null = null;
    return {
      ...createSqlStore(engine, options.keyring),
      engine: engine.name,
      load: () => engine.load(),
      close: () => {
        closed ??= engine.close().then(() => building);
        return closed;
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
};

/** Where the embedded database is. */
export const databaseFile = (dataDir: string): string => join(dataDir, 'mailgrant.db');

/** Without a migration. Rejects as `openStore`. */
export const openEngine = async ({
  databaseUrl,
  dataDir,
  log,
  poolSize,
}: Omit<OpenStoreOptions, 'keyring'>): Promise<Engine> => {
  if (databaseUrl === null) return openSqlite({ path: databaseFile(dataDir) });
  if (databaseUrl === ':memory:' || databaseUrl.startsWith('sqlite:')) {
    return openSqlite({ path: databaseUrl.replace(/^sqlite:(\/\/)?/, '') });
  }
  if (/^postgres(ql)?:\/\//.test(databaseUrl)) {
    return openPostgres({ url: databaseUrl, log, ...(poolSize === undefined ? {} : { poolSize }) });
  }
  // Not the URL itself: it may hold a password.
  throw new Error('The database URL must start with postgres://, postgresql:// or sqlite:.');
};
