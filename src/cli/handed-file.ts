// Files in which one step by hand leaves for the next what must not stand on a command line. Mode 0600.
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { UsageError } from './command.ts';
import { readText } from './terminal.ts';

/** Replaces an older one. `option`: what names the file. Throws `UsageError` for a place that cannot be written to. */
export function writeHandedFile(path: string, option: string, content: object): void {
  try {
    // Before there is anything in it: the mode below is for a new file only.
    if (existsSync(path)) chmodSync(path, 0o600);
    writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--${option}: ${path} cannot be written (${reason})`, { cause });
  }
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
