// What a person, a browser or a provider can do wrong while a mailbox is being connected. Each ends the session
// with its own reason, leaks nothing, and leaves nothing behind.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { namedFaults } from '../../sandbox/faults.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' } });
});
after(() => installation.close());
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
});

const reasonOf = (session: Record<string, unknown>): unknown => memberOf(session.error, 'code');

async function mailboxCount(): Promise<number> {
  const { body } = await installation.call('GET', '/v1/mailboxes?limit=100');
  return Array.isArray(body.items) ? body.items.length : Number.NaN;
}

test('a denied consent ends a session that allows no other try as access_denied and stores nothing', async () => {
  for (const [provider, login] of [
    ['google', 'bob@corp.test'],
    ['microsoft', 'erin@contoso.test'],
  ] as const) {
    const { session, page } = await installation.connect(
      provider,
      { login, deny: true },
      { is_retryable: false },
    );
    assert.equal(session.status, 'failed');
    assert.equal(reasonOf(session), 'access_denied');
    assert.match(page.body, /cancelled/i);
  }
  assert.equal(await mailboxCount(), 0);
});

test('an unticked scope ends a session that allows no other try, names the scope and hands the grant back', async () => {
  const before = installation.sandbox.google.stats().revocations;
  const { session } = await installation.connect(
    'google',
    {
      login: 'bob@corp.test',
      untick: ['https://mail.google.com/'],
    },
    { is_retryable: false },
  );
  assert.equal(reasonOf(session), 'scope_missing');
  assert.deepEqual(memberOf(session.error, 'missing_scopes'), ['https://mail.google.com/']);
  assert.equal(installation.sandbox.google.stats().revocations, before + 1);
  assert.equal(await mailboxCount(), 0);
});

test('another mailbox than the expected one is refused', async () => {
  const { session } = await installation.connect(
    'google',
    { login: 'gina@corp.test' },
    { expected_email: 'Bob@corp.test', is_retryable: false },
  );
  assert.equal(reasonOf(session), 'wrong_mailbox');
  assert.equal(await mailboxCount(), 0);
});

test('each kind of trouble at the token endpoint ends the session with a reason of its own', async () => {
  const troubles = [
    [namedFaults.serverError('token'), 'provider_unavailable'],
    [namedFaults.rateLimited('token'), 'provider_rate_limited'],
    [namedFaults.html('token'), 'provider_answer_unreadable'],
    [namedFaults.hanging('token'), 'provider_timeout'],
  ] as const;
  for (const provider of ['google', 'microsoft'] as const) {
    const login = provider === 'google' ? 'bob@corp.test' : 'erin@contoso.test';
    for (const [fault, reason] of troubles) {
      installation.sandbox[provider].configure({ fault: { ...fault, times: 1 } });
      const { session } = await installation.connect(provider, { login });
      assert.equal(reasonOf(session), reason, `${provider}: ${reason}`);
    }
  }
  assert.equal(await mailboxCount(), 0);
});

test('a refused OAuth client is paused with its reason, and a new secret makes it active again', async () => {
  const { sandbox, call, addWorkspace } = installation;
  const workspace = await addWorkspace('With its own OAuth client');
  const { clientId, clientSecret } = sandbox.google.clients.confidential;
  const client = await workspace.call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Own',
    client_id: clientId,
    client_secret: 'not the secret',
  });
  assert.equal(client.status, 201, client.text);
  sandbox.google.addRedirectUri(String(client.body.redirect_uri));

  const failed = await installation.connect('google', { login: 'bob@corp.test' }, {}, workspace.call);
  assert.equal(reasonOf(failed.session), 'client_secret_wrong');
  const paused = await workspace.call('GET', `/v1/oauth-clients/${client.body.id}`);
  assert.equal(paused.body.status, 'paused');
  const refused = await workspace.call('POST', '/v1/connect-sessions', {
    provider: 'google',
    oauth_client_id: client.body.id,
  });
  assert.equal(refused.status, 409);
  assert.equal(refused.body.code, 'oauth_client_paused');

  await workspace.call('PATCH', `/v1/oauth-clients/${client.body.id}`, { client_secret: clientSecret });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' }, {}, workspace.call);
  assert.equal(session.status, 'connected');
  const shared = await call('GET', '/v1/oauth-clients');
  assert.ok(!shared.text.includes(String(client.body.id)), 'another workspace sees nothing of it');
});

