// Starts graceful-member.ts, and reads what its primary logs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { until } from '../support/until.ts';

export type Members = {
  child: ChildProcess;
  exited: Promise<unknown[]>;
  /** Log entries with this message so far. */
  entries(message: string): Record<string, unknown>[];
  /** The `pids` of the newest entry with this message, which it waits for. */
  pids(message: string): Promise<number[]>;
  /** By force, unless it has ended. */
  end(): Promise<void>;
};

const file = fileURLToPath(new URL('graceful-member.ts', import.meta.url));

export function startMembers(environment: Record<string, string>): Members {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    env: { ...childEnvironment(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const logged: Record<string, unknown>[] = [];
  const other: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{')) logged.push(Object.fromEntries(Object.entries(JSON.parse(line))));
    else other.push(line);
  });
  const entries: Members['entries'] = (message) => logged.filter(({ msg }) => msg === message);
  return {
    child,
    exited,
    entries,
    async pids(message) {
      await until(`"${message}" is logged`, () => entries(message).length > 0 || child.exitCode !== null);
      const pids = entries(message).at(-1)?.pids;
      if (!Array.isArray(pids)) throw new Error(`no pids of "${message}"\n${other.join('\n')}`);
      return pids.map(Number);
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
