// Owns a throw-away PgBouncer in transaction mode on loopback, in front of a PostgreSQL of this run: one login for
// everybody, and few connections of the server for many clients, so that each transaction lands on another one.
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './ports.ts';
import type { PostgresAddress } from './postgres.ts';
import { startServer, untilReady } from './processes.ts';
import { unprivilegedUser } from './system-users.ts';

export type Pooler = {
  port: number;
  /** The same database through the pooler. */
  throughPooler(url: string): string;
  stop(): Promise<void>;
};

const program = '/usr/sbin/pgbouncer';

export const isPgbouncerInstalled = (): boolean => existsSync(program);

/** Connections of the server for each database. Clients beyond wait for one to be free. */
const poolSize = 3;

export async function startPgbouncer(
  server: PostgresAddress,
  /** Further lines of its configuration. */
  settings: Record<string, string> = {},
): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const user = unprivilegedUser('postgres');
  const logPath = join(folder, 'log');
  const port = await freePort();
  await writeFile(join(folder, 'pgbouncer.ini'), configuration(server, { port, settings }));
  await chmod(folder, 0o755);
  if (user) await chown(folder, user.uid, user.gid);
  const process = startServer({
    name: 'PgBouncer',
    command: program,
    args: [join(folder, 'pgbouncer.ini')],
    logPath,
    stopSignal: 'SIGTERM', // at once; SIGINT would wait for the clients
    ...(user && { user }),
  });
  const stop = async () => {
    await process.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const throughPooler = (url: string): string => {
    const pooled = new URL(url);
    pooled.port = String(port);
    return pooled.href;
  };
  const isReady = () => answers(`postgresql://mailgrant@127.0.0.1:${port}/postgres`);
  await untilReady({ name: 'PgBouncer', server: process, logPath, isReady }).catch(async (cause) => {
    await stop();
    throw cause;
  });
  return { port, throughPooler, stop };
}

function configuration(
  server: PostgresAddress,
  { port, settings }: { port: number; settings: Record<string, string> },
): string {
  const chosen = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: String(poolSize),
    max_client_conn: '500',
    max_db_connections: String(poolSize),
    server_idle_timeout: '5',
    server_lifetime: '30',
    log_connections: '0',
    log_disconnections: '0',
    ...settings,
  };
  return [
    '[databases]',
    `* = host=${server.host} port=${server.port} user=mailgrant`,
    '[pgbouncer]',
    ...Object.entries(chosen).map(([name, value]) => `${name} = ${value}`),
    '',
  ].join('\n');
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
