// The remote control over HTTP, and the command.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { clientOf, DEFAULT_SCOPE, GMAIL, postForm, postJson, sandboxFor } from './harness.ts';

test('everything a test can do in process works over HTTP', async (t) => {
  const sandbox = await sandboxFor(t);
  const admin = `${sandbox.google.origin}/__admin`;
  const login = 'new@gmail.test';
  assert.equal((await postJson(`${admin}/users`, { login, name: 'New Person' })).status, 200);
  const minted = await postJson(`${admin}/mint`, { login, scope: GMAIL, count: 2 });
  const grants: { refreshToken: string }[] = JSON.parse(JSON.stringify(minted.body.grants));
  assert.equal(grants.length, 2);

  const client = clientOf(sandbox, 'google');
  await postJson(`${admin}/config`, { fault: { on: 'refresh', status: 503, times: 1 } });
  assert.equal((await client.refresh(grants[0]?.refreshToken)).status, 503);
  assert.equal((await client.refresh(grants[0]?.refreshToken)).status, 200);
  await postJson(`${admin}/revoke-user`, { login });
  assert.equal((await client.refresh(grants[1]?.refreshToken)).body.error, 'invalid_grant');

  const redirectUri = 'http://127.0.0.1:9/second';
  await postJson(`${admin}/redirect-uris`, { uri: redirectUri });
  const { callbackUrl } = await client.authorize({}, { redirect_uri: redirectUri });
  assert.ok(callbackUrl.startsWith(redirectUri));

  const added = { clientId: 'another', clientSecret: 'another-secret', redirectUris: [redirectUri] };
  assert.equal((await postJson(`${admin}/clients`, added)).status, 200);
  const other = await client.authorize({}, { client_id: 'another', redirect_uri: redirectUri });
  assert.ok(other.query.has('code'));

  const stats = await (await fetch(`${admin}/stats`)).json();
  assert.equal(typeof Reflect.get(Object(stats), 'refreshes'), 'number');
  const journal = await (await fetch(`${admin}/journal?kind=refresh`)).json();
  assert.equal(Reflect.get(Object(journal), 'entries').length, 3);
  assert.equal((await fetch(`${sandbox.google.origin}/healthz`)).status, 200);
});

test('a setting that does not exist is refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const url = `${sandbox.microsoft.origin}/__admin/config`;
  assert.equal((await postJson(url, { rotations: 'strict' })).status, 400);
  assert.equal((await postJson(url, { rotation: 'sometimes' })).status, 400);
  assert.equal((await postJson(url, { fault: { on: 'refresh', delay: 1 } })).status, 400);
  assert.equal((await postJson(url, { rotation: 'strict' })).status, 200);
});

test('two sandboxes run side by side', async (t) => {
  const [one, two] = [await sandboxFor(t), await sandboxFor(t)];
  const { body } = await clientOf(one, 'google').connect();
  assert.equal((await clientOf(two, 'google').introspect(body.access_token)).active, false);
});

test('the command writes its state, says that it is ready, and stops on SIGTERM', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const out = join(directory, 'state.json');
  const main = new URL('../../sandbox/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--mail', 'none', '--out', out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  const ready = JSON.parse(String(line));
  assert.equal(ready.ready, true);
  assert.equal((await fetch(`${ready.google.origin}/healthz`)).status, 200);
  const state = JSON.parse(await readFile(out, 'utf8'));
  assert.deepEqual(state.endpoints.google.default.issuers, [ready.google.origin]);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  await assert.rejects(access(out));
});

test('private infrastructure can be set up over HTTP', async (t) => {
  const sandbox = await sandboxFor(t);
  const { google, microsoft } = sandbox;
  const post = async (origin: string, command: string, body: unknown) => {
    const answer = await postJson(`${origin}/__admin/${command}`, body);
    assert.equal(answer.status, 200, `${command}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const clientId = 'private';
  await post(microsoft.origin, 'clients', {
    clientId,
    redirectUris: ['http://127.0.0.1:9/callback'],
    secrets: [{ value: 'one' }, { value: 'two', expiresAt: null }],
    isMultiTenant: false,
    homeTenant: 'contoso.test',
    applicationPermissions: { 'contoso.test': ['IMAP.AccessAsApp'] },
  });
  const ask = async (client_secret: string) => {
    const form = { grant_type: 'client_credentials', scope: 'https://outlook.office365.com/.default' };
    const url = `${microsoft.origin}/contoso.test/oauth2/v2.0/token`;
    const { status, body } = await postForm(url, { ...form, client_id: clientId, client_secret });
    return status === 200 ? 200 : Object(body.error_codes)[0];
  };
  assert.deepEqual([await ask('one'), await ask('two')], [200, 200]);
  await post(microsoft.origin, 'expire-secret', { value: 'one' });
  assert.equal(await ask('one'), 7000222);
  await post(microsoft.origin, 'secrets', { clientId, secrets: [{ value: 'three' }] });
  assert.deepEqual([await ask('two'), await ask('three')], [7000215, 200]);
  await post(microsoft.origin, 'app-mailboxes', { clientId, login: 'erin@contoso.test' });
  await post(microsoft.origin, 'shared-mailboxes', {
    address: 'office@contoso.test',
    delegates: ['erin@contoso.test'],
  });
  await post(microsoft.origin, 'remove-client', { clientId });
  assert.equal(await ask('three'), 700016);

  await post(microsoft.origin, 'directories', { tenant: 'contoso.test', userConsent: 'none' });
  const entra = clientOf(sandbox, 'microsoft');
  assert.equal((await entra.authorize()).callbackUrl, '');
  const confidential = microsoft.clients.confidential.clientId;
  const scopes = DEFAULT_SCOPE.microsoft.split(' ');
  await post(microsoft.origin, 'admin-consent', { tenant: 'contoso.test', clientId: confidential, scopes });
  assert.ok((await entra.authorize()).query.has('code'));

  const policy = 'admin_policy_enforced';
  await post(google.origin, 'client-policy', { clientId: google.clients.confidential.clientId, policy });
  assert.equal((await clientOf(sandbox, 'google').authorize()).callbackUrl, '');
  const key = await post(google.origin, 'service-accounts', { delegations: { 'corp.test': [GMAIL] } });
  assert.equal(key.type, 'service_account');
  assert.match(String(key.private_key), /^-----BEGIN PRIVATE KEY-----/);
});

test('a client, a directory or a policy with a mistake is refused', async (t) => {
  const { microsoft } = await sandboxFor(t);
  const wrong: [string, unknown][] = [
    ['clients', { clientId: 'x', redirectUris: 'http://127.0.0.1:9/callback' }],
    ['clients', { clientId: 'x', redirectUris: [], multiTenant: false }],
    ['clients', { clientId: 'x', redirectUris: [], certificates: [{ certificatePem: 'no certificate' }] }],
    ['secrets', { clientId: 'nobody', secrets: [] }],
    ['expire-secret', { value: 'nothing' }],
    ['directories', { tenant: 'contoso.test', userConsent: 'some' }],
    ['client-policy', { clientId: microsoft.clients.confidential.clientId, policy: 'stop' }],
    ['app-mailboxes', { clientId: 'x', login: 'nobody@contoso.test' }],
    ['admin-consent', { tenant: 'contoso.test', clientId: 'nobody', scopes: ['openid'] }],
  ];
  for (const [command, body] of wrong) {
    const { status } = await postJson(`${microsoft.origin}/__admin/${command}`, body);
    assert.equal(status, 400, `${command} ${JSON.stringify(body)}`);
  }
});
