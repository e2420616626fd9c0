// The parent's end of a control channel: starts a file of this folder as a process of its own, asks it, stops it.
// What is still running when this process ends is killed by its id.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { memberAt, numberAt } from './members.ts';

export type Usage = { cpuMicroseconds: number; rssBytes: number };

export type Child = {
  pid: number;
  /** Rejects with what the child threw, when it ends first, or after `secondsMax` (600). */
  ask(name: string, argument?: unknown, secondsMax?: number): Promise<unknown>;
  usage(): Promise<Usage>;
  /** May be repeated. */
  stop(): Promise<void>;
};

export type ChildOptions = { argument?: unknown; environment?: Record<string, string> };

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const startSecondsMax = 120;

/** Resolves when the child says that it serves. */
export async function startChild(file: string, options: ChildOptions = {}): Promise<Child> {
  const child = fork(
    fileURLToPath(new URL(file, import.meta.url)),
    [JSON.stringify(options.argument ?? null)],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    },
  );
  running.add(child);
  const errors: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors.push(text);
    if (errors.length > 50) errors.shift();
  });
  const waiting = new Map<number, Waiting>();
  let isEnded = false;
  const fail = (why: string): void => {
    isEnded = true;
    running.delete(child);
    for (const { reject } of waiting.values()) reject(new Error(`${file} ${why}:\n${errors.join('')}`));
    waiting.clear();
  };
  child.on('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  child.on('error', (error) => fail(`failed, ${error.message}`));
  child.on('message', (message: unknown) => {
    const id = numberAt(message, 'id');
    const caller = waiting.get(id);
    waiting.delete(id);
    const error = memberAt(message, 'error');
    if (typeof error === 'string') caller?.reject(new Error(`${file}: ${error}`));
    else caller?.resolve(memberAt(message, 'value'));
  });

  const answered = (id: number, what: string, secondsMax: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isEnded) return reject(new Error(`${file} has ended:\n${errors.join('')}`));
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`${file} did not answer "${what}" within ${secondsMax} s:\n${errors.join('')}`));
      }, secondsMax * 1000);
      const settle = <T>(then: (value: T) => void) => {
        return (value: T): void => {
          clearTimeout(timer);
          then(value);
        };
      };
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
    });

  let lastId = 0;
  const ask: Child['ask'] = (name, argument, secondsMax = 600) => {
    lastId += 1;
    const answer = answered(lastId, name, secondsMax);
    if (!isEnded) child.send({ id: lastId, name, argument });
    return answer;
  };
  await answered(0, 'its start', startSecondsMax).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    pid: child.pid ?? 0,
    ask,
    async usage() {
      const value = await ask('usage');
      return { cpuMicroseconds: numberAt(value, 'cpuMicroseconds'), rssBytes: numberAt(value, 'rssBytes') };
    },
    async stop() {
      if (isEnded) return;
      const exited = once(child, 'exit');
      // Its channel is closed: the child ends by itself, or is made to.
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
