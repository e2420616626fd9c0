// Completion by the caller's backend: what came back from the provider is kept sealed and unused until the backend has
// sent the code that only the right person's browser brought it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { systemClock } from '../../src/system.ts';
import { type Answer, type Installation, memberOf, startInstallation } from '../support/installation.ts';

const returnUrl = 'http://127.0.0.1:9/app/mailboxes';
let installation: Installation;
let aheadMilliseconds = 0;
/** How often the gateway waited for something. */
let waits = 0;
before(async () => {
  const clock = {
    ...systemClock,
    now: () => Date.now() + aheadMilliseconds,
    sleep: (...wait: Parameters<typeof systemClock.sleep>) => {
      waits += 1;
      return systemClock.sleep(...wait);
    },
  };
  installation = await startInstallation({ substitutes: { clock } });
  const listed = await installation.call('PATCH', '/v1/settings', {
    return_urls: ['http://127.0.0.1:9/app/'],
  });
  assert.equal(listed.status, 200, listed.text);
});
after(() => installation.close());

const invite = (body: Record<string, unknown> = {}): Promise<Answer> =>
  installation.call('POST', '/v1/connect-sessions', {
    provider: 'google',
    completion: 'confirm',
    return_url: returnUrl,
    ...body,
  });

/** The sign-in up to the return URL, which nobody answers; its query. */
async function signIn(invitation: Answer, login: string): Promise<URLSearchParams> {
  const { callbackUrl, cookies } = await approve(String(invitation.body.url), {
    login,
    stopBeforeCallback: true,
  });
  const callback = new URL(callbackUrl);
  const get = (url: URL) =>
    fetch(url, { redirect: 'manual', headers: { cookie: cookies.header(url) } }).then((response) => {
      cookies.store(url, response.headers.getSetCookie());
      return response.headers.get('location');
    });
  let location = await get(callback);
  if (location?.startsWith('/')) location = await get(new URL(location, callback));
  assert.ok(location?.startsWith(returnUrl), String(location));
  return new URL(String(location)).searchParams;
}

const statusOf = async (invitation: Answer): Promise<unknown> =>
  (await installation.call('GET', `/v1/connect-sessions/${invitation.body.id}`)).body.status;
const mailboxCount = async (): Promise<number> => {
  const { body } = await installation.call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  return body.items.length;
};

test('nothing is connected before the code was sent back, and its tokens are in no file as they are', async () => {
  const invitation = await invite();
  assert.equal(invitation.status, 201, invitation.text);
  const query = await signIn(invitation, 'bob@corp.test');
  assert.equal(query.get('session'), invitation.body.id);
  assert.equal(await statusOf(invitation), 'waiting_for_confirmation');
  assert.equal(await mailboxCount(), 0);
  const files = readdirSync(installation.dataDir).map((name) =>
    readFileSync(join(installation.dataDir, name)),
  );
  for (const minted of installation.sandbox.mintedSecrets()) {
    assert.ok(!files.some((bytes) => bytes.includes(minted)), 'a minted secret stands in a file');
  }

  const path = `/v1/connect-sessions/${invitation.body.id}/confirm`;
  const wrong = await installation.call('POST', path, { code: '0'.repeat(64) });
  assert.equal(wrong.body.code, 'confirmation_refused');
  assert.equal(await statusOf(invitation), 'waiting_for_confirmation', 'a guess ends nothing');

  const confirmed = await installation.call('POST', path, { code: query.get('code') });
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal(confirmed.body.status, 'connected');
  assert.equal(await mailboxCount(), 1);
  const again = await installation.call('POST', path, { code: query.get('code') });
  assert.deepEqual(
    [again.status, again.body.mailbox_id],
    [200, confirmed.body.mailbox_id],
    'an answer may get lost',
  );
});

test('a code confirms its own session only, and only for its own workspace', async () => {
  const [mine, other] = [await invite(), await invite()];
  const query = await signIn(mine, 'gina@corp.test');
  await signIn(other, 'alice@gmail.test');
  const body = { code: query.get('code') };
  const crossed = await installation.call('POST', `/v1/connect-sessions/${other.body.id}/confirm`, body);
  assert.equal(crossed.body.code, 'confirmation_refused');
  const stranger = await installation.addWorkspace('Stranger');
  const foreign = await stranger.call('POST', `/v1/connect-sessions/${mine.body.id}/confirm`, body);
  assert.equal(foreign.status, 404);
});

test('two confirmations at once connect once', async () => {
  const invitation = await invite({ expected_email: 'carol@gmail.test' });
  const query = await signIn(invitation, 'carol@gmail.test');
  const before = await mailboxCount();
  const path = `/v1/connect-sessions/${invitation.body.id}/confirm`;
  const answers = await Promise.all(
    [1, 2].map(() => installation.call('POST', path, { code: query.get('code') })),
  );
  assert.ok(answers.some(({ body }) => body.status === 'connected'));
  assert.equal(await mailboxCount(), before + 1);
  const { body } = await installation.call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  const carol = body.items.find((item) => memberOf(item, 'email') === 'carol@gmail.test');
  const token = await installation.call('POST', `/v1/mailboxes/${memberOf(carol, 'id')}/token`, {
    force_refresh: true,
  });
  assert.equal(token.status, 200, 'the grant is alive');
});

test('what was never confirmed is handed back to the provider when the session is over', async () => {
  const { sandbox, gateway } = installation;
  sandbox.google.addUser({ login: 'ivan@gmail.test', name: 'Ivan' });
  aheadMilliseconds += 1_000_000;
  await gateway.core.retention.pruneConnectSessions();
  const invitation = await invite();
  await signIn(invitation, 'ivan@gmail.test');
  const before = sandbox.google.stats().revocations;
  aheadMilliseconds += 1_000_000;
  await gateway.core.retention.pruneConnectSessions();
  assert.equal(sandbox.google.stats().revocations, before + 1);
  assert.equal(await statusOf(invitation), 'expired');
});

