// `mailgrant` as a process of its own. Not synchronously: the sandbox and the gateway may live in this process and must
// go on answering.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';

export type Ended = { code: number | null; stdout: string; stderr: string };

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export type Starting = {
  environment?: Record<string, string>;
  input?: string;
  cwd?: string;
  /** Words for Node.js itself. */
  node?: readonly string[];
};

export function startCommand(
  words: readonly string[],
  { environment = {}, input, cwd, node = [] }: Starting = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...node, cli, ...words], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...childEnvironment(), MAILGRANT_LOG_LEVEL: 'error', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const exited = once(child, 'exit');
  const ended = Promise.all([text(child.stdout), text(child.stderr), exited]).then(
    ([stdout, stderr]): Ended => ({ code: child.exitCode, stdout, stderr }),
  );
  return { child, ended };
}

export const runCommand = (words: readonly string[], options: Starting = {}): Promise<Ended> =>
  startCommand(words, options).ended;
