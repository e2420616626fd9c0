// What a person sees when the client is wrong or stopped: a page of the provider's own, never a redirect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import type { ClientPolicy } from '../../sandbox/index.ts';
import { clientOf, REDIRECT_URI, sandboxFor } from './harness.ts';

for (const prompt of ['none', undefined]) {
  const asked = prompt === undefined ? 'a usual request' : 'prompt=none';

  test(`Entra: ${asked} with a wrong client, redirect URI or tenant stays on a page`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, 'microsoft');
    const single = {
      clientId: 'single',
      clientSecret: 's',
      redirectUris: [REDIRECT_URI],
      isMultiTenant: false,
    };
    sandbox.microsoft.addClient(single);
    const cases: [string, Record<string, string>, string?][] = [
      ['AADSTS700016', { client_id: 'nobody' }],
      ['AADSTS50011', { redirect_uri: 'http://127.0.0.1:9/other' }],
      ['AADSTS90002', {}, 'nowhere.test'],
      ['AADSTS50194', { client_id: 'single' }],
    ];
    for (const [code, extra, tenant] of cases) {
      const url = client.authorizeUrl({ prompt, ...extra }, tenant);
      const page = await approve(url, { login: 'erin@contoso.test' });
      assert.equal(page.callbackUrl, '', code);
      assert.equal(page.status, 400, code);
      assert.match(page.body, new RegExp(`${code}:`));
    }
  });

  test(`Google: ${asked} with a wrong client or redirect URI stays on a page`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, 'google');
    sandbox.google.addClient({ clientId: 'gone', clientSecret: 's', redirectUris: [REDIRECT_URI] });
    sandbox.google.removeClient('gone');
    const cases: [string, Record<string, string>][] = [
      ['invalid_client', { client_id: 'nobody' }],
      ['deleted_client', { client_id: 'gone' }],
      ['redirect_uri_mismatch', { redirect_uri: 'http://127.0.0.1:9/other' }],
    ];
    for (const [code, extra] of cases) {
      const page = await approve(client.authorizeUrl({ prompt, ...extra }), { login: 'alice@gmail.test' });
      assert.equal(page.callbackUrl, '', code);
      assert.equal(page.status, 400, code);
      assert.match(page.body, new RegExp(code));
    }
  });
}

const POLICIES = [
  ['admin_policy_enforced', 'Error 400: admin_policy_enforced'],
  ['access_denied_unverified', 'Error 403: access_denied'],
  ['rate_limit_exceeded', 'Error 403: rate_limit_exceeded'],
  ['org_internal', 'Error 403: org_internal'],
  ['disallowed_useragent', 'Error 403: disallowed_useragent'],
] as const satisfies [ClientPolicy, string][];

for (const [policy, heading] of POLICIES) {
  test(`Google: ${policy} stops the person after the account was picked, until it is lifted`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, 'google');
    const { clientId } = sandbox.google.clients.confidential;
    sandbox.google.setClientPolicy(clientId, policy);
    const stopped = await client.authorize();
    assert.deepEqual(stopped.pages, ['Choose an account', heading]);
    assert.equal(stopped.callbackUrl, '');
    sandbox.google.setClientPolicy(clientId, null);
    assert.ok((await client.authorize({ cookies: stopped.cookies })).query.has('code'));
  });
}

test('Google: a policy stops those too who consented before', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const { cookies } = await client.connect();
  sandbox.google.setClientPolicy(sandbox.google.clients.confidential.clientId, 'admin_policy_enforced');
  const stopped = await client.authorize({ cookies });
  assert.deepEqual(stopped.pages, ['Error 400: admin_policy_enforced']);
});

test('Google: an Internal app lets its own organization in', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const redirectUris = [REDIRECT_URI];
  sandbox.google.addClient({
    clientId: 'internal',
    clientSecret: 's',
    redirectUris,
    organization: 'corp.test',
  });
  sandbox.google.setClientPolicy('internal', 'org_internal');
  const member = await client.authorize({ login: 'bob@corp.test' }, { client_id: 'internal' });
  assert.ok(member.query.has('code'));
  const stranger = await client.authorize({}, { client_id: 'internal' });
  assert.equal(stranger.callbackUrl, '');
});