test('a return URL that the workspace has not entered is refused when the session is made', async () => {
  for (const url of [
    'https://evil.example/app/',
    'http://127.0.0.1:9/other',
    'http://127.0.0.1:9@evil.example/app/',
  ]) {
    const refused = await invite({ return_url: url });
    assert.equal(refused.status, 400, url);
    assert.equal(
      memberOf(Array.isArray(refused.body.fields) ? refused.body.fields[0] : null, 'field'),
      '/return_url',
    );
  }
});

test('cancelling a session that waits for its code hands back what it held', async () => {
  const { sandbox, call } = installation;
  sandbox.google.addUser({ login: 'judy@gmail.test', name: 'Judy' });
  const invitation = await invite();
  await signIn(invitation, 'judy@gmail.test');
  const before = sandbox.google.stats().revocations;
  const cancelled = await call('DELETE', `/v1/connect-sessions/${invitation.body.id}`);
  assert.ok(cancelled.status < 300, cancelled.text);
  assert.equal(sandbox.google.stats().revocations, before + 1);
});

test('another browser of the same link is given neither the result nor the code of the one that brought it', async () => {
  const { sandbox } = installation;
  sandbox.google.addUser({ login: 'kim@gmail.test', name: 'Kim' });
  const invitation = await invite();
  const url = String(invitation.body.url);
  const first = await approve(url, { login: 'alice@gmail.test', deny: true });
  assert.equal(await statusOf(invitation), 'declined');
  const query = await signIn(invitation, 'kim@gmail.test');
  const reloaded = await fetch(first.url, { headers: { cookie: first.cookies.header(new URL(first.url)) } });
  const page = await reloaded.text();
  assert.equal(reloaded.status, 404);
  assert.ok(!page.includes('kim@gmail.test') && !page.includes(String(query.get('code'))));
});

test('of two people who come back at once, one is held and confirmed; the other one is handed back', async () => {
  const { sandbox, call } = installation;
  for (const login of ['lea@gmail.test', 'max@gmail.test']) sandbox.google.addUser({ login, name: login });
  const invitation = await invite();
  const url = String(invitation.body.url);
  const ways = await Promise.all(
    ['lea@gmail.test', 'max@gmail.test'].map((login) => approve(url, { login, stopBeforeCallback: true })),
  );
  const before = sandbox.google.stats().revocations;
  const locations = await Promise.all(
    ways.map(async ({ callbackUrl, cookies }) => {
      const headers = { cookie: cookies.header(new URL(callbackUrl)) };
      const answer = await fetch(callbackUrl, { redirect: 'manual', headers });
      return answer.headers.get('location') ?? '';
    }),
  );
  const codes = locations
    .filter((location) => location.startsWith(returnUrl))
    .map((location) => new URL(location).searchParams.get('code'));
  assert.equal(codes.length, 1, locations.join(' '));
  assert.equal(sandbox.google.stats().revocations, before + 1);
  const confirmed = await call('POST', `/v1/connect-sessions/${invitation.body.id}/confirm`, {
    code: codes[0],
  });
  assert.equal(confirmed.body.status, 'connected', confirmed.text);
});

test('handing back what one session held leaves alone what another one holds of the same person', async () => {
  const { sandbox, call } = installation;
  sandbox.google.addUser({ login: 'nia@gmail.test', name: 'Nia' });
  const [one, two] = [await invite(), await invite()];
  await signIn(one, 'nia@gmail.test');
  const query = await signIn(two, 'nia@gmail.test');
  await call('DELETE', `/v1/connect-sessions/${one.body.id}`);
  const path = `/v1/connect-sessions/${two.body.id}/confirm`;
  const confirmed = await call('POST', path, { code: query.get('code') });
  assert.equal(confirmed.body.status, 'connected', confirmed.text);
  aheadMilliseconds += 11_000;
  const token = await call('POST', `/v1/mailboxes/${confirmed.body.mailbox_id}/token`, {
    force_refresh: true,
  });
  assert.equal(token.status, 200, token.text);
});

test('an OAuth client that is deleted hands back first what its sessions hold', async () => {
  const { sandbox, call } = installation;
  sandbox.google.addUser({ login: 'olaf@gmail.test', name: 'Olaf' });
  const [clientId, clientSecret] = ['short-lived.apps.example.test', 'short-lived-secret'];
  const client = await call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Short-lived',
    client_id: clientId,
    client_secret: clientSecret,
  });
  sandbox.google.addClient({ clientId, clientSecret, redirectUris: [String(client.body.redirect_uri)] });
  const invitation = await invite({ oauth_client_id: client.body.id });
  await signIn(invitation, 'olaf@gmail.test');
  const before = sandbox.google.stats().revocations;
  const gone = await call('DELETE', `/v1/oauth-clients/${client.body.id}`);
  assert.equal(gone.status, 204, gone.text);
  assert.equal(sandbox.google.stats().revocations, before + 1);
});

test('the result page of a session that is over answers at once', async () => {
  const invitation = await invite({ completion: 'result_page', return_url: undefined });
  const denied = await approve(String(invitation.body.url), { login: 'alice@gmail.test', deny: true });
  aheadMilliseconds += 700_000;
  const before = waits;
  const headers = { cookie: denied.cookies.header(new URL(denied.url)) };
  const page = await fetch(denied.url, { headers });
  assert.equal(page.status, 404);
  assert.equal(waits, before, 'nothing is waited for that cannot come');
});
