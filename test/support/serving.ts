// `src/main.ts` as a process of its own, its log read line by line, for tests of how processes begin and end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { until } from './until.ts';

export type Serving = {
  child: ChildProcess;
  /** Everything on standard error so far. */
  text(): string;
  /** Log entries with this message so far. */
  entries(message: string): Record<string, unknown>[];
  /** The `pids` of the newest entry with this message, which it waits for. */
  pids(message: string): Promise<number[]>;
  exited: Promise<unknown[]>;
  /** For the end of a test: by force, unless it has ended. */
  end(): Promise<void>;
};

const root = fileURLToPath(new URL('../..', import.meta.url));

export function serve(environment: Record<string, string>, ...words: string[]): Serving {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', ...words], {
    cwd: root,
    env: { ...childEnvironment(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const entries: Serving['entries'] = (message) =>
    lines.flatMap((line) => {
      const entry = parse(line);
      return entry?.msg === message ? [entry] : [];
    });
  return {
    child,
    text: () => lines.join('\n'),
    entries,
    async pids(message) {
      await until(`"${message}" is logged`, () => entries(message).length > 0 || child.exitCode !== null);
      const pids = entries(message).at(-1)?.pids;
      if (!Array.isArray(pids)) throw new Error(`no pids of "${message}" in:\n${lines.join('\n')}`);
      return pids.map(Number);
    },
    exited,
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
  } catch {
    return null;
  }
}
