// The installation over HTTP: who may see it, what it shows, and what an operator may do about it by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Call, type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
let operate: Call;
let look: Call;

before(async () => {
  installation = await startInstallation({
    environment: {
      MAILGRANT_ABUSE_REFUSALS: '1',
      MAILGRANT_INIT_ADDRESS_PER_MINUTE: '1',
      MAILGRANT_BREAKER_FAILURES: '2',
    },
  });
  operate = installation.callAs(await installation.issueKey(['installation:update', 'audit:read'], null));
  look = installation.callAs(await installation.issueKey(['installation:read'], null));
});
after(() => installation.close());

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

test('a key of a workspace sees nothing of it, whatever its scopes say', async () => {
  for (const [method, path] of [
    ['GET', '/v1/installation'],
    ['DELETE', '/v1/installation/blocks/x'],
    ['POST', '/v1/installation/breakers/x/close'],
  ] as const) {
    const answer = await installation.call(method, path);
    assert.deepEqual([answer.status, answer.body.code], [403, 'permission_denied'], path);
  }
  assert.equal((await operate('GET', '/v1/installation')).status, 403);
  assert.equal((await look('DELETE', '/v1/installation/blocks/x')).status, 403);
});

test('it tells the release, the engine, the queues and what there is', async () => {
  const { status, body, text } = await look('GET', '/v1/installation');
  assert.equal(status, 200, text);
  assert.match(String(body.version), /^\d+\.\d+\.\d+/);
  assert.deepEqual(body.database, { engine: 'sqlite' });
  assert.deepEqual(body.refresh_queue, { due: 0, overdue: 0, oldest_due_at: null, leased: 0 });
  assert.deepEqual(body.webhooks, { pending: 0, oldest_due_at: null, failed: 0 });
  assert.deepEqual(
    list(body.providers).map((each) => [
      memberOf(each, 'provider'),
      memberOf(memberOf(each, 'breaker'), 'status'),
      memberOf(each, 'calls_under_way'),
    ]),
    [
      ['google', 'closed', 0],
      ['microsoft', 'closed', 0],
    ],
  );
  assert.equal(memberOf(body.grants, 'active'), 0);
  assert.ok(Math.abs(Date.parse(String(memberOf(body.grants, 'counted_at'))) - Date.now()) < 60_000);
});

test('an open breaker is shown, and closed by hand; that is in the audit log', async () => {
  const key = 'provider:google';
  installation.sandbox.google.configure({ fault: { on: 'token', status: 503 } });
  for (let failure = 0; failure < 2; failure += 1) {
    const { session } = await installation.connect('google', { login: 'bob@corp.test' });
    assert.equal(session.status, 'failed');
  }
  const shown = async () => {
    const { body } = await look('GET', '/v1/installation');
    return list(body.providers).map((each) => memberOf(each, 'breaker'))[0];
  };
  assert.equal(memberOf(await shown(), 'status'), 'open', JSON.stringify(await shown()));
  const path = `/v1/installation/breakers/${encodeURIComponent(key)}/close`;
  assert.equal((await operate('POST', path)).status, 204);
  assert.equal(memberOf(await shown(), 'status'), 'closed');
  assert.equal((await operate('POST', path)).status, 404);
  const entries = await operate('GET', '/v1/audit-entries?action=breaker.closed');
  assert.deepEqual(memberOf(list(entries.body.items)[0], 'data'), { key });
});

test('a blocked address is shown and lifted, once; that is in the audit log', async () => {
  const begin = () =>
    installation.call('POST', '/api/v2/oauth/google/init', {}, { 'content-type': 'application/json' });
  await begin();
  assert.equal((await begin()).status, 429);
  const { body } = await look('GET', '/v1/installation');
  const [block] = list(body.blocks);
  assert.equal(memberOf(block, 'address'), '127.0.0.1');
  assert.equal(memberOf(block, 'level'), 1);
  const path = `/v1/installation/blocks/${encodeURIComponent(String(memberOf(block, 'key')))}`;
  assert.equal((await operate('DELETE', path)).status, 204);
  assert.equal((await operate('DELETE', path)).status, 404);
  assert.deepEqual((await look('GET', '/v1/installation')).body.blocks, []);
  const entries = await operate('GET', '/v1/audit-entries?action=block.lifted');
  assert.equal(list(entries.body.items).length, 1);
});
