// Owns a throw-away PostgreSQL cluster on loopback TCP: trust authentication for the superuser `mailgrant`,
// fast and careless with the disk unless asked otherwise. Databases in it belong to one test file each.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { Client } from 'pg';
import { freePort } from './ports.ts';
import { runProgram, type Server, startServer, untilReady } from './processes.ts';
import { unprivilegedUser } from './system-users.ts';

export type PostgresAddress = { host: string; port: number };
export type PostgresCluster = PostgresAddress & { server: Server; stop(): Promise<void> };
export type Database = { url: string; drop(): Promise<void> };

/**
 * Starts a cluster in a new folder below `parent` (which other users must be able to enter).
 * `isDurable` turns fsync on, for tests that kill the server. `stop` removes the folder.
 */
export async function startPostgres(
  options: { parent?: string; isDurable?: boolean } = {},
): Promise<PostgresCluster> {
  const programs = postgresqlPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is not installed: initdb was not found');
  const folder = await mkdtemp(join(options.parent ?? tmpdir(), 'postgres-'));
  const user = unprivilegedUser('postgres');
  const data = join(folder, 'data');
  const logPath = join(folder, 'log');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await chmod(folder, 0o755);
    if (user) await chown(folder, user.uid, user.gid);
    const identity = ['--username=mailgrant', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
    await runProgram(join(programs, 'initdb'), ['-D', data, ...identity, '--no-sync', '--no-instructions'], {
      cwd: folder,
      ...(user && { user }),
    });
    const port = await freePort();
    const server = startServer({
      name: 'PostgreSQL',
      command: join(programs, 'postgres'),
      args: ['-D', data, ...settings({ port, isDurable: options.isDurable ?? false })],
      logPath,
      stopSignal: 'SIGINT', // fast shutdown: sessions are cut off, the data stay sound
      ...(user && { user }),
    });
    const address = { host: '127.0.0.1', port };
    const stop = async () => {
      await server.stop();
      await remove();
    };
    await untilReady({ name: 'PostgreSQL', server, logPath, isReady: () => acceptsQueries(address) }).catch(
      async (cause) => {
        await server.stop();
        throw cause;
      },
    );
    return { ...address, server, stop };
  } catch (cause) {
    await remove();
    throw cause;
  }
}

/** Creates an empty database with a name of its own. `drop` cuts off sessions that are still open. */
export async function createDatabase(address: PostgresAddress): Promise<Database> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(address, `CREATE DATABASE ${name}`);
  return {
    url: urlOf(address, name),
    drop: () => administer(address, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The folder of initdb and postgres; the newest when there are several. Debian keeps them off the PATH. */
export function postgresqlPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions) ? readdirSync(versions) : [];
  const folders = found
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'));
  const searched = [...folders, ...(process.env.PATH ?? '').split(delimiter)];
  return searched.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

function settings(options: { port: number; isDurable: boolean }): string[] {
  const durability = options.isDurable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];
  return [
    `port=${options.port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'shared_buffers=64MB',
    ...durability,
  ].flatMap((setting) => ['-c', setting]);
}

async function acceptsQueries(address: PostgresAddress): Promise<boolean> {
  return administer(address, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function administer(address: PostgresAddress, statement: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(address, 'postgres'), connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(address: PostgresAddress, database: string): string {
  return `postgresql://mailgrant@${address.host}:${address.port}/${database}`;
}
