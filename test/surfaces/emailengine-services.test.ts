// EmailEngine's applications that act without a sign-in (gmailService, outlookService), and the accounts that are
// registered with nothing but their address.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import { assertGolden } from '../support/golden.ts';
import { failure, startWorld, statusesOf, type World } from './emailengine-world.ts';

let world: World;
let gmailApp = '';
let outlookApp = '';
let keyFile: ReturnType<World['sandbox']['google']['createServiceAccount']>;

const mailScope = 'https://mail.google.com/';
const outlookClientId = '77777777-aaaa-4bbb-8ccc-999999999999';
const outlookSecret = 'app-only-secret-value';

before(async () => {
  world = await startWorld();
  keyFile = world.sandbox.google.createServiceAccount({ delegations: { 'corp.test': [mailScope] } });
  world.sandbox.microsoft.addClient({
    clientId: outlookClientId,
    clientSecret: outlookSecret,
    redirectUris: [],
    applicationPermissions: {
      'contoso.test': ['IMAP.AccessAsApp', 'SMTP.SendAsApp', 'Mail.ReadWrite', 'Mail.Send'],
    },
  });
  world.sandbox.microsoft.allowAppOnMailbox(outlookClientId, 'frank@contoso.test');
  await world.call('PATCH', '/v1/settings', { oauth_tokens_api: true });
});
after(() => world.close());

/** As EmailEngine takes a key: in pieces. */
const pieces = () => ({
  serviceClient: keyFile.client_id,
  serviceClientEmail: keyFile.client_email,
  serviceKey: keyFile.private_key,
});

describe('an application of a service account', () => {
  it('is made of its id, its address and its key, and shows the key to nobody', async () => {
    const body = {
      name: 'Workspace',
      provider: 'gmailService',
      enabled: true,
      googleProjectId: 'project-1',
      ...pieces(),
    };
    const made = await world.client.createApp(body);
    assertGolden('emailengine', 'create-app', made);
    gmailApp = String(made.id);
    const app = await world.client.readApp(gmailApp);
    assertGolden('emailengine', 'read-app-gmail-service', app);
    assert.deepEqual([app.serviceClient, app.serviceClientEmail], [keyFile.client_id, keyFile.client_email]);
    const seen = JSON.stringify([app, await world.client.listApps()]) + world.logged();
    assert.ok(!seen.includes('PRIVATE KEY'));
  });

  it('is made of the whole key file too', async () => {
    const body = { name: 'File', provider: 'gmailService', serviceKey: JSON.stringify(keyFile) };
    const id = String((await world.client.createApp(body)).id);
    assert.equal((await world.client.readApp(id)).serviceClient, keyFile.client_id);
    assert.equal(statusesOf(await world.client.verifyApp(id, {})).credential, 'ok');
    await world.client.deleteApp(id);
  });

  it('is refused at the field that is wrong, and the reply quotes no key', async () => {
    const app = { name: 'N', provider: 'gmailService', ...pieces() };
    const torn = keyFile.private_key.slice(0, 200);
    const bad: [Record<string, unknown>, string][] = [
      [{ serviceKey: undefined }, 'serviceKey'],
      [{ serviceKey: torn }, 'serviceKey'],
      [{ serviceKey: '{"private_key": "' }, 'serviceKey'],
      [{ serviceKey: '{}' }, 'serviceKey'],
      [{ serviceClient: undefined }, 'serviceClient'],
      [{ serviceClient: 'not-a-number' }, 'serviceClient'],
      [{ serviceClient: '1', serviceKey: JSON.stringify(keyFile) }, 'serviceClient'],
      [{ serviceClientEmail: undefined }, 'serviceClientEmail'],
      [{ serviceClientEmail: 'nobody' }, 'serviceClientEmail'],
      [{ clientId: 'x' }, 'clientId'],
      [{ clientSecret: 'x' }, 'clientSecret'],
    ];
    for (const [change, field] of bad) {
      const { status, body } = await failure(world.client.createApp({ ...app, ...change }));
      assert.equal(status, 400, JSON.stringify(change));
      assertGolden('emailengine', 'invalid-input', body);
      assert.equal(Object(body.fields)[0].key, field, JSON.stringify(body));
      assert.ok(!JSON.stringify(body).includes('PRIVATE KEY'));
    }
  });

  it('is changed without its key, as it was shown, and takes a new key of the same account', async () => {
    const shown = { serviceClient: keyFile.client_id, serviceKey: '******', name: 'Renamed' };
    assertGolden('emailengine', 'update-app', await world.client.updateApp(gmailApp, shown));
    const { name, serviceClientEmail } = await world.client.readApp(gmailApp);
    assert.deepEqual([name, serviceClientEmail], ['Renamed', keyFile.client_email]);
    await world.client.updateApp(gmailApp, { serviceKey: keyFile.private_key });
    assert.equal(statusesOf(await world.client.verifyApp(gmailApp, {})).credential, 'ok');
    for (const change of [{ serviceClient: '42' }, { serviceClientEmail: 'other@project.test' }]) {
      const { status, body } = await failure(world.client.updateApp(gmailApp, change));
      assert.deepEqual([status, Object(body.fields)[0].key], [400, Object.keys(change)[0]]);
    }
  });

  it('is verified down to the delegation for an address, whether or not it is an account', async () => {
    const delegated = await world.client.verifyApp(gmailApp, { account: 'gina@corp.test' });
    assertGolden('emailengine', 'verify-app', delegated);
    assert.equal(delegated.authMethod, 'serviceKey');
    const { credential, delegation, access } = statusesOf(delegated);
    assert.deepEqual([credential, delegation, access], ['ok', 'ok', 'skip']);
    const without = await world.client.verifyApp(gmailApp, {});
    assert.equal(statusesOf(without).delegation, 'skip');
    const foreign = await world.client.verifyApp(gmailApp, { account: 'alice@gmail.test' });
    assertGolden('emailengine', 'verify-app-failed', foreign);
    assert.equal(statusesOf(foreign).delegation, 'fail');
  });
});

