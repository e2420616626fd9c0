// The system's browser, opened at an address without a shell in between. Whether one came up cannot be known, so the
// address is always printed too.
import { spawn } from 'node:child_process';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, readonly string[]]>>> = {
  darwin: ['open', []],
  // `start` is a word of the shell; this opens an address without one.
  win32: ['rundll32', ['url.dll,FileProtocolHandler']],
};

/** Tries, and does not wait. `url` is http or https, or nothing is opened. */
export function openBrowser(url: string): void {
  if (!/^https?:\/\//.test(url)) return;
  const [program, words] = openers[process.platform] ?? ['xdg-open', []];
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  // Not there: the address is on the terminal.
  child.once('error', () => {});
  child.unref();
}
