// What holds for every call of the Smartlead surface: the key in each of its places and in no log, trailing slashes,
// bodies, the surface's own paths, refusals in the vendor's form, and calls that are not served.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import { type Call, type Installation, startInstallation } from '../support/installation.ts';
import { base } from './smartlead-world.ts';

let installation: Installation;
let call: Call;

before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_SURFACES: 'smartlead' } });
  call = installation.call;
});
after(() => installation.close());

/** Without a header of ours. */
async function plain(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
) {
  const response = await fetch(`${installation.address}${path}`, { method, redirect: 'manual', ...options });
  const body: unknown = await response.json();
  return { status: response.status, type: response.headers.get('content-type') ?? '', body };
}

describe('the API key', () => {
  it('is taken from the query, from x-api-key, from Authorization and from a JSON body', async () => {
    const key = installation.apiKey;
    const ways: [string, string, { headers?: Record<string, string>; body?: string }][] = [
      ['GET', `${base}/?api_key=${key}`, {}],
      ['GET', base, { headers: { 'X-API-Key': key } }],
      ['GET', base, { headers: { authorization: `Bearer ${key}` } }],
      ['POST', `${base}/tags`, { body: JSON.stringify({ api_key: key, name: 'By body' }) }],
    ];
    for (const [method, path, options] of ways) {
      assert.equal((await plain(method, path, options)).status, 200, `${method} ${path.split('?')[0]}`);
    }
  });

  it('is refused in one form when it is missing, wrong or empty', async () => {
    const wrong = `mg_${'A'.repeat(46)}`;
    const calls: [string, string, { headers?: Record<string, string>; body?: string }][] = [
      ['GET', base, {}],
      ['GET', `${base}?api_key=`, {}],
      ['GET', `${base}?api_key=${wrong}`, {}],
      ['GET', base, { headers: { 'x-api-key': wrong } }],
      ['POST', `${base}/save-oauth`, { body: '{}' }],
      ['POST', `${base}/save-oauth`, { body: JSON.stringify({ api_key: wrong }) }],
      ['POST', `${base}/save`, {}],
    ];
    for (const [method, path, options] of calls) {
      const { status, type, body } = await plain(method, path, options);
      assert.equal(status, 401);
      assert.match(type, /^application\/json\b/);
      assertGolden('smartlead', 'unauthorized', body, { ours: ['ok', 'error'] });
    }
  });

  it('lacks a scope: 403, in the same form', async () => {
    const reader = installation.callAs(await installation.issueKey(['mailboxes:read']));
    assert.equal((await reader('GET', base)).status, 200);
    const { status, body } = await reader('POST', `${base}/tags`, { name: 'No' });
    assert.deepEqual([status, body.ok, body.error], [403, false, body.message]);
  });

  it('never stands in the log, not even beside a failure', async () => {
    await plain('GET', `${base}/?api_key=${installation.apiKey}`);
    await plain('POST', `${base}/save?api_key=${installation.apiKey}`);
    await plain('GET', `${base}/nothing/here?api_key=${installation.apiKey}`);
    assert.ok(!installation.logged().includes(installation.apiKey));
    assert.ok(!installation.logged().includes('api_key='));
  });
});

it('paths with and without a trailing slash are one, at the root and below /compat/smartlead', async () => {
  for (const root of ['', '/compat/smartlead']) {
    for (const path of ['/email-accounts', '/email-accounts/tags', '/client']) {
      const [bare, slashed] = [
        await call('GET', `${root}/api/v1${path}`),
        await call('GET', `${root}/api/v1${path}/`),
      ];
      assert.deepEqual([bare.status, bare.text], [200, slashed.text]);
    }
    const posted = await call('POST', `${root}/api/v1/email-accounts/reconnect-failed-email-accounts/`);
    assert.equal(posted.status, 404, posted.text);
    assert.equal(posted.body.message, 'No failed email account found!');
  }
});

it('bodies may be empty; what is no JSON, or no object, is refused', async () => {
  const path = `${base}/reconnect-failed-email-accounts`;
  const json = { 'content-type': 'application/json' };
  for (const body of ['', '{}', ' ']) assert.equal((await call('POST', path, body, json)).status, 404);
  const broken = await call('POST', `${base}/tags`, '{"name"', json);
  assert.deepEqual([broken.status, broken.body.message], [400, 'Body is not valid JSON']);
  const list = await call('POST', `${base}/tags`, '[]', json);
  assert.deepEqual([list.status, list.body.error], [422, 'value must be of type object']);
  const large = await call('POST', `${base}/tags`, JSON.stringify({ name: 'x'.repeat(70_000) }));
  assert.deepEqual([large.status, large.body.ok], [413, false]);
});

describe('paths', () => {
  it('that nobody has are 404 in the form of the vendor', async () => {
    for (const path of [`${base}/1/nothing`, '/api/v1/client/nothing', '/compat/smartlead/else']) {
      const { status, headers, body } = await call('GET', path);
      assert.equal(status, 404, path);
      assert.match(headers.get('content-type') ?? '', /^application\/json\b/);
      assert.deepEqual(body, { ok: false, message: 'Not found', error: 'Not found' });
    }
  });
});

it('calls that the vendor has and this server has not are 501, and are logged once, without their query', async () => {
  const calls: [string, string][] = [
    ['POST', `${base}/save`],
    ['POST', `${base}/bulk-delete`],
    ['POST', `${base}/7/fetch-messages`],
    ['POST', `${base}/7/disconnect-google`],
    ['POST', `${base}/8/disconnect-google/`],
    ['POST', '/api/v1/client/api-key'],
    ['GET', '/api/v1/campaigns'],
    ['GET', '/api/v1/leads/'],
    ['GET', '/compat/smartlead/api/v1/campaigns'],
    ['POST', '/compat/smartlead/api/v1/campaigns/7/webhooks'],
  ];
  for (const [method, path] of calls) {
    const { status, body } = await call(method, `${path}?secret=hidden`);
    assert.equal(status, 501, path);
    assert.deepEqual([body.ok, body.error], [false, body.message]);
  }
  const lines = installation.logged().split('\n');
  const noted = lines.filter((line) => line.includes('/:id/disconnect-google'));
  assert.equal(noted.length, 1, noted.join('\n'));
  assert.ok(!installation.logged().includes('hidden'));
});

it('more calls in a minute than a workspace may make are 429 with Retry-After, in the form of the vendor', async () => {
  const few = { MAILGRANT_SURFACES: 'smartlead', MAILGRANT_WORKSPACE_PER_MINUTE: '3' };
  const busy = await startInstallation({
    environment: few,
    // A minute that does not end while the calls are made.
    substitutes: { clock: { ...systemClock, now: () => 1_800_000_000_000 } },
  });
  try {
    for (let use = 1; use <= 3; use += 1) assert.equal((await busy.call('GET', base)).status, 200);
    const { status, headers, body } = await busy.call('GET', base);
    assert.equal(status, 429);
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    assertGolden('smartlead', 'rate-limited', body, { ours: ['ok', 'message'] });
  } finally {
    await busy.close();
  }
});
