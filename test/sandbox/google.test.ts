// Habits of Google that the stand-in keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf, clientOf, GMAIL, getWithToken, postForm, sandboxFor } from './harness.ts';

test('no refresh token comes without fresh consent, even in the same browser', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const first = await client.connect();
  assert.equal(typeof first.body.refresh_token, 'string');
  const silent = await client.connect({ cookies: first.cookies });
  assert.equal(silent.status, 200);
  assert.equal(silent.query.get('prompt'), 'none');
  assert.equal(silent.body.refresh_token, undefined);
});

test('consent belongs to person and client: a new browser is not asked again', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  await client.connect();
  const { pages, query } = await client.authorize();
  assert.deepEqual(pages, ['Choose an account']);
  assert.equal((await client.exchange(query.get('code'))).body.refresh_token, undefined);
});

test('prompt=consent asks again and gives a refresh token', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  await client.connect();
  const { body, query } = await client.connect({}, { prompt: 'consent' });
  assert.equal(query.get('prompt'), 'consent');
  assert.equal(typeof body.refresh_token, 'string');
});

test('without access_type=offline there is no refresh token', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const { body } = await client.connect({}, { access_type: undefined });
  assert.equal(body.refresh_token, undefined);
});

test('a refresh answer has no refresh token, and the old one keeps working', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const { body } = await client.connect();
  for (let round = 0; round < 3; round += 1) {
    const refreshed = await client.refresh(body.refresh_token);
    assert.equal(refreshed.status, 200);
    assert.equal('refresh_token' in refreshed.body, false);
  }
});

test('an unticked scope is missing from the token and from the scope field', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const { body } = await client.connect({ untick: [GMAIL] });
  assert.ok(!String(body.scope).includes(GMAIL));
  assert.ok(!String((await client.introspect(body.access_token)).scope).includes(GMAIL));
  const retried = await client.authorize({}, { prompt: 'consent' });
  assert.ok(retried.pages.includes('Allow access?'));
});

test('identity scopes come back under their long names', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const { body } = await client.connect();
  assert.deepEqual(String(body.scope).split(' ').sort(), [
    GMAIL,
    'https://www.googleapis.com/auth/userinfo.email',
    'https://www.googleapis.com/auth/userinfo.profile',
    'openid',
  ]);
});

test('the callback carries iss and parameters nobody asked for', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const { query } = await client.authorize({ login: 'bob@corp.test' });
  assert.equal(query.get('iss'), sandbox.google.origin);
  assert.equal(query.get('hd'), 'corp.test');
  assert.equal(query.get('authuser'), '0');
  sandbox.google.configure({ issParameter: false });
  assert.equal((await client.authorize({ login: 'bob@corp.test' })).query.get('iss'), null);
});

test('the ID token names the Workspace domain, and its issuer may lack the scheme', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const consumer = await client.connect();
  assert.equal(claimsOf(consumer.body.id_token).hd, undefined);
  assert.equal(claimsOf(consumer.body.id_token).iss, sandbox.google.origin);
  sandbox.google.configure({ issWithoutScheme: true });
  const workspace = await client.connect({ login: 'bob@corp.test' });
  assert.equal(claimsOf(workspace.body.id_token).hd, 'corp.test');
  assert.equal(claimsOf(workspace.body.id_token).iss, new URL(sandbox.google.origin).host);
});

test('revoking one token kills every grant of that user and client, and no one else', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const first = await client.connect();
  const second = await client.connect({}, { prompt: 'consent' });
  const carol = await client.connect({ login: 'carol@gmail.test' });

  const revoked = await postForm(`${sandbox.google.origin}/revoke`, {
    token: String(first.body.access_token),
  });
  assert.equal(revoked.status, 200);
  for (const { body } of [first, second]) {
    const refused = await client.refresh(body.refresh_token);
    assert.equal(refused.body.error_description, 'Token has been expired or revoked.');
    assert.equal((await client.introspect(body.access_token)).active, false);
  }
  assert.equal((await client.refresh(carol.body.refresh_token)).status, 200);
});

test('the token to revoke may stand in the query; an unknown one is invalid_token', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const { body } = await client.connect();
  const url = `${sandbox.google.origin}/revoke?token=${body.refresh_token}`;
  assert.equal((await postForm(url, {})).status, 200);
  const again = await postForm(url, {});
  assert.equal(again.status, 400);
  assert.equal(again.body.error, 'invalid_token');
  assert.ok(!JSON.stringify(sandbox.journal.entries()).includes(String(body.refresh_token)));
});

test('time-based access shows in the code answer when switched on', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.google.configure({ refreshTokenExpiresInSeconds: 86_400 });
  const { body } = await clientOf(sandbox, 'google').connect();
  assert.equal(body.refresh_token_expires_in, 86_400);
});

test('an unknown scope stops at an error page', async (t) => {
  const client = clientOf(await sandboxFor(t), 'google');
  const page = await client.authorize({}, { scope: 'openid https://example.test/unknown' });
  assert.equal(page.status, 400);
  assert.equal(page.callbackUrl, '');
});

test('the Gmail API tells a bad token, a missing scope and a missing mailbox apart', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const url = `${sandbox.google.origin}/gmail/v1/users/me/profile`;
  const { body } = await client.connect();
  const fine = await getWithToken(url, body.access_token);
  assert.equal(fine.status, 200);
  assert.equal(fine.body.emailAddress, 'alice@gmail.test');

  assert.equal((await getWithToken(url, 'garbage')).status, 401);
  const narrow = await client.connect({ login: 'carol@gmail.test', untick: [GMAIL] });
  const insufficient = await getWithToken(url, narrow.body.access_token);
  assert.equal(insufficient.status, 403);
  assert.match(JSON.stringify(insufficient.body), /ACCESS_TOKEN_SCOPE_INSUFFICIENT/);
  sandbox.google.setUser('alice@gmail.test', { mailbox: 'missing' });
  const missing = await getWithToken(url, body.access_token);
  assert.equal(missing.status, 400);
  assert.match(JSON.stringify(missing.body), /failedPrecondition/);
  await sandbox.google.expireAccessTokens();
  assert.equal((await getWithToken(url, body.access_token)).status, 401);
});

test('userinfo answers for a live token only', async (t) => {
  const sandbox = await sandboxFor(t);
  const { body } = await clientOf(sandbox, 'google').connect();
  const url = `${sandbox.google.origin}/v1/userinfo`;
  assert.equal((await getWithToken(url, body.access_token)).body.email, 'alice@gmail.test');
  assert.equal((await getWithToken(url, 'garbage')).status, 401);
});
