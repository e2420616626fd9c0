// Webhooks as a program written for EmailEngine sets them and takes them: by a real receiver that checks the signature.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, it } from 'node:test';
import { type Item, itemsOf, openStage, type Stage } from '../e2e/webhook-stage.ts';
import type { Receiver } from '../support/webhook-receiver.ts';
import { createEmailEngineClient, EmailEngineError } from './clients/emailengine.ts';

const serviceSecret = 'a-service-secret-of-the-program';
const own = '/compat/emailengine/v1/settings';
const asked =
  '?webhooks=true&webhooksEnabled=true&webhookEvents=true&webhooksCustomHeaders=true&serviceSecret=true';

let stage: Stage;
let client: ReturnType<typeof createEmailEngineClient>;
let receiver: Receiver;

before(async () => {
  stage = await openStage();
  const { address: baseUrl, apiKey: accessToken } = stage.installation;
  client = createEmailEngineClient({ baseUrl, accessToken });
  receiver = await stage.receiver();
});
after(() => stage.close());

const set = (body: Item, path = '/v1/settings') => stage.call('POST', path, body);
const kept = async (): Promise<Item> => (await stage.call('GET', `${own}${asked}`)).body;

async function register(account: string, login: string, more: Item = {}): Promise<string> {
  const [minted] = await stage.installation.sandbox.google.mint({
    login,
    scope: 'openid email https://mail.google.com/',
  });
  const oauth2 = { provider: 'gmail', auth: { user: login }, refreshToken: minted?.refreshToken ?? '' };
  await client.registerAccount({ account, name: 'A', oauth2, ...more });
  const { items } = (await stage.call('GET', `/v1/mailboxes?search=${login}`)).body;
  return String(itemsOf({ items })[0]?.id);
}

/** What came, with the event as the first word. */
const bodies = (of: Receiver): Item[] => of.received.map(({ body }) => JSON.parse(body));
const words = (of: Receiver): unknown[] => bodies(of).map(({ event }) => event);

function requireSigned(of: Receiver, index: number, secret: string): void {
  const { headers, body } = of.received.at(index) ?? { headers: {}, body: '' };
  const expected = createHmac('sha256', secret).update(body).digest('base64url');
  assert.equal(Reflect.get(headers, 'x-ee-wh-signature'), expected);
  assert.match(String(Reflect.get(headers, 'x-ee-wh-event-id')), /^[0-9a-f-]{36}$/);
}

async function refused(call: Promise<unknown>): Promise<number> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EmailEngineError)) throw error;
  return error.status;
}

