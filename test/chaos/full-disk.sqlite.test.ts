// A disk without room: the database lies on a file system of 32 MB, which is filled to its last byte while the
// gateway runs. Needs the right to mount one; files-cannot-grow.sqlite.test.ts holds the same promises without it.
import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fullDisks } from './full-disks.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-disk-'));
let isMounted = false;
const unmount = (): void => {
  if (isMounted) execFileSync('umount', ['--lazy', folder]);
  isMounted = false;
  rmdirSync(folder);
};

if (canMount()) {
  // Also when this process ends before its time.
  process.on('exit', () => {
    if (isMounted) unmount();
  });
  fullDisks({
    name: 'a disk without room',
    words: /database or disk is full/,
    openDisk({ dataDir }) {
      cpSync(dataDir, folder, { recursive: true });
      const databasePath = join(folder, 'mailgrant.db');
      const ballast = join(folder, 'ballast');
      return {
        start: { environment: { MAILGRANT_DATA_DIR: folder } },
        databasePath,
        fill() {
          emptyLog(databasePath);
          fillWith(ballast);
        },
        makeRoom: () => rmSync(ballast, { force: true }),
        remove: unmount,
      };
    },
  });
} else {
  rmdirSync(folder);
  test('a disk without room', {
    skip: 'mounting a file system needs rights that this user has not',
  }, () => {});
}

function canMount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m,mode=700', 'mailgrant-chaos', folder], {
      stdio: 'ignore',
    });
    isMounted = true;
    return true;
  } catch {
    return false;
  }
}

/** The log of SQLite is written from its beginning after a checkpoint: what it once took would be room. */
function emptyLog(databasePath: string): void {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    database.exec('pragma wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
}

function fillWith(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 256 * 1024; size >= 1; size = Math.floor(size / 2)) writeUntilFull(file, size);
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, size: number): void {
  const piece = Buffer.alloc(size);
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ENOSPC') throw error;
  }
}
