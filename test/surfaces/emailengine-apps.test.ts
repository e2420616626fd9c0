// EmailEngine's OAuth2 applications and API tokens, and the scopes that mailboxes lack after an application got
// more of them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { assertGolden } from '../support/golden.ts';
import { failure, startWorld, statusesOf, stepsOf, type World } from './emailengine-world.ts';

let world: World;
let appId = '';

before(async () => {
  world = await startWorld();
});
after(() => world.close());

const postmaster = 'https://www.googleapis.com/auth/postmaster.readonly';

describe('an application', () => {
  it('is made, read without its secret, and listed with the shared ones', async () => {
    const { clientId, clientSecret } = world.sandbox.google.clients.confidential;
    const made = await world.client.createApp({
      name: 'Workspace mail',
      description: 'Ours',
      provider: 'gmail',
      clientId,
      clientSecret,
      baseScopes: 'imap',
      extraScopes: [],
      authority: null,
      redirectUrl: 'https://mail.example.com/oauth',
      enabled: true,
    });
    assertGolden('emailengine', 'create-app', made);
    appId = String(made.id);
    const app = await world.client.readApp(appId);
    assertGolden('emailengine', 'read-app', app);
    assert.equal(app.redirectUrl, `${world.address}/oauth/callback/${appId}`);
    world.sandbox.google.addRedirectUri(String(app.redirectUrl));
    const list = await world.client.listApps({ page: 0, pageSize: 2 });
    assertGolden('emailengine', 'list-apps', list);
    assert.deepEqual([list.total, list.pages, Object(list.apps).length], [3, 2, 2]);
    assert.ok(!JSON.stringify([app, list]).includes(clientSecret));
  });

  it('is not enabled unless it is said', async () => {
    const { id } = await world.client.createApp({
      name: 'Off',
      provider: 'outlook',
      clientId: 'some-id',
      clientSecret: 'some-secret',
      authority: 'organizations',
      cloud: 'global',
      baseScopes: 'api',
    });
    const app = await world.client.readApp(String(id));
    const { enabled, authority, cloud, baseScopes } = app;
    assert.deepEqual([enabled, authority, cloud, baseScopes], [false, 'organizations', 'global', 'api']);
    assertGolden('emailengine', 'delete-app', await world.client.deleteApp(String(id)));
    assert.equal((await failure(world.client.readApp(String(id)))).status, 404);
  });

  it('is refused without credentials, with a foreign authority, and with what is not built', async () => {
    const app = { name: 'N', provider: 'gmail', clientId: 'i', clientSecret: 's' };
    const bad = [
      { ...app, clientId: undefined },
      { ...app, clientSecret: undefined },
      { ...app, authority: 'organizations' },
      { ...app, cloud: 'moon' },
      { ...app, provider: 'yahoo' },
      { ...app, colour: 'red' },
      { ...app, serviceKey: 'k' },
      { ...app, serviceClient: '1' },
      { ...app, provider: 'outlookService', clientSecret: undefined },
    ];
    for (const body of bad) {
      const { status, body: reply } = await failure(world.client.createApp(body));
      assert.equal(status, 400, JSON.stringify(body));
      assertGolden('emailengine', 'invalid-input', reply);
    }
    const unbuilt = [
      { ...app, provider: 'mailRu' },
      { ...app, baseScopes: 'pubsub' },
      { ...app, skipScopes: ['SMTP.Send'] },
    ];
    for (const body of unbuilt) {
      const { status, body: reply } = await failure(world.client.createApp(body));
      assert.equal(status, 501);
      assertGolden('emailengine', 'not-built', reply);
    }
  });

  it('is verified by itself, and with an account down to the mail servers', async () => {
    const refreshToken = await world.refreshToken('google', 'alice@gmail.test');
    const oauth2 = { provider: appId, auth: { user: 'alice@gmail.test' }, refreshToken };
    await world.client.registerAccount({ account: 'alice', name: 'Alice', oauth2 });
    assertGolden('emailengine', 'verify-app', await world.client.verifyApp(appId, {}));
    for (const account of ['alice', 'Alice@gmail.test']) {
      const verified = await world.client.verifyApp(appId, { account, testConnection: true });
      assertGolden('emailengine', 'verify-app', verified);
      const statuses = statusesOf(verified);
      for (const id of ['config', 'client_id', 'credential', 'redirect_uri', 'token', 'imap', 'smtp']) {
        assert.equal(statuses[id], 'ok', id);
      }
    }
    const { imap, token } = statusesOf(
      await world.client.verifyApp(appId, { account: 'alice', testConnection: false }),
    );
    assert.deepEqual([token, imap], ['ok', undefined]);
    assert.equal((await failure(world.client.verifyApp(appId, { account: 'nobody' }))).status, 404);
  });

  it("of the workspace's own is verified at its provider: a wrong secret fails with a hint", async () => {
    const { clientId } = world.sandbox.google.clients.confidential;
    const app = { name: 'Mistyped', provider: 'gmail', clientId, clientSecret: 'mistyped' };
    const id = String((await world.client.createApp(app)).id);
    const verified = await world.client.verifyApp(id, {});
    assertGolden('emailengine', 'verify-app-failed', verified);
    const failed = stepsOf(verified).find((step) => step.id === 'credential');
    assert.equal(failed?.status, 'fail');
    assert.match(String(failed?.hint), /./);
    assert.equal(statusesOf(verified).config, 'fail', 'the provider refused it, so it is paused');
    await world.client.deleteApp(id);
  });

  it('of the installation is verified without an examination, which is its operator to make', async () => {
    const { apps } = await world.client.listApps();
    const shared: unknown = Array.isArray(apps)
      ? apps.find((app) => Object(app).name !== 'Workspace mail')
      : null;
    const verified = await world.client.verifyApp(Object(shared).id, {});
    assert.deepEqual(statusesOf(verified), { config: 'ok' });
  });

  it('is examined only for a key that may change it', async () => {
    const key = await world.issueKey(['oauth_clients:read', 'mailboxes:update']);
    const refused = await failure(world.clientOf(key).verifyApp(appId, {}));
    assert.deepEqual([refused.status, refused.body.requestedScope], [403, 'oauth_clients:update']);
  });

  it('is kept while accounts depend on it', async () => {
    const { status, body } = await failure(world.client.deleteApp(appId));
    assert.deepEqual([status, body.code], [409, 'AppInUse']);
  });

  it('cannot be changed or deleted when it belongs to the installation', async () => {
    const { apps } = await world.client.listApps();
    const shared = Object(apps)[0].id;
    assert.equal((await failure(world.client.updateApp(shared, { name: 'Mine' }))).status, 404);
    assert.equal((await failure(world.client.deleteApp(shared))).status, 404);
  });

  it('with more scopes than before lists the accounts that lack them, until each is connected again', async () => {
    const updated = await world.client.updateApp(appId, {
      extraScopes: [postmaster],
      name: 'Workspace mail',
    });
    assertGolden('emailengine', 'update-app', updated);
    const path = `/v1/oauth-clients/${appId}/lacking-scopes`;
    const { body, status, text } = await world.call('GET', path);
    assert.equal(status, 200, text);
    const [lacking, ...others] = Object(body.items);
    assert.equal(others.length, 0);
    assert.deepEqual([lacking.email, lacking.lacking_scopes], ['alice@gmail.test', [postmaster]]);
    await approve(lacking.reconnect_url, { login: 'alice@gmail.test' });
    assert.deepEqual((await world.call('GET', path)).body.items, []);
    const { oauth2 } = await world.client.readAccount('alice');
    assert.ok(Object(oauth2).scope.includes(postmaster));
    await world.call('PATCH', '/v1/settings', { oauth_tokens_api: true });
    assert.ok(Object(await world.client.oauthToken('alice')).registeredScopes.includes(postmaster));
  });

  it('says by the native API which additional scopes it asks for', async () => {
    const path = `/v1/oauth-clients/${appId}`;
    assert.deepEqual((await world.call('GET', path)).body.extra_scopes, [postmaster]);
    const changed = await world.call('PATCH', path, { extra_scopes: [] });
    assert.deepEqual([changed.status, changed.body.extra_scopes], [200, []]);
    const refused = await world.call('PATCH', path, { extra_scopes: ['two words'] });
    assert.equal(refused.status, 400);
    const made = await world.call('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'More',
      client_id: 'x',
      client_secret: 'y',
      extra_scopes: [postmaster],
    });
    assert.deepEqual(made.body.extra_scopes, [postmaster]);
  });

  it('shows no other workspace which mailboxes lack a scope', async () => {
    const other = await world.addWorkspace('Other');
    const { status } = await other.call('GET', `/v1/oauth-clients/${appId}/lacking-scopes`);
    assert.equal(status, 404);
    const key = await world.issueKey(['oauth_clients:read']);
    assert.equal((await world.callAs(key)('GET', `/v1/oauth-clients/${appId}/lacking-scopes`)).status, 403);
  });
});

