// A gateway exactly as `npm start` runs it, without any channel of ours: for what such a channel would change, start-up
// and memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rssOf } from './process-times.ts';

export type PlainGateway = {
  port: number;
  /** From the start of the process to the first good answer of /readyz. */
  startSeconds: number;
  /** Null where it cannot be told. */
  rssMegabytes(): number | null;
  stop(): Promise<void>;
};

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const secondsMax = 60;

export async function startPlainGateway(environment: Record<string, string>): Promise<PlainGateway> {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { PATH: process.env.PATH, ...environment, MAILGRANT_PORT: String(port) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    child.kill('SIGKILL');
    await exited;
  };
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null)
        throw new Error(`the gateway ended with ${child.exitCode} instead of starting`);
      if (performance.now() - begin > secondsMax * 1000) throw new Error(`not ready within ${secondsMax} s`);
      await delay(5);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    startSeconds: (performance.now() - begin) / 1000,
    rssMegabytes: () => rssOf(child.pid ?? 0),
    stop,
  };
}

/** By a bare socket: this process's own HTTP client would count too. */
async function isReady(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write('GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    const [answer]: unknown[] = await once(socket, 'data');
    return String(answer).startsWith('HTTP/1.1 200');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
