// Rules of OAuth 2.0 that both stand-ins enforce alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { approve } from '../../sandbox/end-user.ts';
import { clientOf, DEFAULT_LOGIN, postForm, sandboxFor } from './harness.ts';

for (const provider of ['google', 'microsoft'] as const) {
  test(`${provider}: a code works once, and a second use kills the tokens of the first`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { query } = await client.authorize();
    const first = await client.exchange(query.get('code'));
    assert.equal(first.status, 200);
    assert.equal((await client.introspect(first.body.access_token)).active, true);

    const second = await client.exchange(query.get('code'));
    assert.equal(second.status, 400);
    assert.equal(second.body.error, 'invalid_grant');
    assert.equal((await client.introspect(first.body.access_token)).active, false);
    assert.equal((await client.refresh(first.body.refresh_token)).body.error, 'invalid_grant');
  });

  test(`${provider}: PKCE with S256 is required and the verifier must fit`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const without = await client.authorize(
      {},
      { code_challenge: undefined, code_challenge_method: undefined },
    );
    assert.equal(without.query.get('error'), 'invalid_request');
    const plain = await client.authorize({}, { code_challenge_method: 'plain' });
    assert.equal(plain.query.get('error'), 'invalid_request');

    const { query } = await client.authorize();
    const wrong = await client.exchange(query.get('code'), { code_verifier: 'x'.repeat(43) });
    assert.equal(wrong.body.error, 'invalid_grant');
  });

  test(`${provider}: only a registered redirect URI is used, compared exactly`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    for (const redirect_uri of ['http://127.0.0.1:9/other', 'http://127.0.0.1:9/callback/']) {
      const page = await approve(client.authorizeUrl({ redirect_uri }), { login: DEFAULT_LOGIN[provider] });
      assert.equal(page.callbackUrl, '');
      assert.equal(page.status, 400);
    }
    const { query } = await client.authorize();
    const wrong = await client.exchange(query.get('code'), { redirect_uri: 'http://127.0.0.1:9/other' });
    assert.equal(wrong.body.error, 'invalid_grant');
  });

  test(`${provider}: Cancel comes back as access_denied with the state`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { query } = await client.authorize({ deny: true });
    assert.equal(query.get('error'), 'access_denied');
    assert.equal(query.get('state'), 'the-state');
    assert.equal(query.get('code'), null);
  });

  test(`${provider}: a wrong client secret is invalid_client and leaves the grant alone`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { body } = await client.connect();
    const refused = await client.refresh(body.refresh_token, { client_secret: 'wrong' });
    assert.equal(refused.status, 401);
    assert.equal(refused.body.error, 'invalid_client');
    assert.equal((await client.refresh(body.refresh_token)).status, 200);
  });

  test(`${provider}: the ID token verifies against the published keys`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { body } = await client.connect();
    const path = provider === 'google' ? '/oauth2/v3/certs' : '/common/discovery/v2.0/keys';
    const keys = createRemoteJWKSet(new URL(sandbox[provider].origin + path));
    const { payload } = await jwtVerify(String(body.id_token), keys, {
      audience: sandbox[provider].clients.confidential.clientId,
    });
    assert.equal(payload.nonce, 'the-nonce');
  });

  test(`${provider}: only the mail server's client may introspect`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { body } = await client.connect();
    const { dovecot, clients } = sandbox[provider];
    const asked = await postForm(dovecot.introspectionUrl, {
      client_id: clients.confidential.clientId,
      client_secret: clients.confidential.clientSecret,
      token: String(body.access_token),
    });
    assert.notEqual(asked.body.active, true);
  });

  test(`${provider}: prompt=none without a session comes back at once, in the provider's word`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { query, pages } = await client.authorize({}, { prompt: 'none' });
    assert.equal(query.get('error'), provider === 'google' ? 'interaction_required' : 'login_required');
    assert.equal(query.get('state'), 'the-state');
    assert.deepEqual(pages, []);
    if (provider === 'microsoft') assert.match(query.get('error_description') ?? '', /^AADSTS50058/);
  });

  test(`${provider}: login_hint preselects, another account can still be chosen`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const other = provider === 'google' ? 'carol@gmail.test' : 'frank@contoso.test';
    const { body } = await client.connect({ login: other }, { login_hint: DEFAULT_LOGIN[provider] });
    assert.equal((await client.introspect(body.access_token)).email, other);
  });

  test(`${provider}: another account can be chosen in the same browser`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { cookies } = await client.connect();
    const other = provider === 'google' ? 'carol@gmail.test' : 'frank@contoso.test';
    const { body } = await client.connect({ login: other, cookies }, { prompt: 'select_account' });
    assert.equal((await client.introspect(body.access_token)).email, other);
  });

  test(`${provider}: forced expiry ends access tokens, not the grant`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { body } = await client.connect();
    await sandbox[provider].expireAccessTokens(DEFAULT_LOGIN[provider]);
    assert.equal((await client.introspect(body.access_token)).active, false);
    const refreshed = await client.refresh(body.refresh_token);
    assert.equal((await client.introspect(refreshed.body.access_token)).active, true);
  });

  test(`${provider}: revoking a person kills every grant and the remembered consent`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { body, cookies } = await client.connect();
    await sandbox[provider].revokeUser(DEFAULT_LOGIN[provider]);
    assert.equal((await client.introspect(body.access_token)).active, false);
    assert.equal((await client.refresh(body.refresh_token)).body.error, 'invalid_grant');
    const again = await client.authorize({ cookies });
    assert.deepEqual(again.pages, ['Allow access?']);
  });

  test(`${provider}: a disabled account can neither refresh nor sign in`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { body } = await client.connect();
    sandbox[provider].setUser(DEFAULT_LOGIN[provider], { disabled: true });
    assert.equal((await client.refresh(body.refresh_token)).body.error, 'invalid_grant');
    await assert.rejects(client.authorize(), /does not offer/);
  });

  test(`${provider}: minted grants refresh like connected ones`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const scope =
      provider === 'google' ? 'https://mail.google.com/' : 'https://graph.microsoft.com/Mail.Read';
    const grants = await sandbox[provider].mint({ login: DEFAULT_LOGIN[provider], scope, count: 3 });
    assert.equal(new Set(grants.map(({ refreshToken }) => refreshToken)).size, 3);
    for (const { refreshToken, accessToken } of grants) {
      assert.equal((await client.introspect(accessToken)).scope, scope);
      assert.equal((await client.refresh(refreshToken)).status, 200);
    }
  });
}
