// A PostgreSQL of one test's own that is stopped, killed and started again on the same data and at the same port, with
// the disk taken seriously: what it has acknowledged survives.
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client } from 'pg';
import { freePort } from '../../counterparts/ports.ts';
import { createDatabase, postgresqlPrograms } from '../../counterparts/postgres.ts';
import { runProgram, type Server, startServer, untilReady } from '../../counterparts/processes.ts';
import { unprivilegedUser } from '../../counterparts/system-users.ts';

export type PostgresOfOne = {
  url: string;
  /** `fast` cuts every session off and writes all down; `crash` is a kill of every process of it. */
  stop(how: 'fast' | 'crash'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
};

export async function startPostgresOfOne(): Promise<PostgresOfOne> {
  const programs = postgresqlPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'postgres-'));
  const user = unprivilegedUser('postgres');
  await chmod(folder, 0o755);
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const logPath = join(folder, 'log');
  const port = await freePort();
  const identity = ['--username=mailgrant', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  await runProgram(join(programs, 'initdb'), ['-D', data, ...identity, '--no-instructions'], {
    cwd: folder,
    ...(user && { user }),
  });

  let server: Server | null = null;
  const start = async (): Promise<void> => {
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const started = startServer({
      name: 'PostgreSQL',
      command: join(programs, 'postgres'),
      args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      logPath,
      stopSignal: 'SIGINT',
      ...(user && { user }),
    });
    server = started;
    await untilReady({ name: 'PostgreSQL', server: started, logPath, isReady: () => answersAt(port) });
  };
  const stop: PostgresOfOne['stop'] = async (how) => {
    // SIGQUIT: the server's own emergency exit. Nothing is flushed, and the next start recovers from the log.
    if (how === 'crash' && server !== null) process.kill(server.pid, 'SIGQUIT');
    await server?.stop();
    server = null;
  };
  await start();
  const database = await createDatabase({ host: '127.0.0.1', port });
  return {
    url: database.url,
    start,
    stop,
    async remove() {
      await stop('fast');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answersAt(port: number): Promise<boolean> {
  const client = new Client({
    connectionString: `postgresql://mailgrant@127.0.0.1:${port}/postgres`,
    connectionTimeoutMillis: 5000,
  });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