describe('an application with permissions of its own', () => {
  const app = {
    name: 'Daemon',
    provider: 'outlookService',
    clientId: outlookClientId,
    clientSecret: outlookSecret,
    authority: 'contoso.test',
  };

  it('is made with its directory, for Graph unless IMAP is said, and shows its secret to nobody', async () => {
    outlookApp = String((await world.client.createApp(app)).id);
    const read = await world.client.readApp(outlookApp);
    assertGolden('emailengine', 'read-app-outlook-service', read);
    assert.deepEqual([read.authority, read.baseScopes], ['contoso.test', 'api']);
    assert.ok(!JSON.stringify(read).includes(outlookSecret));
    assert.equal((await world.client.verifyApp(outlookApp, {})).authMethod, 'clientCredentials');
  });

  it('is refused without one directory', async () => {
    for (const authority of [undefined, 'common', 'organizations']) {
      const { status, body } = await failure(world.client.createApp({ ...app, authority }));
      assert.deepEqual([status, Object(body.fields)[0].key], [400, 'authority']);
    }
  });

  it('connects a mailbox of its directory by the address alone', async () => {
    const oauth2 = { provider: outlookApp, auth: { user: 'frank@contoso.test' } };
    const reply = await world.client.registerAccount({ account: 'frank', name: 'Frank', oauth2 });
    assert.deepEqual(reply, { account: 'frank', state: 'new' });
    const account = await world.client.readAccount('frank');
    assertGolden('emailengine', 'read-account-service', account);
    assert.deepEqual([account.type, account.baseScopes], ['outlookService', 'api']);
    const { provider, user } = await world.client.oauthToken('frank');
    assert.deepEqual([provider, user], ['outlookService', 'frank@contoso.test']);
  });

  it('over IMAP connects the mailboxes that Exchange lets it into, and no other', async () => {
    const imap = String((await world.client.createApp({ ...app, baseScopes: 'imap' })).id);
    assert.equal((await world.client.readApp(imap)).baseScopes, 'imap');
    const register = (account: string) => {
      const oauth2 = { provider: imap, auth: { user: `${account}@contoso.test` } };
      return world.client.registerAccount({ account, name: account, oauth2 });
    };
    assertGolden('emailengine', 'account-verification-failed', (await failure(register('erin'))).body);
    assert.equal((await failure(world.client.readAccount('erin'))).status, 404);
    assert.deepEqual(await register('frank'), { account: 'frank', state: 'existing' });
    assert.equal((await world.client.readAccount('frank')).baseScopes, 'imap');
    const oauth2 = { provider: outlookApp };
    await world.client.updateAccount('frank', { oauth2 });
    assert.equal((await world.client.readAccount('frank')).baseScopes, 'api');
  });

  it('is verified with its account down to the mailbox', async () => {
    const verified = await world.client.verifyApp(outlookApp, { account: 'frank@contoso.test' });
    assertGolden('emailengine', 'verify-app', verified);
    const { credential, token, graph } = statusesOf(verified);
    assert.deepEqual([credential, token, graph], ['ok', 'ok', 'ok']);
  });
});

