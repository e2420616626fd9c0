// One gateway in a process of its own: started, watched, killed from outside. Nothing of it is shared with the test
// but its database.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type GatewayProcess = {
  address: string;
  /** As by the kernel: no handler runs, nothing is flushed. Returns at once. */
  kill(): void;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  ended: Promise<void>;
  /** To an entry that listens to its parent. */
  send(message: unknown): Promise<void>;
  /** Greatest resident size so far, in bytes. */
  peakBytes(): number;
  /** The latest lines of the log. */
  logged(): string;
};

export type StartOptions = {
  /** Relative to the repository. */
  entry?: string;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));
const logLinesMax = 400;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export async function startGatewayProcess(
  environment: Record<string, string>,
  { entry = 'src/main.ts' }: StartOptions = {},
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    cwd: root,
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
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
  return {
    address,
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
    peakBytes: () => peakOf(child.pid),
    logged: () => lines.join('\n'),
  };
}

function addressIn(line: string): string | null {
  if (!line.includes('"listening"')) return null;
  const entry: unknown = JSON.parse(line);
  const address: unknown = Reflect.get(Object(entry), 'address');
  return typeof address === 'string' ? address : null;
}

function peakOf(pid: number | undefined): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} tells nothing of its memory`);
  return Number(kibibytes) * 1024;
}
