// A database that goes away and comes back, is cut off, or goes silent while the provider works. The provider rotates
// strictly: what it gave must be stored as soon as there is a database again.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import pg from 'pg';
import { namedFaults } from '../../sandbox/index.ts';
import { type PostgresProxy, startPostgresProxy } from '../stores/postgres-proxy.ts';
import { until } from '../support/until.ts';
import { assertProblem, assertWorksAgain } from './support/aftermath.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { type PostgresOfOne, startPostgresOfOne } from './support/postgres-cluster.ts';
import { callsAtProvider } from './support/provider-side.ts';
import { type Reads, startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './support/world.ts';

/** Longer than a lease and the patience with which a token is stored. */
const answerSecondsMax = 40;

let cluster: PostgresOfOne;
let proxy: PostgresProxy;
let world: ChaosWorld;
let gateway: GatewayProcess;
before(async () => {
  cluster = await startPostgresOfOne();
  proxy = await startPostgresProxy(cluster.url);
  const logins = Array.from({ length: 8 }, (_, index) => `base${index}@contoso.test`);
  world = await startChaosWorld({ databaseUrl: proxy.url, rotation: 'strict', logins });
  gateway = await world.start();
});
after(async () => {
  await world.close();
  await proxy.close();
  await cluster.remove();
});
beforeEach(() => {
  gateway.forgetLog();
  world.sandbox.journal.clear();
  world.sandbox.microsoft.configure({ fault: null });
});

/** One read of each mailbox, whose provider has done its work and whose answer is on its way. */
async function inMidRefresh(): Promise<Reads> {
  const { sandbox, mailboxes, call } = world;
  sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 1000) });
  const reads = startReads(call, mailboxes, { callersEach: 1, body: renewed, isOnce: true });
  await until('all are on their way', () => callsAtProvider(sandbox).unanswered >= mailboxes.length);
  return reads;
}

/** Past the proxy: as the server knows them, by process id. */
async function connectionsOfGateway(): Promise<number[]> {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows.map(({ pid }) => pid);
  } finally {
    await client.end();
  }
}

async function untilAnswered(reads: Reads): Promise<void> {
  const { sandbox } = world;
  await until('the provider has answered', () => callsAtProvider(sandbox).unanswered === 0);
  sandbox.microsoft.configure({ fault: null });
  await reads.stop();
  assert.equal(reads.cut(), 0, 'every caller has an answer');
  for (const { answer } of reads.refused) assertProblem(answer);
}

for (const how of ['fast', 'crash'] as const) {
  test(`a database that goes away (${how}) while the provider works and comes back soon costs no grant`, async () => {
    const reads = await inMidRefresh();
    await cluster.stop(how);
    await until('storing a token has failed', () => gateway.logged().includes('could not be stored'));
    await cluster.start();
    await untilAnswered(reads);
    await assertWorksAgain(world);
  });
}

test('without a database callers get an error in bounded time, no refresh token is spent, and all works afterwards', async () => {
  const { mailboxes, call, sandbox } = world;
  await cluster.stop('fast');
  try {
    const started = performance.now();
    const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
    for (const answer of answers) assertProblem(answer);
    assert.ok(performance.now() - started < answerSecondsMax * 1000);
    assert.equal(callsAtProvider(sandbox).begun, 0);
  } finally {
    await cluster.start();
  }
  await assertWorksAgain(world);
});

test('connections to the database that are cut while the provider works cost no grant', async () => {
  const reads = await inMidRefresh();
  const connections = await connectionsOfGateway();
  assert.ok(connections.length > 0, 'there is a connection to be cut');
  proxy.cutAll();
  await until('none of them is left', async () => {
    const left = await connectionsOfGateway();
    return connections.every((pid) => !left.includes(pid));
  });
  await untilAnswered(reads);
  await assertWorksAgain(world);
});

test('a database that goes silent without closing costs callers a bounded time, and no grant', async () => {
  const { mailboxes, call } = world;
  const reads = await inMidRefresh();
  proxy.freeze();
  const started = performance.now();
  const late = mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed));
  await until('the provider has answered', () => callsAtProvider(world.sandbox).unanswered === 0);
  world.sandbox.microsoft.configure({ fault: null });
  // The connections that there are stay dead; only new ones work.
  proxy.thaw();
  for (const { status, text } of await Promise.all(late)) assert.ok(status === 200 || status >= 500, text);
  await untilAnswered(reads);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds < answerSecondsMax, `the last caller waited ${seconds} s`);
  await assertWorksAgain(world);
});
