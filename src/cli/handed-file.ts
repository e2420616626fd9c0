// Files in which one step by hand leaves for the next what must not stand on a command line. Mode 0600.
import { chmodSync, writeFileSync } from 'node:fs';
import { readText } from './terminal.ts';

/** Replaces an older one. */
export function writeHandedFile(path: string, content: object): void {
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(path, 0o600);
}

/** A JSON object as it is; any other text is a refresh token. Throws `UsageError` for a file that cannot be read. */
export function readHandedFile(path: string, option: string): unknown {
  const text = readText(path, option).trim();
  if (!text.startsWith('{')) return { refresh_token: text };
  try {
    return JSON.parse(text);
  } catch {
    return { refresh_token: text };
  }
}
