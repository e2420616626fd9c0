// What Instantly's OAuth API refuses: each refusal in its envelope, with its status, and nothing else. None of it
// needs a provider, but for the OAuth client that one refuses.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { enteredSecret } from '../../src/core/index.ts';
import { type Answer, type Call, type Installation, startInstallation } from '../support/installation.ts';

const init = '/api/v2/oauth/google/init';
const status = '/api/v2/oauth/session/status/550e8400-e29b-41d4-a716-446655440000';

let installation: Installation;
let call: Call;

before(async () => {
  installation = await startInstallation();
  call = installation.call;
});
after(() => installation.close());

function assertEnvelope(answer: Answer, statusCode: number, error: string, message: string | RegExp): void {
  assert.equal(answer.status, statusCode, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  assert.deepEqual(Object.keys(answer.body), ['statusCode', 'error', 'message']);
  assert.equal(answer.body.statusCode, statusCode);
  assert.equal(answer.body.error, error);
  if (typeof message === 'string') assert.equal(answer.body.message, message);
  else assert.match(String(answer.body.message), message);
}

async function send(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${installation.address}${path}`, { method, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

it('a call without an Authorization header is 401', async () => {
  for (const answer of [await send('POST', init, {}), await send('GET', status, {})]) {
    assertEnvelope(answer, 401, 'Unauthorized', 'Missing Authorization header');
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  }
});

it('a call with a key that is none, unknown or in the wrong scheme is 401', async () => {
  const unknown = installation.apiKey.replace(/^mg_./, (start) => (start === 'mg_A' ? 'mg_B' : 'mg_A'));
  for (const authorization of ['Bearer your-api-key', `Bearer ${unknown}`, `Basic ${installation.apiKey}`]) {
    assertEnvelope(await send('POST', init, { authorization }), 401, 'Unauthorized', /./);
  }
});

it('a key without the scope is 403, with the scope is well', async () => {
  const creator = installation.callAs(await installation.issueKey(['accounts:create']));
  const reader = installation.callAs(
    await installation.issueKey(['accounts:read', 'connect_sessions:create']),
  );
  assert.equal((await creator('POST', init)).status, 200);
  assertEnvelope(await creator('GET', status), 403, 'Forbidden', /`accounts:read`/);
  assertEnvelope(await reader('POST', init), 403, 'Forbidden', /`accounts:create`/);
  assert.equal((await reader('GET', status)).status, 404);
});

it('a key of the installation acts in the workspace that x-as-workspace names, and in none without it', async () => {
  const { issueKey, callAs, workspaceId } = installation;
  const admin = callAs(await issueKey(['accounts:create', 'accounts:read'], null));
  assertEnvelope(await admin('POST', init), 403, 'Forbidden', /workspace/);
  const headers = { 'x-as-workspace': workspaceId };
  const { status: code, body } = await admin('POST', init, undefined, headers);
  assert.equal(code, 200);
  assert.equal((await call('GET', `/api/v2/oauth/session/status/${body.session_id}`)).status, 200);
  const nowhere = { 'x-as-workspace': '550e8400-e29b-41d4-a716-446655440000' };
  assertEnvelope(await admin('POST', init, undefined, nowhere), 404, 'Not Found', 'Resource not found');
});

it('a key of one workspace cannot act in another', async () => {
  const { id } = await installation.addWorkspace('Elsewhere');
  assertEnvelope(await call('POST', init, undefined, { 'x-as-workspace': id }), 403, 'Forbidden', /another/);
});

it('paths that are not served are 404 in the envelope, for every family of this API and below its own mount', async () => {
  const paths = [
    '/api/v2/oauth',
    '/api/v2/oauth/yahoo/init',
    '/api/v2/accounts/bob%40corp.test/hello',
    '/api/v2/workspaces',
    '/api/v2/api-keys/a/b',
    '/compat/instantly',
    '/compat/instantly/api/v2/oauth/yahoo/init',
    '/compat/instantly/v1/anything',
  ];
  for (const path of paths) {
    assertEnvelope(await call('POST', path, {}), 404, 'Not Found', 'Resource not found');
    assertEnvelope(await call('GET', path), 404, 'Not Found', 'Resource not found');
  }
});

it('another method than the one of an operation is 405 and names that one', async () => {
  const answer = await call('GET', init);
  assertEnvelope(answer, 405, 'Method Not Allowed', /POST/);
  assert.equal(answer.headers.get('allow'), 'POST, OPTIONS');
  assertEnvelope(await call('DELETE', status), 405, 'Method Not Allowed', /GET/);
});

it('OPTIONS names the methods and needs no key', async () => {
  const answer = await fetch(`${installation.address}${status}`, { method: 'OPTIONS' });
  assert.deepEqual([answer.status, answer.headers.get('allow')], [204, 'GET, OPTIONS']);
});

it('a body that is not JSON is 400, one of another type 415, a huge one 413', async () => {
  const broken = await call('POST', init, '{"a":');
  assertEnvelope(broken, 400, 'Bad Request', 'Body is not valid JSON');
  const xml = { 'content-type': 'application/xml' };
  assertEnvelope(await call('POST', init, '<a/>', xml), 415, 'Unsupported Media Type', /application\/json/);
  const huge = JSON.stringify('x'.repeat(64 * 1024));
  assertEnvelope(await call('POST', init, huge), 413, 'Payload Too Large', 'Request body is too large');
});

it('without an OAuth client of the provider, init is 500 and says so: waiting does not help', async () => {
  const { core } = installation.gateway;
  const operator = await core.apiKeys.authenticate(await installation.issueKey(['all'], null));
  const { items } = await core.oauthClients.list(operator, { after: null, limit: 10 });
  const microsoft = items.find(({ provider }) => provider === 'microsoft');
  await core.oauthClients.remove(operator, microsoft?.id ?? '', { force: false });
  const answer = await call('POST', '/api/v2/oauth/microsoft/init');
  assertEnvelope(answer, 500, 'Internal Server Error', 'There is no OAuth client of the provider microsoft.');
  assert.equal(answer.headers.get('retry-after'), null);
});

it('while the OAuth client is paused, init is 503 with a time to come back; a repair ends that', async () => {
  const { core } = installation.gateway;
  const begun = await call('POST', init);
  installation.sandbox.google.configure({ fault: { on: 'token', status: 401, error: 'invalid_client' } });
  await approve(String(begun.body.auth_url), { login: 'bob@corp.test' });
  installation.sandbox.google.configure({ fault: null });
  const ended = await call('GET', `/api/v2/oauth/session/status/${begun.body.session_id}`);
  assert.equal(ended.body.error, 'server_error');

  const refused = await call('POST', init);
  assertEnvelope(
    refused,
    503,
    'Service Unavailable',
    'OAuth is temporarily unavailable, please retry shortly',
  );
  assert.equal(refused.headers.get('retry-after'), '60');

  const operator = await core.apiKeys.authenticate(await installation.issueKey(['all'], null));
  const { items } = await core.oauthClients.list(operator, { after: null, limit: 10 });
  const google = items.find(({ provider }) => provider === 'google');
  const { clientSecret } = installation.sandbox.google.clients.confidential;
  await core.oauthClients.update(operator, google?.id ?? '', { credential: enteredSecret(clientSecret) });
  assert.equal((await call('POST', init)).status, 200);
});
