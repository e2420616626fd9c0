// EmailEngine's endpoint for access tokens, as programs written for it see it: off at first, exactly the printed
// reply, and an outage that is never taken for a dead grant.
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import { assertGolden } from '../support/golden.ts';
import { failure, startWorld, type World } from './emailengine-world.ts';

let world: World;

before(async () => {
  world = await startWorld();
  await world.client.registerAccount({
    account: 'example',
    name: 'Alice',
    oauth2: {
      provider: 'gmail',
      auth: { user: 'alice@gmail.test' },
      refreshToken: await world.refreshToken('google', 'alice@gmail.test'),
    },
  });
});
after(() => world.close());
afterEach(() => world.sandbox.google.configure({ fault: null, accessTokenTtlSeconds: 3600 }));

const setSwitch = (isOn: boolean) => world.call('PATCH', '/v1/settings', { oauth_tokens_api: isOn });

it('is switched off at first, for each workspace by itself, and on and off by the settings', async () => {
  const { body } = await failure(world.client.oauthToken('example'));
  assertGolden('emailengine', 'oauth-token-disabled', body);
  assert.equal((await world.call('GET', '/v1/settings')).body.oauth_tokens_api, false);
  const other = await world.addWorkspace('Other');
  const changed = await other.call('PATCH', '/v1/settings', { oauth_tokens_api: true });
  assert.deepEqual([changed.status, changed.body.oauth_tokens_api], [200, true]);
  assert.equal((await failure(world.client.oauthToken('example'))).body.code, 'ApiEndpointDisabled');
  assert.equal((await failure(world.clientOf(other.apiKey).oauthToken('example'))).status, 404);
});

it('answers 403 while it is off, also for an account that does not exist', async () => {
  assert.equal((await failure(world.client.oauthToken('nobody'))).body.code, 'ApiEndpointDisabled');
});

it('needs settings:update to be switched', async () => {
  const key = await world.issueKey(['mailboxes:update']);
  for (const method of ['GET', 'PATCH']) {
    const body = method === 'PATCH' ? { oauth_tokens_api: true } : undefined;
    const { status } = await world.callAs(key)(method, '/v1/settings', body);
    assert.equal(status, 403);
  }
});

it('answers the request of the guide with its fields and a token that Google issued', async () => {
  await setSwitch(true);
  // As printed: curl with the header and nothing else.
  const answer = await fetch(`${world.address}/v1/account/example/oauth-token`, {
    headers: { authorization: `Bearer ${world.apiKey}` },
  });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  const body: unknown = await answer.json();
  assertGolden('emailengine', 'oauth-token', body);
  const { user, accessToken, registeredScopes, expires } = Object(body);
  assert.equal(user, 'alice@gmail.test');
  assert.ok(registeredScopes.includes('https://mail.google.com/'));
  assert.ok(Date.parse(expires) > Date.now());
  assert.ok(world.sandbox.mintedSecrets().includes(accessToken));
});

it('answers for the account that was asked for, also when another one is named like its id', async () => {
  await setSwitch(true);
  const { items } = (await world.call('GET', '/v1/mailboxes?email=alice%40gmail.test')).body;
  const alice = Array.isArray(items) ? String(items[0]?.id) : '';
  const { core } = world.gateway;
  const outcome = await core.imports.import(await core.apiKeys.authenticate(world.apiKey), {
    provider: 'google',
    oauthClient: { kind: 'chosen', owner: 'any' },
    refreshToken: await world.refreshToken('google', 'bob@corp.test'),
    scope: null,
    email: 'bob@corp.test',
    name: null,
    customer: null,
    externalId: alice,
    mailboxId: null,
    settings: {},
    exclusive: false,
  });
  assert.equal(outcome.ok, true);
  const { account, user } = await world.client.oauthToken('example');
  assert.deepEqual([account, user], ['example', 'alice@gmail.test']);
  assert.equal((await world.client.oauthToken(alice)).user, 'bob@corp.test');
  await world.client.deleteAccount(alice);
});

it('answers from the store until 30 seconds are left, and renews then', async () => {
  await setSwitch(true);
  const first = await world.client.oauthToken('example');
  const second = await world.client.oauthToken('example');
  assert.deepEqual([second.cached, second.accessToken], [true, first.accessToken]);
  const left = (Date.parse(String(second.expires)) - world.gateway.core.now()) / 1000;
  world.wait(left - 29);
  const third = await world.client.oauthToken('example');
  assert.equal(third.cached, false);
  assert.notEqual(third.accessToken, first.accessToken);
});

