// One process, one open store per database file: a second one would not see the first one's queue and turns.
// The lock is SQLite's own on a tiny file beside the database, so the kernel drops it when the process dies.
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseInUse } from './database-in-use.ts';
import { failureOf } from './sqlite-connection.ts';

const busy = 5;

export type FileLock = {
  release(): void;
  /** The same for a file that turned out to be no database: nothing is left beside it that was not there before. */
  discard(): void;
};

/** Throws `DatabaseInUse` when another store holds it. */
export const lockDatabase = (path: string): FileLock => {
  const lockPath = `${path}.lock`;
  const isNew = createPrivateFile(lockPath);
  const inode = inodeOf(lockPath);
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    // The transaction stays open and writes nothing: no journal is left behind by a kill.
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    if (failureOf(cause).resultCode !== busy) throw new Error(`${lockPath} cannot be locked.`, { cause });
    throw inUse(path, cause);
  }
  // Discarded by whoever had it, between opening and locking: others would lock another file of this name.
  if (inode === null || inodeOf(lockPath) !== inode) {
    lock.close();
    throw inUse(path, null);
  }
  return {
    release: () => lock.close(),
    discard() {
      // Before it is let go: whoever comes then makes one of their own.
      if (isNew) rmSync(lockPath, { force: true });
      lock.close();
    },
  };
};

const inUse = (path: string, cause: unknown): DatabaseInUse =>
  new DatabaseInUse(
    `The database ${path} is in use: another process, or another store in this one, has it open. ` +
      'One SQLite file serves one process; several processes need PostgreSQL.',
    { cause },
  );

const inodeOf = (path: string): bigint | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;

/**
 * Creates the file readable by its owner only. An existing file is not even opened: closing any descriptor
 * of a file drops the POSIX locks that this process holds on it. True when it was not there.
 */
export const createPrivateFile = (path: string): boolean => {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return false;
  }
};
