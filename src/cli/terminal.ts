// What people are asked on a terminal, and texts that come by a file or standard input instead. A secret is read without
// being shown, and never from the command line, where every user of the machine could read it.
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type Secret, secret } from '../core/secret.ts';
import { Interrupted, UsageError } from './command.ts';

/** A secret longer than this is none: service account keys have 2.5 KiB. Bytes. */
const textBytesMax = 64 * 1024;

/** Null where nobody sits at a terminal. */
export async function confirmWord(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await answerTo(lines, `${question} `);
  } finally {
    lines.close();
  }
}

/**
 * From `path` (`-` = standard input), else asked for without echo. `option`: what names the file. Throws `UsageError`
 * where neither is possible.
 */
export async function readSecret(
  path: string | null,
  { option, question }: { option: string; question: string },
): Promise<Secret<string>> {
  if (path !== null) return secret(readText(path, option).replace(/\r?\n$/, ''));
  if (!process.stdin.isTTY) {
    throw new UsageError(`${question} is needed: name a file with --${option}, or - for standard input.`);
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The echo is off when the question is seen: what is typed at once would be shown.
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(`${question}: `);
  try {
    const text = await answerTo(lines, '');
    if (text === '') throw new UsageError(`${question} is needed; nothing was entered.`);
    return secret(text);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** Throws `Interrupted` for Ctrl-C, which would only end the question otherwise, and `UsageError` for Ctrl-D. */
async function answerTo(lines: Interface, question: string): Promise<string> {
  const interruption = new AbortController();
  lines.once('SIGINT', () => interruption.abort());
  try {
    return (await lines.question(question, { signal: interruption.signal })).trim();
  } catch (cause) {
    if (interruption.signal.aborted) throw new Interrupted();
    throw new UsageError('Nothing was entered.', { cause });
  }
}

/** Throws `UsageError` for a file that cannot be read, is empty or too large. */
export function readText(path: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--${option}: ${path} cannot be read (${reason})`, { cause });
  }
  if (text.length > textBytesMax)
    throw new UsageError(`--${option}: ${path} is too large for what it should hold`);
  if (text.trim() === '') throw new UsageError(`--${option}: ${path} is empty`);
  return text;
}
