// Shared mailboxes of EmailEngine's surface: a delegate signs in, and the account is the mailbox that was named.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, it } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { assertGolden } from '../support/golden.ts';
import { freePort } from '../support/installation.ts';
import { failure, startWorld, type World } from './emailengine-world.ts';

let world: World;
/** A program's page that the browser is sent back to. */
let page: Server;
let redirectUrl = '';
const support = 'support@contoso.test';
const office = 'office@contoso.test';
const delegates = ['erin@contoso.test'];

before(async () => {
  world = await startWorld();
  for (const address of [support, office]) {
    world.sandbox.microsoft.addSharedMailbox({ address, delegates });
  }
  page = createServer((_request, response) => response.end('<h1>Back</h1>'));
  const port = await freePort();
  await new Promise<void>((resolve) => page.listen(port, '127.0.0.1', resolve));
  redirectUrl = `http://127.0.0.1:${port}/done`;
});
after(async () => {
  page.closeAllConnections();
  page.close();
  await world.close();
});

it('is connected by the form with `delegated`, under its own address, and its delegate is named', async () => {
  const form = { account: 'support', email: support, delegated: true, redirectUrl, name: 'Support' };
  const reply = await world.client.authenticationForm(form);
  assertGolden('emailengine', 'authentication-form', reply);
  const back = await approve(String(reply.url), { login: 'erin@contoso.test' });
  assert.equal(back.url, `${redirectUrl}?account=support&state=new`);
  const account = await world.client.readAccount('support');
  assert.deepEqual([account.email, account.type, account.state], [support, 'outlook', 'connected']);
  assert.deepEqual(Object(account.oauth2).auth, { user: 'erin@contoso.test', delegatedUser: support });
  await world.call('PATCH', '/v1/settings', { oauth_tokens_api: true });
  assert.equal((await world.client.oauthToken('support')).user, support);
});

it('is connected by `oauth2.authorize` with `delegatedUser`, and again under the same id', async () => {
  const oauth2 = { authorize: true, provider: 'outlook', redirectUrl, auth: { delegatedUser: office } };
  for (const state of ['new', 'existing']) {
    const reply = await world.client.registerAccount({ account: 'office', name: 'Office', oauth2 });
    assertGolden('emailengine', 'register-authorize', reply);
    const back = await approve(String(reply.redirect), { login: 'erin@contoso.test' });
    assert.equal(back.url, `${redirectUrl}?account=office&state=${state}`);
  }
  assert.equal((await world.client.readAccount('office')).email, office);
});

it('is not connected by whoever may not open it, nor by another delegate than the expected one', async () => {
  const form = { account: 'third', email: office, delegated: true, redirectUrl };
  await world.client.deleteAccount('office');
  const expectedEmail = 'frank@contoso.test';
  for (const [request, login] of [
    [form, 'frank@contoso.test'],
    [{ ...form, expectedEmail }, 'erin@contoso.test'],
  ] as const) {
    const { url } = await world.client.authenticationForm(request);
    const end = await approve(String(url), { login });
    assert.ok(end.url.startsWith(world.address), end.url);
    assert.equal((await failure(world.client.readAccount('third'))).status, 404);
  }
});

it('is refused before the link is made where it could only fail', async () => {
  const form = { account: 'x', email: office, delegated: true, redirectUrl };
  const authorize = (auth: Record<string, string>, members: Record<string, unknown> = {}) =>
    world.client.registerAccount({
      account: 'x',
      name: 'X',
      oauth2: { authorize: true, provider: 'outlook', redirectUrl, auth },
      ...members,
    });
  const refreshToken = await world.refreshToken('microsoft', 'erin@contoso.test');
  const own = { provider: 'outlook', auth: { user: 'erin@contoso.test' }, refreshToken };
  await world.client.registerAccount({ account: 'erin', name: 'Erin', oauth2: own });
  const bad: [Promise<unknown>, string][] = [
    [world.client.authenticationForm({ ...form, email: undefined }), 'email'],
    [world.client.authenticationForm({ ...form, type: 'gmail' }), 'delegated'],
    [world.client.authenticationForm({ ...form, account: 'support' }), 'delegated'],
    [world.client.authenticationForm({ ...form, account: 'erin', email: 'erin@contoso.test' }), 'delegated'],
    [authorize({ delegatedUser: 'an-object-id' }), 'delegatedUser'],
    [authorize({ delegatedUser: office }, { email: support }), 'email'],
  ];
  for (const [call, field] of bad) {
    const { status, body } = await failure(call);
    assert.equal(status, 400, field);
    assertGolden('emailengine', 'invalid-input', body);
    assert.equal(Object(body.fields)[0].key, field);
  }
  const byAnother = await failure(authorize({ delegatedUser: office, delegatedAccount: 'erin' }));
  assertGolden('emailengine', 'not-built', byAnother.body);
});
