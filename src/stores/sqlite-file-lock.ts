// One process, one open store per database file: a second one would not see the first one's queue and turns.
// The lock is SQLite's own on a tiny file beside the database, so the kernel drops it when the process dies.
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseInUse } from './database-in-use.ts';
import { failureOf } from './sqlite-connection.ts';

const busy = 5;

/** Throws `DatabaseInUse` when another store holds it. Returns the release. */
export const lockDatabase = (path: string): (() => void) => {
  const lockPath = `${path}.lock`;
  createPrivateFile(lockPath);
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    // The transaction stays open and writes nothing: no journal is left behind by a kill.
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    if (failureOf(cause).resultCode !== busy) throw new Error(`${lockPath} cannot be locked.`, { cause });
    throw new DatabaseInUse(
      `The database ${path} is in use: another process, or another store in this one, has it open. ` +
        'One SQLite file serves one process; several processes need PostgreSQL.',
      { cause },
    );
  }
  return () => lock.close();
};

/**
 * Creates the file readable by its owner only. An existing file is not even opened: closing any descriptor
 * of a file drops the POSIX locks that this process holds on it.
 */
export const createPrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
};