test('a forged callback is refused and changes nothing', async () => {
  const { call, address, sandbox } = installation;
  const clients = await call('GET', '/v1/oauth-clients');
  const id = memberOf((clients.body.items as unknown[])[0], 'id');
  const before = sandbox.google.stats().tokenRequests;
  const response = await fetch(`${address}/oauth/callback/${id}?code=made-up&state=made-up`);
  assert.equal(response.status, 400);
  assert.doesNotMatch(await response.text(), /made-up/);
  assert.equal(sandbox.google.stats().tokenRequests, before);
});

test('a callback in another browser is refused, and the owner can still finish', async () => {
  const { call } = installation;
  const invitation = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  const stopped = await approve(String(invitation.body.url), {
    login: 'gina@corp.test',
    stopBeforeCallback: true,
  });
  const stranger = await fetch(stopped.callbackUrl, { redirect: 'manual' });
  assert.equal(stranger.status, 400);
  const pending = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(pending.body.status, 'pending');

  const owner = await fetch(stopped.callbackUrl, {
    headers: { cookie: stopped.cookies.header(new URL(stopped.callbackUrl)) },
    redirect: 'manual',
  });
  assert.equal(owner.status, 303);
  const done = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(done.body.status, 'connected');
});

test('the same callback many times at once redeems the code once, and all get the same answer', async () => {
  const { call, sandbox } = installation;
  const invitation = await call('POST', '/v1/connect-sessions', { provider: 'microsoft' });
  const stopped = await approve(String(invitation.body.url), {
    login: 'frank@contoso.test',
    stopBeforeCallback: true,
  });
  const before = sandbox.microsoft.stats().codeExchanges;
  const cookie = stopped.cookies.header(new URL(stopped.callbackUrl));
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => fetch(stopped.callbackUrl, { headers: { cookie }, redirect: 'manual' })),
  );
  assert.equal(sandbox.microsoft.stats().codeExchanges, before + 1);
  assert.equal(new Set(answers.map(({ status }) => status)).size, 1);
  assert.equal(new Set(answers.map(({ headers }) => headers.get('location'))).size, 1);
  const done = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(done.body.status, 'connected');
});

test('a link cannot be used twice, nor after its session was cancelled', async () => {
  const { call } = installation;
  const used = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  await approve(String(used.body.url), { login: 'gina@corp.test' });
  const cancelled = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  assert.equal((await call('DELETE', `/v1/connect-sessions/${cancelled.body.id}`)).status, 200);
  for (const { body } of [used, cancelled]) {
    const response = await fetch(String(body.url), { method: 'POST', redirect: 'manual' });
    assert.equal(response.status, 410);
    assert.equal(response.headers.get('location'), null);
  }
});

test('another account with the same address does not end a grant that is alive', async () => {
  const { sandbox, call, connect } = installation;
  const login = 'erin@contoso.test';
  sandbox.google.addUser({ login, hostedDomain: 'contoso.test' });
  const first = await connect('microsoft', { login });
  assert.equal(first.session.status, 'connected');
  const second = await connect('google', { login });
  assert.equal(reasonOf(second.session), 'address_held_by_other_account');
  const alive = await call('POST', `/v1/mailboxes/${first.session.mailbox_id}/token`);
  assert.equal(alive.status, 200);

  assert.equal((await call('DELETE', `/v1/mailboxes/${first.session.mailbox_id}`)).status, 200);
  const third = await connect('google', { login });
  assert.equal(third.session.status, 'connected');
});

test('every connection at Google comes with a refresh token, a second consent included', async () => {
  for (const attempt of ['first', 'second']) {
    const { session } = await installation.connect('google', { login: 'carol@gmail.test' });
    assert.equal(session.status, 'connected', attempt);
  }
});