it('settings are kept, told again without their secrets, and refused by name where they are not built', async () => {
  assert.deepEqual((await stage.call('GET', `${own}${asked}`)).body, {
    webhooks: '',
    webhooksEnabled: false,
    webhookEvents: ['*'],
    webhooksCustomHeaders: [],
    serviceSecret: null,
  });
  const url = new URL(receiver.url);
  url.username = 'hook';
  url.password = 'pass word';
  const answer = await set({
    webhooks: url.href,
    webhooksEnabled: true,
    webhookEvents: ['accountAdded', 'accountDeleted', 'authenticationError', 'messageNew'],
    webhooksCustomHeaders: [{ key: 'X-Token', value: 'a-header-value' }],
    serviceSecret,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body, {
    updated: ['webhooks', 'webhooksEnabled', 'webhookEvents', 'webhooksCustomHeaders', 'serviceSecret'],
  });
  const settings = await kept();
  assert.deepEqual(settings, {
    webhooks: receiver.url,
    webhooksEnabled: true,
    webhookEvents: ['accountAdded', 'accountDeleted', 'authenticationError', 'messageNew'],
    webhooksCustomHeaders: [{ key: 'X-Token', value: '******' }],
    serviceSecret: '******',
  });
  // A program that writes back what it has read changes nothing.
  assert.equal((await set(settings, own)).status, 200);
  assert.deepEqual(await kept(), settings);
  const only = await stage.call('GET', `${own}?webhooksEnabled=true&eventTypes=1`);
  assert.equal(only.body.webhooksEnabled, true);
  assert.ok(Array.isArray(only.body.eventTypes) && !('webhooks' in only.body));
  assert.equal((await set({ notifyText: true })).status, 501);
  assert.equal((await stage.call('GET', `${own}?templateHeader=true`)).status, 501);
  for (const wrong of [
    {},
    { webhooks: 'ftp://example.com/' },
    { webhooks: 'http://10.1.2.3/hook' },
    { webhooksCustomHeaders: [{ key: 'Host', value: 'x' }] },
    { webhooksCustomHeaders: [{ key: 'X-EE-Wh-Signature', value: 'x' }] },
    { webhooksCustomHeaders: [{ key: 'X-A', value: 'a\r\nb: c' }] },
  ]) {
    assert.equal((await set(wrong)).status, 400, JSON.stringify(wrong));
  }
  assert.deepEqual(await kept(), settings);
  assert.equal((await stage.call('GET', '/v1/settings')).body.oauth_tokens_api, false);
});

it('an account is told when it is added, loses its grant and is deleted: signed, with the headers that were asked for', async () => {
  const id = await register('gina', 'gina@corp.test');
  await stage.turn();
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('gina@corp.test');
  await stage.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
  await stage.turn();
  // Told to nobody: not asked for, or no word of EmailEngine's.
  await stage.switchTwice(id);
  await client.deleteAccount('gina');
  await stage.turn();
  assert.deepEqual(words(receiver), ['accountAdded', 'authenticationError', 'accountDeleted']);
  const [added, failed, deleted] = bodies(receiver);
  for (const body of [added, failed, deleted]) {
    assert.equal(body?.account, 'gina');
    assert.equal(body?.serviceUrl, stage.installation.gateway.core.settings.publicUrl);
    assert.ok(!Number.isNaN(Date.parse(String(body?.date))));
  }
  assert.deepEqual(added?.data, { account: 'gina' });
  const { response, serverResponseCode } = Object(failed?.data);
  assert.equal(serverResponseCode, 'OauthRenewError');
  assert.match(String(response), /\w/);
  for (const [index, { headers }] of receiver.received.entries()) {
    requireSigned(receiver, index, serviceSecret);
    assert.equal(headers['x-token'], 'a-header-value');
    assert.equal(headers.authorization, `Basic ${Buffer.from('hook:pass word').toString('base64')}`);
    assert.equal(headers['content-type'], 'application/json');
  }
});

it('a link that reconnects comes with authenticationError, and works', async () => {
  const id = await register('carol', 'carol@gmail.test');
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('carol@gmail.test');
  await stage.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
  await stage.turn();
  const { reconnect_url: link } = Object(bodies(receiver).at(-1)?.data);
  assert.equal((await fetch(String(link))).status, 200);
  const { body } = await stage.call('GET', '/v1/webhook-deliveries?limit=1');
  const { id: delivery } = itemsOf(body)[0] ?? {};
  const { text } = await stage.call('GET', `/v1/webhook-deliveries/${delivery}`);
  assert.ok(text.includes('[withheld]') && !text.includes(String(link)));
});

it('what a mail server refuses is connectError, and authenticationSuccess once it works again', async () => {
  await set({ webhookEvents: ['*'] });
  const { session } = await stage.installation.connect('microsoft', { login: 'erin@contoso.test' });
  await stage.turn();
  const path = `/v1/mailboxes/${session.mailbox_id}/verify`;
  const { microsoft } = stage.installation.sandbox;
  microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  await stage.call('POST', path);
  await stage.turn();
  microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: false });
  await stage.call('POST', path);
  await stage.turn();
  const ofErin = bodies(receiver).filter(({ account }) => account === session.mailbox_id);
  const told = ofErin.map(({ event }) => event);
  assert.equal(told[0], 'accountAdded');
  assert.deepEqual(told.slice(-2), ['connectError', 'authenticationSuccess']);
  const { serverResponseCode } = Object(ofErin.at(-2)?.data);
  assert.match(serverResponseCode, /^smtp_auth_disabled/);
  assert.deepEqual(ofErin.at(-1)?.data, { user: 'erin@contoso.test' });
  assert.equal(told.filter((word) => word === 'accountInitialized').length, 1, 'once, not when it recovers');
});

it('accountInitialized is told once, when everything was proved for the first time, with an id of its own', async () => {
  await set({ webhookEvents: ['*'] });
  const from = receiver.received.length;
  await register('ada', 'alice@gmail.test');
  await stage.turn();
  const came = () =>
    receiver.received.slice(from).map(({ headers, body }) => ({ headers, ...JSON.parse(body) }));
  const words = () => came().map(({ event }) => String(event));
  // Tokens that are registered are proved before the account is kept.
  assert.deepEqual(words().sort(), ['accountAdded', 'accountInitialized']);
  const initialized = came().find(({ event }) => event === 'accountInitialized');
  assert.deepEqual([initialized?.account, initialized?.data], ['ada', { initialized: true }]);
  const ids = came().map(({ headers }) => Reflect.get(headers, 'x-ee-wh-event-id'));
  assert.equal(new Set(ids).size, 2, 'whoever drops duplicates keeps both');
  requireSigned(receiver, from + words().indexOf('accountInitialized'), serviceSecret);
  await register('ada', 'alice@gmail.test');
  await stage.turn();
  assert.equal(words().filter((word) => word === 'accountInitialized').length, 1, 'a reconnect is none');
  await client.deleteAccount('ada');
  await set({ webhookEvents: ['accountInitialized'] });
  const { session } = await stage.installation.connect('google', { login: 'alice@gmail.test' });
  await stage.call('POST', `/v1/mailboxes/${session.mailbox_id}/verify`);
  await stage.turn();
  const ofAlice = came().filter(({ account }) => account === session.mailbox_id);
  assert.deepEqual(
    ofAlice.map(({ event }) => event),
    ['accountInitialized'],
    'of a connect session by the proof that follows it, and also where nothing else is wanted',
  );
  await client.deleteAccount(String(session.mailbox_id));
  await set({ webhookEvents: ['*'] });
});

