// Starts processes that migrate (migrating-node.ts), and says how each has ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./migrating-node.ts', import.meta.url));

const start = (url: string, keyring: string, task: 'open' | 'hang'): ChildProcess =>
  spawn(process.execPath, [program, url, keyring, task], { stdio: ['ignore', 'pipe', 'pipe'] });

/** Resolves with what each has written to its error output and its exit code. */
export const openAtOnce = (url: string, keyring: string, count: number): Promise<[number | null, string][]> =>
  Promise.all(
    Array.from({ length: count }, async (): Promise<[number | null, string]> => {
      const child = start(url, keyring, 'open');
      let words = '';
      child.stderr?.on('data', (chunk) => {
        words += String(chunk);
      });
      const [code]: unknown[] = await once(child, 'close');
      return [typeof code === 'number' ? code : null, words];
    }),
  );

/** Kills it when it is in the middle of a migration, with its statements done and nothing committed. */
export const killWithin = async (url: string): Promise<void> => {
  const child = start(url, '', 'hang');
  let words = '';
  child.stderr?.on('data', (chunk) => {
    words += String(chunk);
  });
  const ended = once(child, 'close');
  const inside = await Promise.race([once(child.stdout ?? child, 'data'), ended.then(() => null)]);
  if (inside === null) throw new Error(`The process ended before it could be killed: ${words}`);
  child.kill('SIGKILL');
  await ended;
};
