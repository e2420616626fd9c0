// The remote control over HTTP, and the command.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { clientOf, GMAIL, postJson, sandboxFor } from './harness.ts';

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
