// The whole store, and two gateways, behind a pooler in transaction mode: a real PgBouncer.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import pg from 'pg';
import { migrate } from '../../src/stores/migrate.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { storeConformance } from '../stores/conformance.ts';
import { now, silentLog } from '../stores/fixtures.ts';
import { createPostgresDatabase, withPostgres } from '../stores/postgres-database.ts';
import { counterparts } from './index.ts';
import type { Pooler } from './pgbouncer.ts';

let pooler: Pooler;
before(async () => {
  pooler = await counterparts().startPooler();
});
after(() => pooler.stop());

const reach = (url: string): string => pooler.throughPooler(url);

storeConformance('PostgreSQL behind PgBouncer', (options) => createPostgresDatabase(reach, options));

const ask = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
};

/** What another user of the pool finds on each of its connections to the server. */
const settingsOfPool = async (url: string): Promise<unknown[]> => {
  const statement = `select current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle, (select count(*)::int from pg_listening_channels()) as listening,
    (select count(*)::int from pg_prepared_statements) as prepared`;
  // At the same time, so that each of the server's connections is in use.
  return (
    await Promise.all(Array.from({ length: 9 }, () => ask(url, `${statement}, pg_sleep(0.05)::text`)))
  ).map(([row]) => ({ ...row, pg_sleep: undefined }));
};

describe('the engine of PostgreSQL behind PgBouncer', () => {
  for (const [how, settings] of [
    ['refuses start-up parameters', {}],
    ['swallows start-up parameters', { ignore_startup_parameters: 'options' }],
  ] as const) {
    it(`leaves nothing of a session to others, when the pooler ${how}`, () =>
      withPostgres(async ({ url: direct }) => {
        const own = await counterparts().startPooler(settings);
        try {
          const url = own.throughPooler(direct);
          const engine = await openPostgres({ url, log: silentLog });
          await migrate(engine, { now });
          const told = Promise.withResolvers<void>();
          engine.changes.listen(() => told.resolve());
          await told.promise;
          await engine.transaction(async ({ announce }) => announce({ kind: 'grant', id: 'g' }));
          const clean = { statement: '0', idle: '0', listening: 0, prepared: 0, pg_sleep: undefined };
          for (const found of await settingsOfPool(url)) assert.deepEqual(found, clean);
          await engine.close();
        } finally {
          await own.stop();
        }
      }));
  }

  it('bounds the statements of a transaction, and the time in which it does nothing', () =>
    withPostgres(async ({ url }) => {
      const engine = await openPostgres({ url, log: silentLog, statementMilliseconds: 200 });
      const limits = await engine.transaction(async ({ reader }) => {
        const { rows } = await sql<Record<string, string>>`
          select current_setting('statement_timeout') as statement,
            current_setting('idle_in_transaction_session_timeout') as idle`.execute(reader);
        return rows[0];
      });
      assert.deepEqual(limits, { statement: '200ms', idle: '10s' });
      const work = engine.transaction(({ reader }) => sql`select pg_sleep(60)`.execute(reader));
      await assert.rejects(work, { code: 'overloaded' });
      await sql`select 1`.execute(engine.session.reader);
      await engine.close();
    }, reach));
});
