// The installation over HTTP: who may see it, what it shows, and what an operator may do about it by hand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import { type Call, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let operate: Call;
let look: Call;

before(async () => {
  installation = await startInstallation({
    environment: {
      MAILGRANT_ABUSE_REFUSALS: '1',
      MAILGRANT_INIT_ADDRESS_PER_MINUTE: '2',
      MAILGRANT_INIT_WORKSPACE_PER_MINUTE: '1',
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

test('a breaker tells which OAuth client it is of, in any workspace, also when that is deleted and gone', async () => {
  const { sandbox, gateway, connect } = installation;
  const { google } = sandbox;
  const umbrella = await installation.addWorkspace('Umbrella');
  const { clientId, clientSecret } = google.clients.confidential;
  const made = await umbrella.call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Our Gmail',
    client_id: clientId,
    client_secret: clientSecret,
  });
  assert.equal(made.status, 201, made.text);
  const id = String(made.body.id);
  google.addRedirectUri(`${gateway.core.settings.publicUrl}/oauth/callback/${id}`);
  google.configure({ fault: namedFaults.rateLimited('token', 1) });
  const { session } = await connect('google', { login: 'bob@corp.test' }, {}, umbrella.call);
  assert.equal(session.status, 'failed');
  google.configure({ fault: null });
  const known = async (): Promise<unknown> => {
    const { body } = await look('GET', '/v1/installation');
    const breaker = list(body.oauth_client_breakers).find((each) => memberOf(each, 'oauth_client_id') === id);
    assert.ok(breaker, JSON.stringify(body.oauth_client_breakers));
    return memberOf(breaker, 'oauth_client');
  };
  const name = {
    name: 'Our Gmail',
    provider: 'google',
    workspace_id: umbrella.id,
    workspace_name: 'Umbrella',
    deleted_at: null,
  };
  assert.deepEqual(await known(), name);
  assert.equal((await umbrella.call('DELETE', `/v1/oauth-clients/${id}`)).status, 204);
  const deletedAt = memberOf(await known(), 'deleted_at');
  assert.equal(typeof deletedAt, 'string');
  assert.deepEqual(await known(), { ...name, deleted_at: deletedAt });
  const manage = installation.callAs(await installation.issueKey(['workspaces:manage'], null));
  assert.ok((await manage('DELETE', `/v1/workspaces/${umbrella.id}`)).status < 300);
  await until('the workspace is gone', async () => {
    await gateway.core.workspaceDeletion.deleteLeaving();
    return (await known()) === null;
  });
});

test('a blocked address is shown and lifted, once; that is in the audit log', async () => {
  const begin = (call = installation.call) =>
    call('POST', '/api/v2/oauth/google/init', {}, { 'content-type': 'application/json' });
  await begin();
  assert.equal((await begin()).status, 429);
  const { body } = await look('GET', '/v1/installation');
  const [block] = list(body.blocks);
  assert.equal(memberOf(block, 'address'), '127.0.0.1');
  assert.equal(memberOf(block, 'level'), 1);
  assert.equal(memberOf(block, 'workspace_id'), installation.workspaceId, 'only this one went too far');
  assert.equal(memberOf(block, 'workspace_name'), 'Test workspace');
  const path = `/v1/installation/blocks/${encodeURIComponent(String(memberOf(block, 'key')))}`;
  assert.equal((await operate('DELETE', path)).status, 204);
  assert.equal((await operate('DELETE', path)).status, 404);
  assert.deepEqual((await look('GET', '/v1/installation')).body.blocks, []);
  const entries = await operate('GET', '/v1/audit-entries?action=block.lifted');
  assert.equal(list(entries.body.items).length, 1);
  for (const name of ['Second', 'Third']) await begin((await installation.addWorkspace(name)).call);
  const [whole] = list((await look('GET', '/v1/installation')).body.blocks);
  assert.equal(memberOf(whole, 'address'), '127.0.0.1');
  assert.equal(memberOf(whole, 'workspace_id'), null, 'whoever comes from there');
  assert.equal(memberOf(whole, 'workspace_name'), null);
});
