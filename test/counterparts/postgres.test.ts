import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client } from 'pg';
import { counterparts } from './index.ts';
import { startPostgres } from './postgres.ts';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

describe('PostgreSQL', () => {
  it('gives each caller a database that nobody else writes to', async () => {
    const [mine, yours] = await Promise.all([
      counterparts().createDatabase(),
      counterparts().createDatabase(),
    ]);
    await query(mine.url, 'CREATE TABLE note (text text)');
    const tables = "SELECT table_name FROM information_schema.tables WHERE table_name = 'note'";
    assert.equal((await query(mine.url, tables)).length, 1);
    assert.equal((await query(yours.url, tables)).length, 0);
    await Promise.all([mine.drop(), yours.drop()]);
  });

  it('drops a database although a session is open in it', async () => {
    const database = await counterparts().createDatabase();
    const session = new Client({ connectionString: database.url });
    session.on('error', () => {});
    await session.connect();
    await database.drop();
    await assert.rejects(query(database.url, 'SELECT 1'), { code: '3D000' });
    await session.end();
  });

  it('lets many connections in', async () => {
    const database = await counterparts().createDatabase();
    assert.deepEqual(await query(database.url, 'SHOW max_connections'), [{ max_connections: '300' }]);
    await database.drop();
  });

  it('runs a cluster of its own, with fsync, for a test that kills it', async () => {
    const cluster = await startPostgres({ isDurable: true });
    const url = `postgresql://mailgrant@${cluster.host}:${cluster.port}/postgres`;
    assert.deepEqual(await query(url, 'SHOW fsync'), [{ fsync: 'on' }]);
    process.kill(cluster.server.pid, 'SIGKILL');
    await cluster.stop();
    assert.ok(cluster.server.hasEnded());
  });
});
