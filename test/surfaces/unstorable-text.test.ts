// Text that PostgreSQL cannot hold is a caller's mistake on every surface, in the words of that surface.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
let dropDatabase: () => Promise<void>;

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({ databaseUrl: database.url });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  assert.equal(session.status, 'connected');
});
after(async () => {
  await installation.close();
  await dropDatabase();
});

type Request = readonly [method: string, path: string, body?: unknown];

const zero = 'a\u0000b';
const half = 'a\ud800b';
const requests: readonly Request[] = [
  ['GET', '/v1/account/a%00b'],
  ['GET', '/v1/accounts?query=a%00b'],
  ['POST', '/v1/account', { account: null, name: 'Bob', oauth2: { refreshToken: zero } }],
  ['PUT', '/v1/account/bob', { path: zero }],
  ['GET', '/api/v2/accounts/a%00b'],
  ['GET', '/api/v2/accounts?search=a%00b'],
  ['GET', '/api/v2/accounts?tag_ids=a%00b'],
  ['POST', '/api/v2/custom-tags', { label: zero }],
  ['POST', '/api/v2/custom-tags', { label: half }],
  ['PATCH', '/api/v2/accounts/bob%40corp.test', { signature: zero }],
  ['POST', '/api/v2/accounts/pause', { emails: [zero] }],
  ['GET', '/api/v2/mailboxes?filter%5Bemail%5D=a%00b'],
  ['GET', '/api/v2/mailboxes/a%00b'],
  ['POST', '/api/v2/mailboxes', { email: zero, provider: 'oauth_google' }],
  ['GET', '/api/v1/email-accounts/?username=a%00b'],
  ['POST', '/api/v1/client/save', { name: zero, email: 'client@corp.test' }],
  ['POST', '/api/v1/client/save', { name: half, email: 'client@corp.test' }],
  ['POST', '/api/v1/email-accounts/tag-manager', { name: zero, color: '#FFFFFF' }],
  ['POST', '/v1/connect-sessions', { provider: 'google', metadata: { [zero]: 'x' } }],
  ['GET', '/v1/mailboxes?customer=a%00b'],
  ['GET', '/v1/mailboxes/%00'],
];

for (const [method, path, body] of requests) {
  it(`${method} ${path} ${JSON.stringify(body) ?? ''} is the caller's mistake`, async () => {
    const answer = await installation.call(method, path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    assert.ok(answer.status !== 401 && answer.status !== 429, answer.text);
  });
}

it('a key with a zero byte in it is no key', async () => {
  const stranger = installation.callAs('');
  const headers = { authorization: '' };
  for (const [method, path, body] of [
    ['GET', '/api/v1/email-accounts/?api_key=mg_a%00b'],
    ['POST', '/api/v1/client/save', { api_key: `mg_${zero}` }],
    ['GET', '/v1/accounts?access_token=mg_a%00b'],
  ] satisfies Request[]) {
    assert.equal((await stranger(method, path, body, headers)).status, 401, path);
  }
});

it('what comes past the surfaces is a mistake in the request, too, and none of this server', async () => {
  const { core } = installation.gateway;
  const principal = await core.apiKeys.authenticate(installation.apiKey);
  await assert.rejects(core.tags.create(principal, { name: zero, color: null }), { code: 'invalid_request' });
});

it('each surface says so in its own shape, and nothing was written', async () => {
  const { call } = installation;
  const emailengine = await call('GET', '/v1/accounts?query=a%00b');
  assert.deepEqual([emailengine.status, emailengine.body.message], [400, 'Invalid input']);
  const instantly = await call('POST', '/api/v2/custom-tags', { label: zero });
  assert.deepEqual([instantly.body.statusCode, instantly.body.error], [400, 'Bad Request']);
  const warmy = await call('GET', '/api/v2/mailboxes?filter%5Bemail%5D=a%00b');
  assert.deepEqual(warmy.body.message, warmy.body.errors);
  const smartlead = await call('POST', '/api/v1/client/save', { name: zero, email: 'client@corp.test' });
  assert.equal(smartlead.body.message, smartlead.body.error);
  assert.deepEqual((await call('GET', '/api/v2/custom-tags')).body.items, []);
});
