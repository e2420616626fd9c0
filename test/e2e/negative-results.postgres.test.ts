// What a provider has refused is remembered: on two nodes with one database and one clock, and after a restart, a dead
// grant costs one call, a paused OAuth client none, a provider in trouble one per retry time and grant.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { counterparts } from '../counterparts/index.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Answer, type Call, type Installation, startInstallation } from '../support/installation.ts';
import { refreshesAsked } from '../support/provider-asked.ts';
import { type Node, startNode } from '../support/second-node.ts';
import { writesDuring } from '../support/statements-during.ts';

let installation: Installation;
let second: Node;
let ahead = 0;
const wait = (seconds: number): void => {
  ahead += seconds * 1000;
};
const substitutes = { clock: { ...systemClock, now: () => Date.now() + ahead } };
let dropDatabase: () => Promise<void>;

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  // A breaker would keep back what is to be counted here.
  const environment = { MAILGRANT_BREAKER_FAILURES: '1000' };
  installation = await startInstallation({ databaseUrl: database.url, substitutes, environment });
  second = await startNode(installation, substitutes);
});
after(async () => {
  await second.gateway.close();
  await installation.close();
  await dropDatabase();
});
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
});

const read = (call: Call, id: string): Promise<Answer> => call('POST', `/v1/mailboxes/${id}/token`);
const force = (call: Call, id: string): Promise<Answer> =>
  call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
const asked = (provider: 'google' | 'microsoft'): number => refreshesAsked(installation.sandbox, provider);
const due = (): Promise<number> => installation.gateway.core.dueRefreshes.refreshDueGrants();

/** `times` readers on each of the two nodes, at once. */
function readers(times: number, id: string): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: times * 2 }, (_, index) => read(index % 2 ? second.call : installation.call, id)),
  );
}

test('a thousand readers of a dead grant on two nodes cost one call, and as many writes as one reader', async () => {
  const id = await importMailbox(installation, 'google', 'bob@corp.test');
  wait(3_601);
  await installation.sandbox.google.revokeUser('bob@corp.test');
  const before = asked('google');
  const writes = await writesDuring(async () => {
    const answers = await readers(500, id);
    for (const { body } of answers) assert.equal(body.code, 'needs_reauthorization');
  });
  assert.equal(asked('google'), before + 1);
  assert.ok(writes.length <= 12, `${writes.length} writes:\n${writes.join('\n')}`);
  const later = await writesDuring(async () => {
    await readers(500, id);
  });
  assert.deepEqual(later, []);
  assert.equal(asked('google'), before + 1);

  await second.gateway.close();
  second = await startNode(installation, substitutes);
  wait(8 * 24 * 3600);
  assert.equal((await force(second.call, id)).body.code, 'needs_reauthorization');
  await due();
  assert.equal(asked('google'), before + 1, 'neither after a restart, nor by keep-alive');
});

test('a provider in trouble is asked once per retry time and grant, however many ask, on either node', async () => {
  const id = await importMailbox(installation, 'google', 'gina@corp.test');
  wait(3_601);
  installation.sandbox.google.configure({ fault: { on: 'refresh', status: 503, retryAfter: 60 } });
  const before = asked('google');
  for (let round = 1; round <= 3; round += 1) {
    const writes = await writesDuring(async () => {
      const answers = await readers(100, id);
      for (const { status } of answers) assert.equal(status, 503);
    });
    assert.equal(asked('google'), before + round);
    assert.ok(writes.length <= 16, `${writes.length} writes:\n${writes.join('\n')}`);
    wait(30);
    await readers(10, id);
    await due();
    assert.equal(asked('google'), before + round, 'not before its time');
    wait(31);
  }
  installation.sandbox.google.configure({ fault: null });
  assert.equal((await read(second.call, id)).status, 200);
});

test('a paused OAuth client costs the one call that paused it', async () => {
  const ids = [
    await importMailbox(installation, 'microsoft', 'erin@contoso.test'),
    await importMailbox(installation, 'microsoft', 'frank@contoso.test'),
  ];
  wait(3_601);
  installation.sandbox.microsoft.configure({
    fault: { on: 'refresh', status: 401, error: 'invalid_client' },
  });
  assert.equal((await read(installation.call, ids[0] ?? '')).body.code, 'oauth_client_paused');
  const before = asked('microsoft');
  for (const id of ids) {
    for (const { body } of await readers(50, id)) assert.equal(body.code, 'oauth_client_paused');
  }
  wait(8 * 24 * 3600);
  await due();
  assert.equal(asked('microsoft'), before);
});

test('a loop that Entra sees (AADSTS50196) brings five minutes of silence for that grant, on both nodes, and no others', async () => {
  const { clientId, clientSecret } = installation.sandbox.microsoft.clients.confidential;
  const own = await installation.call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'Own',
    client_id: clientId,
    client_secret: clientSecret,
  });
  const oauthClientId = String(own.body.id);
  const id = await importMailbox(installation, 'microsoft', 'dave@outlook.test', { oauthClientId });
  const other = await importMailbox(installation, 'microsoft', 'erin@contoso.test', { oauthClientId });
  wait(3_601);
  const fault = namedFaults.aadsts('refresh', 50196, 'invalid_grant');
  installation.sandbox.microsoft.configure({ fault: { ...fault, times: 1 } });
  assert.equal((await read(installation.call, id)).body.code, 'provider_rate_limited');
  const before = asked('microsoft');
  wait(290);
  for (const { body } of await readers(20, id)) assert.equal(body.code, 'provider_rate_limited');
  assert.equal(asked('microsoft'), before);
  assert.equal((await read(second.call, other)).status, 200, 'others of the client are not meant');
  wait(11);
  assert.equal((await read(installation.call, id)).status, 200, 'and the grant was kept');
});
