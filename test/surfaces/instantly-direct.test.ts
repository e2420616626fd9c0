// The operator's switch for programs that drive the provider's page by themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_DIRECT_AUTH_URL: 'on' } });
});
after(() => installation.close());

for (const [provider, login] of [
  ['google', 'bob@corp.test'],
  ['microsoft', 'erin@contoso.test'],
] as const) {
  test(`${provider}: auth_url is the provider's own address, in the form that the guide prints`, async () => {
    const { call, sandbox } = installation;
    const { body } = await call('POST', `/api/v2/oauth/${provider}/init`);
    const url = new URL(String(body.auth_url));
    assert.equal(url.origin, sandbox[provider].origin);
    assert.ok(url.searchParams.get('client_id') && url.searchParams.get('redirect_uri'));
    assert.ok(url.searchParams.get('state')?.startsWith(`api_session:${body.session_id}:`));
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');

    const { pages, status } = await approve(url.href, { login });
    assert.equal(status, 200);
    assert.ok(
      pages.some((heading) => heading.includes('is connected')),
      pages.join(),
    );
    const result = await call('GET', `/api/v2/oauth/session/status/${body.session_id}`);
    assert.equal(result.body.status, 'success');
    assert.equal(result.body.account_id, login);
  });
}

test('the switch is announced at the start, and links of the native API are bound to their browser all the same', async () => {
  const { gateway, call } = installation;
  assert.ok(gateway.notices.some((notice) => notice.includes('MAILGRANT_DIRECT_AUTH_URL')));
  const invitation = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  const stopped = await approve(String(invitation.body.url), {
    login: 'gina@corp.test',
    stopBeforeCallback: true,
  });
  const stranger = await fetch(stopped.callbackUrl, { redirect: 'manual' });
  assert.equal(stranger.status, 400);
  assert.match(await stranger.text(), /another browser/);
});