describe('an account of a service account', () => {
  const bob = (members: Record<string, unknown> = {}) => ({
    account: 'bob',
    name: 'Bob',
    oauth2: { provider: gmailApp, auth: { user: 'Bob@corp.test' } },
    ...members,
  });

  it('is registered by its address alone, proved before it is stored, and keeps its settings', async () => {
    const reply = await world.client.registerAccount(bob({ locale: 'et' }));
    assert.deepEqual(reply, { account: 'bob', state: 'new' });
    const account = await world.client.readAccount('bob');
    assertGolden('emailengine', 'read-account-service', account);
    assert.deepEqual(
      [account.type, account.email, account.app, account.locale],
      ['gmailService', 'bob@corp.test', gmailApp, 'et'],
    );
    const { accounts } = await world.client.listAccounts({ query: 'bob@' });
    assert.equal(Object(accounts)[0].type, 'gmailService');
  });

  it('is existing every further time, also at once and by the name of its provider', async () => {
    const named = bob({ oauth2: { provider: 'gmailService', auth: { user: 'bob@corp.test' } } });
    const replies = await Promise.all([
      world.client.registerAccount(named),
      world.client.registerAccount(bob()),
    ]);
    for (const reply of replies) assert.deepEqual(reply, { account: 'bob', state: 'existing' });
    assert.equal((await world.client.listAccounts({ query: 'bob@' })).total, 1);
    assert.equal((await world.client.readAccount('bob')).locale, 'et');
  });

  it('has tokens that are minted again and again', async () => {
    const { accessToken, ...others } = await world.client.oauthToken('bob');
    assert.deepEqual([others.provider, others.app, others.cached], ['gmailService', gmailApp, true]);
    assert.ok(world.sandbox.mintedSecrets().includes(String(accessToken)));
    world.sandbox.google.configure({ accessTokenTtlSeconds: 20 });
    await world.client.updateAccount('bob', { oauth2: { auth: { user: 'bob@corp.test' } } });
    const renewed = await world.client.oauthToken('bob');
    world.sandbox.google.configure({ accessTokenTtlSeconds: 3600 });
    assert.equal(renewed.cached, false);
    assert.notEqual(renewed.accessToken, accessToken);
  });

  it('is 400 without delegation, with tokens, of another address or none, and under a second id', async () => {
    const register = async (members: Record<string, unknown>) =>
      failure(world.client.registerAccount(bob(members)));
    const user = (address: string) => ({ provider: gmailApp, auth: { user: address } });
    const refused = await register({ account: 'alice', oauth2: user('alice@gmail.test') });
    assertGolden('emailengine', 'account-verification-failed', refused.body);
    assert.equal((await failure(world.client.readAccount('alice'))).status, 404);
    const taken = await register({ account: 'second' });
    assertGolden('emailengine', 'account-already-exists', { ...taken.body, existingAccount: 'example' });
    assert.equal(taken.body.existingAccount, 'bob');
    for (const members of [
      { oauth2: { ...user('bob@corp.test'), refreshToken: 'r' } },
      { oauth2: { ...user('bob@corp.test'), accessToken: 'a' } },
      { oauth2: user('gina@corp.test') },
      { oauth2: user('bob') },
      { account: 'x', oauth2: { provider: gmailApp } },
      { expectedEmail: 'gina@corp.test' },
      { email: 'gina@corp.test' },
      { oauth2: { authorize: true, redirectUrl: 'https://app.example.com/', provider: gmailApp } },
    ]) {
      const { status, body } = await register(members);
      assert.equal(status, 400, JSON.stringify(members));
      assertGolden('emailengine', 'invalid-input', body);
    }
  });

  it('is 503 with Retry-After while the provider is down, and nothing is stored', async () => {
    world.sandbox.google.configure({ fault: namedFaults.serverError('token') });
    const oauth2 = { provider: gmailApp, auth: { user: 'gina@corp.test' } };
    const down = await failure(world.client.registerAccount({ account: 'gina', name: 'G', oauth2 }));
    world.sandbox.google.configure({ fault: null });
    assert.deepEqual([down.status, down.body.code], [503, 'ProviderUnavailable']);
    assert.ok((down.retryAfterSeconds ?? 0) >= 1);
    assert.equal((await failure(world.client.readAccount('gina'))).status, 404);
  });

  it('takes the place of a grant by consent when it is changed to the application, and keeps its id', async () => {
    const refreshToken = await world.refreshToken('google', 'gina@corp.test');
    const oauth2 = { provider: 'gmail', auth: { user: 'gina@corp.test' }, refreshToken };
    await world.client.registerAccount({ account: 'gina', name: 'Gina', oauth2 });
    assert.equal((await world.client.readAccount('gina')).type, 'gmail');
    await world.client.updateAccount('gina', { oauth2: { provider: gmailApp } });
    const { type, state } = await world.client.readAccount('gina');
    assert.deepEqual([type, state], ['gmailService', 'connected']);
    const other = { oauth2: { auth: { user: 'bob@corp.test' } } };
    assert.equal((await failure(world.client.updateAccount('gina', other))).status, 400);
  });

  it('gets no token when the delegation is withdrawn, and no word that its grant is over', async () => {
    const body = { error: 'unauthorized_client' };
    world.sandbox.google.configure({ fault: { on: 'token', status: 401, body } });
    world.wait(7200);
    const refused = await failure(world.client.oauthToken('bob'));
    assert.deepEqual(
      [refused.status, refused.body.code, refused.body.authenticationFailed],
      [403, 'OauthRenewError', false],
    );
    assert.equal((await world.client.readAccount('bob')).state, 'connectError');
    world.sandbox.google.configure({ fault: null });
  });

  it('keeps its application from being deleted until it is deleted itself', async () => {
    assert.equal((await failure(world.client.deleteApp(gmailApp))).body.code, 'AppInUse');
    for (const account of ['bob', 'gina']) await world.client.deleteAccount(account, { revoke: true });
    assertGolden('emailengine', 'delete-app', await world.client.deleteApp(gmailApp));
  });
});