it('gives a token for a resource that is named, and 403 for one that was not granted', async () => {
  await setSwitch(true);
  const { accessToken } = await world.client.oauthToken('example', { resource: 'imap' });
  assert.equal(typeof accessToken, 'string');
  const refused = await failure(world.client.oauthToken('example', { resource: 'graph' }));
  assert.deepEqual([refused.status, refused.body.code], [403, 'ResourceNotGranted']);
});

it('answers 404 for an unknown account and for one of another workspace', async () => {
  await setSwitch(true);
  const { status, body } = await failure(world.client.oauthToken('nobody'));
  assert.equal(status, 404);
  assertGolden('emailengine', 'account-not-found', body);
});

it('needs the scope tokens:read', async () => {
  const key = await world.issueKey(['mailboxes:read']);
  const { status, body } = await failure(world.clientOf(key).oauthToken('example'));
  assert.equal(status, 403);
  assertGolden('emailengine', 'unauthorized-scope', body);
  assert.equal(body.requestedScope, 'tokens:read');
});

const outages = [
  ['an outage', namedFaults.serverError('refresh'), 'ProviderUnavailable'],
  ['a limit', namedFaults.rateLimited('refresh', 7), 'ProviderRateLimited'],
] as const;
for (const [name, fault, code] of outages) {
  it(`calls ${name} of the provider 503 with Retry-After, never an authentication failure`, async () => {
    await setSwitch(true);
    world.wait(3700);
    world.sandbox.google.configure({ fault });
    const error = await failure(world.client.oauthToken('example'));
    assert.equal(error.status, 503);
    assert.equal(error.body.code, code);
    assert.ok(error.retryAfterSeconds !== null && error.retryAfterSeconds >= 1);
    assert.ok(!('authenticationFailed' in error.body));
    world.sandbox.google.configure({ fault: null });
    world.wait(120);
    assert.equal((await world.client.oauthToken('example')).cached, false);
  });
}

it('does not take a refused application for a dead grant', async () => {
  await setSwitch(true);
  const { id, apiKey } = await world.addWorkspace('Refused application');
  await world.callAs(apiKey)('PATCH', '/v1/settings', { oauth_tokens_api: true });
  const client = world.clientOf(apiKey);
  const { clientId, clientSecret } = world.sandbox.google.clients.confidential;
  const app = await client.createApp({
    name: 'Own',
    provider: 'gmail',
    clientId,
    clientSecret,
    enabled: true,
  });
  const refreshToken = await world.refreshToken('google', 'gina@corp.test');
  await client.registerAccount({
    account: 'gina',
    name: 'Gina',
    oauth2: { provider: app.id, auth: { user: 'gina@corp.test' }, refreshToken },
  });
  await client.updateApp(String(app.id), { clientSecret: 'not-the-secret' });
  world.wait(3700);
  const error = await failure(client.oauthToken('gina'));
  assert.equal(error.status, 403, id);
  assert.deepEqual([error.body.code, error.body.authenticationFailed], ['OauthRenewError', false]);
});

it('says authenticationFailed for a dead grant, with a link for the owner', async () => {
  await setSwitch(true);
  const refreshToken = await world.refreshToken('google', 'carol@gmail.test');
  const oauth2 = { provider: 'gmail', auth: { user: 'carol@gmail.test' }, refreshToken };
  await world.client.registerAccount({ account: 'carol', name: 'Carol', oauth2 });
  world.wait(3700);
  await world.sandbox.google.revokeUser('carol@gmail.test');
  const error = await failure(world.client.oauthToken('carol'));
  assertGolden('emailengine', 'oauth-token-dead', error.body, { ours: ['reconnectUrl'] });
  assert.ok(String(error.body.reconnectUrl).startsWith(`${world.address}/reconnect/`));
  const { state, lastError } = await world.client.readAccount('carol');
  assert.equal(state, 'authenticationError');
  assert.equal(Object(lastError).serverResponseCode, 'OauthRenewError');
});

it('gives no token for an account that is switched off, and says so', async () => {
  await setSwitch(true);
  const { body } = await world.call('GET', '/v1/mailboxes?email=alice%40gmail.test');
  const path = `/v1/mailboxes/${Object(body.items)[0].id}`;
  await world.call('PATCH', path, { disabled: true });
  const error = await failure(world.client.oauthToken('example'));
  assert.deepEqual([error.status, error.body.code], [403, 'AccountPaused']);
  assert.equal((await world.client.readAccount('example')).state, 'paused');
  await world.call('PATCH', path, { disabled: false });
});

it('no reply but this one holds a secret of a provider, and the log holds none', async () => {
  const texts = [
    await world.client.readAccount('example'),
    await world.client.listAccounts(),
    await world.client.listApps(),
  ].map((body) => JSON.stringify(body));
  for (const secret of world.sandbox.mintedSecrets()) {
    for (const text of [...texts, world.logged()]) assert.ok(!text.includes(secret));
  }
});