describe('an API token', () => {
  it('is shown once, works, is listed without its text, and is revoked by text or id', async () => {
    for (const [create, remove] of [
      [world.client.createToken, world.client.deleteToken],
      [world.client.createTokenLegacy, world.client.deleteTokenLegacy],
    ] as const) {
      const made = await create({ description: 'For the CRM', scopes: ['api'], ip: '127.0.0.1' });
      assertGolden('emailengine', 'create-token', made);
      const token = String(made.token);
      assert.equal((await world.clientOf(token).listAccounts()).page, 0);
      const list = await world.client.listTokens({ pageSize: 1000 });
      assertGolden('emailengine', 'list-tokens', list);
      assert.ok(!JSON.stringify(list).includes(token));
      assert.ok(Object(list.tokens).some(({ id }: { id: string }) => id === made.id));
      assertGolden('emailengine', 'delete-token', await remove(token));
      assert.deepEqual(await remove(token), { deleted: false });
      assert.equal((await failure(world.clientOf(token).listAccounts())).status, 401);
    }
    const { id } = await world.client.createToken({ description: 'By id', scopes: ['*'] });
    assertGolden('emailengine', 'delete-token', await world.client.deleteToken(String(id)));
  });

  it('can do no more than its maker', async () => {
    const key = await world.issueKey(['api_keys:create', 'mailboxes:read']);
    const { token } = await world.clientOf(key).createToken({ description: 'Small', scopes: ['api'] });
    const client = world.clientOf(String(token));
    assert.equal((await client.listAccounts()).page, 0);
    assert.equal((await failure(client.oauthToken('alice'))).body.requestedScope, 'tokens:read');
  });

  it('of another workspace is not revoked', async () => {
    const other = await world.addWorkspace('Third');
    assert.deepEqual(await world.client.deleteToken(other.apiKey), { deleted: false });
    assert.equal((await world.clientOf(other.apiKey).listAccounts()).total, 0);
  });

  it('is refused rather than made wider than it was asked for', async () => {
    const token = { description: 'Narrow', scopes: ['api'] };
    const bodies = [
      { ...token, account: 'alice' },
      { ...token, scopes: ['smtp'] },
      { ...token, scopes: ['api', 'imap-proxy'] },
      { ...token, restrictions: { addresses: ['127.0.0.1'] } },
      { ...token, permissions: { actions: ['read'] } },
      { ...token, scopes: [] },
      { scopes: ['api'] },
      { ...token, expires: '2001-01-01T00:00:00.000Z' },
    ];
    for (const body of bodies) {
      const { status, body: reply } = await failure(world.client.createToken(body));
      assert.equal(status, 400, JSON.stringify(body));
      assertGolden('emailengine', 'invalid-input', reply);
    }
    const nothing = { ...token, restrictions: null, permissions: {}, account: null };
    assertGolden('emailengine', 'create-token', await world.client.createToken(nothing));
  });

  it('is bound to no account here', async () => {
    assert.deepEqual(await world.client.listAccountTokens('alice'), { tokens: [] });
  });
});