it("an account's own URL is told in place of the one of the settings, signed by the same secret", async () => {
  const ofAccount = await stage.receiver();
  const id = await register('bob', 'bob@corp.test', {
    webhooks: ofAccount.url,
    webhooksCustomHeaders: [{ key: 'X-Account', value: 'another-value' }],
  });
  await stage.turn();
  const before = receiver.received.length;
  const account = await client.readAccount('bob');
  assert.deepEqual(account.webhooks, ofAccount.url);
  assert.ok(!JSON.stringify(account).includes('another-value'));
  const list = itemsOf((await stage.call('GET', '/v1/webhook-endpoints')).body);
  assert.deepEqual(
    list.map(({ format, mailbox_id }) => [format, mailbox_id]),
    [
      ['emailengine', null],
      ['emailengine', id],
    ],
  );
  await client.deleteAccount('bob');
  await stage.turn();
  assert.deepEqual(words(ofAccount), ['accountDeleted']);
  assert.equal(bodies(ofAccount)[0]?.account, 'bob');
  requireSigned(ofAccount, 0, serviceSecret);
  assert.equal(ofAccount.received[0]?.headers['x-account'], 'another-value');
  assert.equal(ofAccount.received[0]?.headers['x-token'], undefined);
  assert.equal(receiver.received.length, before);
  // With the account and all that was to be told of it gone, so is its endpoint.
  assert.equal(await stage.installation.gateway.core.webhooks.prune(), 1);
});

it("an account's own URL can be taken away again, and must be one that may be called", async () => {
  const ofAccount = await stage.receiver();
  await register('alice', 'alice@gmail.test', { webhooks: ofAccount.url });
  assert.equal(await refused(client.updateAccount('alice', { webhooks: 'http://10.1.2.3/' })), 400);
  await client.updateAccount('alice', { webhooks: '' });
  await client.deleteAccount('alice');
  await stage.turn();
  assert.deepEqual(ofAccount.received, []);
  assert.equal(words(receiver).at(-1), 'accountDeleted');
});

it('webhooksEnabled switches them off and on, and the native API can try, rotate and see them', async () => {
  const [endpoint] = itemsOf((await stage.call('GET', '/v1/webhook-endpoints')).body);
  const path = `/v1/webhook-endpoints/${endpoint?.id}`;
  const tried = await stage.call('POST', `${path}/test`, {});
  assert.equal(tried.body.status, 'delivered', tried.text);
  assert.equal(words(receiver).at(-1), 'test');
  assert.equal((await stage.call('POST', `${path}/test`, { event_type: 'mailbox.enabled' })).status, 400);
  const rotated = await stage.call('POST', `${path}/rotate-secret`, {});
  await stage.call('POST', `${path}/test`, { event_type: 'mailbox.degraded' });
  requireSigned(receiver, -1, String(rotated.body.secret));
  assert.equal(rotated.body.previous_secret_until, null);
  assert.equal(receiver.received.at(-1)?.headers['x-token'], 'a-header-value');

  await set({ webhooksEnabled: false });
  assert.equal((await stage.call('GET', path)).body.status, 'disabled');
  assert.equal((await kept()).webhooksEnabled, false);
  const before = receiver.received.length;
  await register('heidi', 'alice@gmail.test');
  await stage.turn();
  assert.equal(receiver.received.length, before);
  await set({ webhooksEnabled: true });
  await client.deleteAccount('heidi');
  await stage.turn();
  assert.equal(words(receiver).at(-1), 'accountDeleted');
});

it('a URL that comes later, and one that is taken away, are no webhooks until there is one again', async () => {
  const other = await stage.installation.addWorkspace('Later');
  const post = (body: Item) => other.call('POST', '/v1/settings', body);
  assert.equal((await post({ serviceSecret, webhooksEnabled: false })).status, 200);
  await post({ webhooks: receiver.url });
  const read = async () => (await other.call('GET', `${own}${asked}`)).body;
  assert.equal((await read()).webhooksEnabled, false);
  await post({ webhooksEnabled: true, webhooks: '' });
  const [made] = itemsOf((await other.call('GET', '/v1/webhook-endpoints')).body);
  assert.deepEqual([made?.url, made?.status], ['', 'disabled']);
  const enabled = await other.call('PATCH', `/v1/webhook-endpoints/${made?.id}`, { status: 'enabled' });
  assert.equal(enabled.status, 400, enabled.text);
  await post({ webhooks: receiver.url });
  const settings = await read();
  assert.deepEqual([settings.webhooksEnabled, settings.serviceSecret], [true, '******']);
});

it('a key without the scope for webhooks can neither set nor read them', async () => {
  const key = await stage.installation.issueKey(['mailboxes:read', 'mailboxes:create']);
  const call = stage.installation.callAs(key);
  assert.equal((await call('POST', '/v1/settings', { webhooksEnabled: true })).status, 403);
  assert.equal((await call('GET', `${own}?webhooks=1`)).status, 403);
});
