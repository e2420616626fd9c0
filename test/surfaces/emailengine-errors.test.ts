// The rules that hold for all of EmailEngine's surface: credentials, paths, bodies, errors, and what is not built.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { assertGolden } from '../support/golden.ts';
import { memberOf } from '../support/installation.ts';
import { startWorld, type World } from './emailengine-world.ts';

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world.close());

type Sent = { method?: string; headers?: Record<string, string>; body?: string };

async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const response = await fetch(`${world.address}${path}`, {
    method,
    headers,
    // Bytes, so that fetch adds no type of its own.
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/, path);
  const reply: unknown = await response.json();
  return { status: response.status, headers: response.headers, body: reply };
}

const bearer = () => ({ authorization: `Bearer ${world.apiKey}` });
const json = { 'content-type': 'application/json' };

it('takes the key in the header and in the query, and never logs it', async () => {
  assert.equal((await send('/v1/accounts', { headers: bearer() })).status, 200);
  assert.equal((await send(`/v1/accounts?access_token=${world.apiKey}&page=0`)).status, 200);
  assert.equal((await send(`/v1/account/x/messages?access_token=${world.apiKey}`)).status, 501);
  assert.ok(!world.logged().includes(world.apiKey));
});

it('answers 401 without a key, with a wrong one, and with one in two places that differ', async () => {
  const answers = [
    await send('/v1/accounts'),
    await send('/v1/accounts', { headers: { authorization: 'Bearer 0123abcd' } }),
    await send('/v1/accounts?access_token=nothing'),
    await send(`/v1/accounts?access_token=${world.apiKey}`, { headers: { authorization: 'Bearer wrong' } }),
    // Before anything in the body is looked at.
    await send('/v1/account', { method: 'POST', headers: json, body: '{' }),
  ];
  for (const { status, headers, body } of answers) {
    assert.equal(status, 401);
    assert.equal(headers.get('www-authenticate'), 'Bearer');
    assertGolden('emailengine', 'unauthorized', body);
  }
});

it('answers 403 with the scope that a key lacks', async () => {
  const key = await world.issueKey(['events:read']);
  const paths: [string, string][] = [
    ['GET', '/v1/accounts'],
    ['GET', '/v1/account/x'],
    ['GET', '/v1/account/x/oauth-token'],
    ['DELETE', '/v1/account/x'],
    ['GET', '/v1/oauth2'],
    ['GET', '/v1/oauth2/x'],
    ['DELETE', '/v1/oauth2/x'],
    ['GET', '/v1/tokens'],
    ['DELETE', '/v1/tokens/x'],
    ['GET', '/v1/tokens/account/x'],
  ];
  for (const [method, path] of paths) {
    const { status, body } = await send(path, { method, headers: { authorization: `Bearer ${key}` } });
    assert.equal(status, 403, path);
    assertGolden('emailengine', 'unauthorized-scope', body);
  }
});

it('has every path with a slash at the end and below /compat/emailengine too', async () => {
  for (const base of ['/v1', '/compat/emailengine/v1']) {
    for (const path of ['/accounts', '/oauth2', '/tokens']) {
      for (const end of ['', '/']) {
        assert.equal((await send(`${base}${path}${end}`, { headers: bearer() })).status, 200, path);
      }
    }
    const { status, body } = await send(`${base}/account/nobody/`, { headers: bearer() });
    assert.equal(status, 404);
    assertGolden('emailengine', 'account-not-found', body);
  }
});

