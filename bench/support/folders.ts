// Folders of a run: removed when their owner is done with them, and at the latest when this process ends.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const made = new Set<string>();
process.on('exit', () => {
  for (const folder of made) removeFolder(folder);
});

/** Others may enter it when `isPublic`: a database server runs as another user. */
export function makeFolder({ isPublic = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-bench-'));
  made.add(folder);
  if (isPublic) chmodSync(folder, 0o755);
  return folder;
}

export function removeFolder(folder: string): void {
  made.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
