// A file that is there as a whole or not at all: written under another name, and given its own at the end. For
// `--output`, where half a result must not be taken for one.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { UsageError } from './command.ts';

/**
 * What `work` answers. Throws `UsageError` when the file cannot be made or is there, which is left as it is: it may be
 * the only one of its kind.
 */
export async function intoNewFile<T>(
  path: string,
  work: (write: (text: string) => void) => Promise<T>,
): Promise<T> {
  const part = `${path}.${process.pid}.part`;
  const file = made(path, part);
  try {
    // Unlike `writeSync` it goes on after a write that took a part of the text.
    const result = await work((text) => writeFileSync(file, text));
    fsyncSync(file);
    giveName(part, path);
    return result;
  } finally {
    closeSync(file);
    rmSync(part, { force: true });
  }
}

function giveName(part: string, path: string): void {
  try {
    // Unlike a rename this replaces nothing that has come meanwhile.
    linkSync(part, path);
  } catch {
    refuseExisting(path);
    // Not every file system has links.
    renameSync(part, path);
  }
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw new UsageError(`--output: ${path} is there already, and is left as it is`);
}

function made(path: string, part: string): number {
  refuseExisting(path);
  try {
    return openSync(part, 'wx', 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--output: ${path} cannot be made (${reason})`, { cause });
  }
}
