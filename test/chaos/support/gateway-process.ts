// One gateway in a process of its own: started, watched, killed from outside. Nothing of it is shared with the test
// but its database.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../support/child-environment.ts';

export type GatewayProcess = {
  address: string;
  pid: number;
  /** As by the kernel: no handler runs, nothing is flushed. Returns at once. */
  kill(): void;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  ended: Promise<void>;
  /** To an entry that listens to its parent. */
  send(message: unknown): Promise<void>;
  /** Resident size now, in bytes; `peakBytes` counts from here. */
  restartPeak(): number;
  /** Greatest resident size since the start or the last `restartPeak`, in bytes. */
  peakBytes(): number;
  /** The latest lines of the log, since the start or the last `forgetLog`. */
  logged(): string;
  forgetLog(): void;
};

export type StartOptions = {
  /** An entry of the tests', which listens to its parent; relative to the repository. Left out: the product's own. */
  entry?: string;
  environment?: Record<string, string>;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
const logLinesMax = 400;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export async function startGatewayProcess(
  environment: Record<string, string>,
  { entry, environment: further = {} }: StartOptions = {},
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry ?? 'src/main.ts'], {
    cwd: root,
    env: { ...childEnvironment(), TMPDIR: process.env.TMPDIR, ...environment, ...further },
    stdio: ['ignore', 'ignore', 'pipe', ...(entry === undefined ? [] : (['ipc'] as const))],
  });
  running.add(child);
  const ended = once(child, 'exit').then(() => void running.delete(child));
  const lines: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    if (child.stderr === null) throw new Error('the process has no stderr');
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > logLinesMax) lines.shift();
      const found = addressIn(line);
      if (found !== null) resolve(found);
    });
    ended.then(() => reject(new Error(`the gateway did not start:\n${lines.join('\n')}`)), reject);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the gateway has no pid');
  return {
    address,
    pid,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
    ended,
    send: (message) =>
      new Promise((resolve, reject) => {
        child.once('message', () => resolve());
        child.send(Object(message), (error) => (error === null ? undefined : reject(error)));
      }),
    restartPeak() {
      // proc(5): 5 sets the high-water mark to what is resident now.
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      return memoryOf(pid, 'VmRSS');
    },
    peakBytes: () => memoryOf(pid, 'VmHWM'),
    logged: () => lines.join('\n'),
    forgetLog: () => void lines.splice(0),
  };
}

function addressIn(line: string): string | null {
  if (!line.includes('"listening"')) return null;
  const entry: unknown = JSON.parse(line);
  const address: unknown = Reflect.get(Object(entry), 'address');
  return typeof address === 'string' ? address : null;
}

function memoryOf(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} tells nothing of its memory`);
  return Number(kibibytes) * 1024;
}
