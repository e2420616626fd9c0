// Owns the one folder that a test run may write to, and the search for what a run has left running. The folder
// is also the temporary folder of every test file, so that what tests leave on disk goes away with it.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, processesOf } from '../../test/counterparts/processes.ts';

const prefix = 'mailgrant-test-';
// Not $TMPDIR on Linux: Unix sockets need a short path whose parents every user may enter.
const parent = process.platform === 'linux' ? '/tmp' : tmpdir();

/** Creates the folder, after removing what killed runs have left. Its `tmp` is for the test files. */
export async function createRunFolder(): Promise<string> {
  await removeAbandoned();
  const folder = mkdtempSync(join(parent, prefix));
  writeFileSync(join(folder, 'pid'), String(process.pid));
  mkdirSync(join(folder, 'tmp'), { mode: 0o755 });
  return folder;
}

/** Removes the folder. Programs that still write into it are given a few chances to end. */
export function removeRunFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Ends processes of this run that outlived their test file by `graceSeconds`, and returns what they were. */
export async function endLeftovers(folder: string, graceSeconds: number): Promise<string[]> {
  const deadline = Date.now() + graceSeconds * 1000;
  let left = processesOf(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await delay(50);
    left = processesOf(folder);
  }
  for (const each of left) end(each.pid);
  return left.map((each) => `${each.command} (process ${each.pid})`);
}

// A run that was killed outright could not clean up. Its folder names its pid; its servers name the folder.
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(parent, name);
    const pid = ownerOf(folder);
    if (pid === undefined || isRunning(pid)) continue;
    await endLeftovers(folder, 0);
    removeRunFolder(folder);
  }
}

function ownerOf(folder: string): number | undefined {
  try {
    if (process.getuid && statSync(folder).uid !== process.getuid()) return undefined;
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