it('answers 404 in its own shape for paths of its nouns, and leaves the others to the native API', async () => {
  const paths = ['/v1/account/x/none', '/v1/oauth2/x/none', '/v1/tokens/a/b/c', '/compat/emailengine/none'];
  for (const path of paths) {
    const { status, body } = await send(path, { headers: bearer() });
    assert.deepEqual([status, body], [404, { statusCode: 404, error: 'Not Found', message: 'Not Found' }]);
  }
  const wrongMethod = await send('/v1/accounts', {
    method: 'POST',
    headers: { ...bearer(), ...json },
    body: '{}',
  });
  assert.equal(wrongMethod.status, 404);
  const native = await fetch(`${world.address}/v1/nothing`, { headers: bearer() });
  assert.match(native.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal((await world.call('GET', '/v1/mailboxes')).status, 200);
  assert.equal((await world.call('GET', '/v1/settings')).status, 200);
});

it('accepts x-ee-timeout in its range and refuses it outside', async () => {
  for (const value of ['0', '7200000']) {
    const { status } = await send('/v1/accounts', { headers: { ...bearer(), 'x-ee-timeout': value } });
    assert.equal(status, 200);
  }
  for (const value of ['7200001', '-1', 'soon']) {
    const { status, body } = await send('/v1/accounts', { headers: { ...bearer(), 'x-ee-timeout': value } });
    assert.equal(status, 400);
    assertGolden('emailengine', 'invalid-input', body);
  }
});

it('names every bad field of a body, unknown ones included', async () => {
  const body = JSON.stringify({ account: 'x', email: 'none', oauth2: { authorise: true }, colour: 'red' });
  const answer = await send('/v1/account', { method: 'POST', headers: { ...bearer(), ...json }, body });
  assert.equal(answer.status, 400);
  assertGolden('emailengine', 'invalid-input', answer.body);
  const fields = memberOf(answer.body, 'fields');
  const keys = (Array.isArray(fields) ? fields : []).map((field: unknown) => memberOf(field, 'key'));
  for (const key of ['name', 'colour', 'email']) assert.ok(keys.includes(key), String(keys));
});

it('takes an empty body for an empty object, and refuses what is no JSON', async () => {
  const headers = { ...bearer(), ...json };
  const empty = await send('/v1/account/x/reconnect', { method: 'PUT', headers, body: '' });
  assert.equal(empty.status, 404);
  const remove = await send('/v1/account/x', { method: 'DELETE', headers });
  assert.equal(remove.status, 404);
  const none = await send('/v1/account', { method: 'POST', headers: bearer() });
  assertGolden('emailengine', 'invalid-input', none.body);
  const broken = await send('/v1/account', { method: 'POST', headers, body: '{"account":' });
  assert.equal(broken.status, 400);
  const form = { ...bearer(), 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await send('/v1/account', { method: 'POST', headers: form, body: 'a=b' })).status, 415);
  const large = JSON.stringify({ account: 'x'.repeat(70_000) });
  assert.equal((await send('/v1/account', { method: 'POST', headers, body: large })).status, 413);
});

it('answers 501 for what EmailEngine has and this server has not, and logs each once', async () => {
  const asked: [string, string][] = [
    ['PUT', '/account/x/sync'],
    ['PUT', '/account/x/flush'],
    ['GET', '/account/x/mailboxes'],
    ['GET', '/account/x/messages'],
    ['GET', '/account/x/message/AAAA'],
    ['POST', '/account/x/search'],
    ['POST', '/account/x/submit'],
    ['GET', '/stats'],
    ['GET', '/outbox'],
    ['GET', '/webhookRoutes'],
    ['GET', '/license'],
    ['GET', '/webhookRoutes/webhookRoute/AAAA'],
  ];
  for (let time = 0; time < 2; time++) {
    for (const [method, path] of asked) {
      const { status, body } = await send(`/v1${path}?q=hidden-word`, { method, headers: bearer() });
      assert.equal(status, 501, path);
      assertGolden('emailengine', 'not-built', body);
    }
  }
  const lines = world
    .logged()
    .split('\n')
    .filter((line) => line.includes('/account/:account/submit'));
  assert.equal(lines.length, 1);
  assert.ok(!world.logged().includes('hidden-word'));
  assert.equal((await send('/v1/account/x/submit', { method: 'POST' })).status, 401);
  const settings = await send('/compat/emailengine/v1/settings?notifyText=true', { headers: bearer() });
  assert.equal(settings.status, 501);
});
