// The same search on PostgreSQL: every column of every row of every table is looked into, those of bytes too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { counterparts } from '../counterparts/index.ts';
import { searchEverywhere } from './canaries.ts';
import { dumpOf } from './canary-places.ts';
import { openRun, planted, type Run } from './canary-run.ts';
import { findSecrets } from './canary-search.ts';

let run: Run;
let database: Awaited<ReturnType<ReturnType<typeof counterparts>['createDatabase']>>;
before(async () => {
  database = await counterparts().createDatabase();
  run = await openRun(database.url);
});
after(async () => {
  await run.close();
  await database.drop();
});

test('no secret is in logs, answers, pages, webhooks, metrics, traces or any table', async () => {
  await searchEverywhere(run, async () => [await dumpOf(database.url)]);
  const { tables } = await dumpOf(database.url);
  assert.ok(tables > 20, `${tables} tables`);
});

test('a secret that were stored as bytes would be found', async () => {
  const value = `${planted}-in-bytes`;
  const secrets = [{ name: 'planted', value }];
  assert.deepEqual(findSecrets([await dumpOf(database.url)], secrets), []);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('update webhook_endpoints set previous_secret = $1', [Buffer.from(value)]);
  await client.end();
  assert.equal(findSecrets([await dumpOf(database.url)], secrets).length, 1);
});
