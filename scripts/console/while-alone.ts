// One process at a time, by a folder that only one can make. A lock whose owner is gone is taken over.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

const pollMilliseconds = 200;
const longestMilliseconds = 5 * 60_000;
/** An owner writes its number at once. */
const namelessMilliseconds = 10_000;

/** Throws when somebody else has it for more than five minutes. */
export async function whileAlone(lock: string, work: () => Promise<void>): Promise<void> {
  const end = Date.now() + longestMilliseconds;
  while (!take(lock)) {
    if (Date.now() > end) throw new Error(`Another process holds ${lock}.`);
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
    else await wait(pollMilliseconds);
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const owner = Number(readFileSync(join(lock, 'pid'), 'utf8'));
    if (owner > 0) return !isRunning(owner);
    return Date.now() - statSync(lock).mtimeMs > namelessMilliseconds;
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    return isOld(lock);
  }
}

function isOld(lock: string): boolean {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > namelessMilliseconds;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return codeOf(cause) === 'EPERM';
  }
}

const codeOf = (cause: unknown): unknown =>
  cause instanceof Error && 'code' in cause ? cause.code : undefined;
