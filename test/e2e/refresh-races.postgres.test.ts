// One refresh for any number of callers in any number of processes, and a process that dies in mid-call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { counterparts } from '../counterparts/index.ts';
import { type GatewayProcess, type Installation, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const leaseSeconds = 3;
let installation: Installation;
let processes: GatewayProcess[];
let dropDatabase: () => Promise<void>;
/** Of the gateway in this process; those beside it have the machine's clock. */
let aheadMilliseconds = 0;

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({
    sandbox: { mail: 'npm', rotation: { microsoft: 'strict' } },
    databaseUrl: database.url,
    substitutes: { clock: { ...systemClock, now: () => Date.now() + aheadMilliseconds } },
    environment: {
      MAILGRANT_LEASE_SECONDS: String(leaseSeconds),
      MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2',
      MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS: '15',
    },
  });
  processes = await Promise.all(Array.from({ length: 4 }, () => installation.spawn()));
});
after(async () => {
  await installation.close();
  await dropDatabase();
});

/** A mailbox whose only token is expired. */
async function connectExpired(login: string): Promise<unknown> {
  const { sandbox, connect } = installation;
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 30 });
  const { session } = await connect('microsoft', { login });
  assert.equal(session.status, 'connected');
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 3600 });
  return session.mailbox_id;
}

/** A further refresh works: what the provider gave last is what is stored. Strict rotation would end it else. */
async function assertAlive(mailboxId: unknown): Promise<void> {
  aheadMilliseconds = 11_000;
  const { status, body, text } = await installation.call('POST', `/v1/mailboxes/${mailboxId}/token`, {
    force_refresh: true,
  });
  aheadMilliseconds = 0;
  assert.equal(status, 200, text);
  assert.equal(body.refreshed, true);
  assert.equal((await installation.call('GET', `/v1/mailboxes/${mailboxId}`)).body.status, 'connected');
}

test('4 processes x 50 reads of an expired token reach the authorization server exactly once', async () => {
  const { sandbox, callAs, apiKey } = installation;
  const mailboxId = await connectExpired('erin@contoso.test');
  const before = sandbox.microsoft.stats().refreshes;

  const answers = await Promise.all(
    processes.flatMap(({ address }) => {
      const call = callAs(apiKey, address);
      return Array.from({ length: 50 }, () => call('POST', `/v1/mailboxes/${mailboxId}/token`));
    }),
  );

  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ body }) => body.access_token)).size, 1);
  assert.equal(sandbox.microsoft.stats().refreshes - before, 1);
  await assertAlive(mailboxId);
});

test('a holder of the lease that is killed in mid-call costs its lease time and nothing else', async () => {
  const { sandbox, callAs, apiKey } = installation;
  const mailboxId = await connectExpired('frank@contoso.test');
  const before = sandbox.microsoft.stats();
  const [holder, ...others] = processes;
  assert.ok(holder);

  sandbox.microsoft.configure({ fault: { on: 'refresh', hang: true, times: 1 } });
  const lost = callAs(apiKey, holder.address)('POST', `/v1/mailboxes/${mailboxId}/token`).catch(() => 'lost');
  await until('the provider was asked', () => sandbox.microsoft.stats().faultsServed > before.faultsServed);
  const killedAt = Date.now();
  await holder.kill();
  assert.equal(await lost, 'lost');

  const answers = await Promise.all(
    others.map(({ address }) => callAs(apiKey, address)('POST', `/v1/mailboxes/${mailboxId}/token`)),
  );
  const waited = (Date.now() - killedAt) / 1000;

  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ body }) => body.access_token)).size, 1);
  assert.equal(sandbox.microsoft.stats().refreshes - before.refreshes, 1);
  // Before the lease ends nobody may ask; the upper bound is loose, for a busy machine.
  assert.ok(waited > leaseSeconds / 2 && waited < leaseSeconds + 10, `waited ${waited} s`);
  await assertAlive(mailboxId);
});
