// Owns the servers that a test run starts: spawned in the foreground, known by their pid, stopped by it, and
// killed when this process ends by any other way. Nothing here looks a process up by its name.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A server in the foreground. `stop` sends the signal, waits, kills after `stopSeconds`; it may be repeated. */
export type Server = { pid: number; stop(): Promise<void>; hasEnded(): boolean };

export type ServerOptions = {
  name: string;
  command: string;
  args: readonly string[];
  /** Both streams are appended to this file; its tail is quoted when the server ends too early. */
  logPath: string;
  stopSignal?: NodeJS.Signals;
  stopSeconds?: number;
  user?: { uid: number; gid: number };
  env?: NodeJS.ProcessEnv;
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server in a process group of its own, so that Ctrl-C reaches it through `stop` alone. */
export function startServer(options: ServerOptions): Server {
  const log = openSync(options.logPath, 'a');
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: options.env ?? process.env,
    ...options.user,
  });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${options.name}: cannot start ${options.command}`);
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (!running.has(child)) return;
    child.kill(options.stopSignal ?? 'SIGTERM');
    const patience = delay((options.stopSeconds ?? 5) * 1000, 'late', { ref: false });
    if ((await Promise.race([ended, patience])) !== 'late') return;
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid, stop, hasEnded: () => !running.has(child) };
}

/** Waits until `isReady` answers true; fails with the tail of the log when the server ends or time is up. */
export async function untilReady(options: {
  name: string;
  server: Server;
  logPath: string;
  isReady: () => Promise<boolean>;
  timeoutSeconds?: number;
}): Promise<void> {
  const timeoutSeconds = options.timeoutSeconds ?? 30;
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (!(await options.isReady())) {
    const problem = options.server.hasEnded()
      ? 'ended while starting'
      : Date.now() > deadline && `was not ready in ${timeoutSeconds} s`;
    if (problem) {
      const log = await readFile(options.logPath, 'utf8').catch(() => '');
      throw new Error(`${options.name} ${problem}; its log ends:\n${log.split('\n').slice(-20).join('\n')}`);
    }
    await delay(20);
  }
}

const execute = promisify(execFile);

/** Runs a program to its end within a minute; throws with what it printed when it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { user?: { uid: number; gid: number }; cwd?: string } = {},
): Promise<string> {
  const { user, ...rest } = options;
  const { stdout } = await execute(command, [...args], { ...rest, ...user, timeout: 60_000 });
  return stdout;
}

/** True while the process runs. A zombie has ended: PID 1 of a container may never collect it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = readProc(pid, 'stat');
  return status === '' || !/\) Z /.test(status);
}

/** Running processes that belong to a run: started with its folder in their arguments, environment or cwd. */
export function processesOf(folder: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map(Number)
    .filter((pid) =>
      `${readProc(pid, 'cmdline')}\0${readProc(pid, 'environ')}\0${cwdOf(pid)}`.includes(folder),
    )
    .map((pid) => ({ pid, command: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim().slice(0, 160) }));
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function cwdOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
