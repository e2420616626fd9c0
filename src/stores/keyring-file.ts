// The keyring as a text, changed key by key: a new one last, one to the front, one away. Comments are not part of it; the
// file is replaced whole, so that nobody reads half of one.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseKeyring } from './keyring.ts';

/** The entries of a keyring, as `id:base64`. Throws for a text that is no keyring. */
const entriesOf = (text: string): string[] => {
  parseKeyring(text);
  return text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
};

const idOf = (entry: string): string => entry.slice(0, entry.indexOf(':'));

const requireKnown = (entries: readonly string[], id: string): void => {
  if (entries.some((entry) => idOf(entry) === id)) return;
  throw new Error(`The keyring has no key ${id}; it has: ${entries.map(idOf).join(', ')}.`);
};

export const idsOf = (text: string): string[] => entriesOf(text).map(idOf);

/** As the file is now; null without one, or when it cannot be read as a keyring, as while somebody edits it. */
export function idsInFile(path: string | null): string[] | null {
  if (path === null) return null;
  try {
    return idsOf(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** With a further key, which opens and does not seal. */
export const withKeyLast = (text: string, entry: string): string => joined([...entriesOf(text), entry]);

/** With this key as the one that seals. Throws when it is not there. */
export const withKeyFirst = (text: string, id: string): string => {
  const entries = entriesOf(text);
  requireKnown(entries, id);
  return joined([
    ...entries.filter((entry) => idOf(entry) === id),
    ...entries.filter((entry) => idOf(entry) !== id),
  ]);
};

/** Without this key. Throws when it is not there, or the first one. */
export const withoutKey = (text: string, id: string): string => {
  const entries = entriesOf(text);
  requireKnown(entries, id);
  const [first] = entries;
  if (first !== undefined && idOf(first) === id) throw new Error(`The key ${id} is the one that seals.`);
  return joined(entries.filter((entry) => idOf(entry) !== id));
};

const joined = (entries: readonly string[]): string => {
  const text = `${entries.join('\n')}\n`;
  parseKeyring(text);
  return text;
};

/** Throws in words when there is no such file. */
export const readKeyringFile = (path: string): string => {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  throw new Error(`There is no keyring at ${path}. \`mailgrant init\` makes the first one.`);
};

/** All of it or nothing, also when the machine loses power; readable for its owner alone, or as it was. */
export const writeKeyringFile = (path: string, text: string): void => {
  const fresh = `${path}.${process.pid}.new`;
  const mode = statSync(path).mode & 0o770;
  const file = openSync(fresh, 'wx', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
};
