// Who may consent at Entra, what the others see, and how an administrator consents for everybody.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { approve, type Choice } from '../../sandbox/end-user.ts';
import type { DirectorySettings } from '../../sandbox/index.ts';
import {
  clientOf,
  DEFAULT_SCOPE,
  OUTLOOK_IMAP,
  OUTLOOK_SMTP,
  postForm,
  REDIRECT_URI,
  sandboxFor,
} from './harness.ts';

const ADMIN = 'admin@contoso.test';
const SEND_SCOPE = `openid email profile offline_access ${OUTLOOK_SMTP}`;

async function directory(t: TestContext, settings: Partial<DirectorySettings> = {}) {
  const sandbox = await sandboxFor(t);
  sandbox.microsoft.setDirectory('contoso.test', settings);
  const client = clientOf(sandbox, 'microsoft');
  const { clientId } = sandbox.microsoft.clients.confidential;
  const adminUrl = (extra: Record<string, string> = {}, tenant = 'contoso.test') => {
    const scope = `${OUTLOOK_IMAP} ${OUTLOOK_SMTP} offline_access`;
    const query = { client_id: clientId, scope, redirect_uri: REDIRECT_URI, state: 'the-state', ...extra };
    return `${sandbox.microsoft.origin}/${tenant}/v2.0/adminconsent?${new URLSearchParams(query)}`;
  };
  const consent = async (
    choice: Partial<Choice> = {},
    extra: Record<string, string> = {},
    tenant?: string,
  ) => {
    const person = { login: ADMIN, ...choice, stopBeforeCallback: true };
    const outcome = await approve(adminUrl(extra, tenant), person);
    return { ...outcome, query: new URL(outcome.callbackUrl || 'http://none').searchParams };
  };
  return { sandbox, client, clientId, consent };
}

test('a person who may not consent stays on a page of Entra', async (t) => {
  const { client } = await directory(t, { userConsent: 'send_only' });
  const stopped = await client.authorize();
  assert.deepEqual(stopped.pages, ['Choose an account', 'Need admin approval']);
  assert.match(stopped.body, /AADSTS90094/);
  assert.equal(stopped.callbackUrl, '');
});

test('returning without granting consent comes back as a refusal', async (t) => {
  const { client } = await directory(t, { userConsent: 'none' });
  const { query } = await client.authorize({ approval: 'return' });
  assert.equal(query.get('error'), 'access_denied');
  assert.equal(query.get('error_subcode'), 'cancel');
  assert.match(query.get('error_description') ?? '', /^AADSTS65004:/);
  assert.equal(query.get('state'), 'the-state');
});

test('asking the administrator comes back as consent_required', async (t) => {
  const { client } = await directory(t, { userConsent: 'none', adminConsentRequests: true });
  const { query, pages } = await client.authorize({ approval: 'request' });
  assert.ok(pages.includes('Approval required'));
  assert.equal(query.get('error'), 'consent_required');
  assert.match(query.get('error_description') ?? '', /^AADSTS90095:/);
  assert.equal((await client.authorize({ approval: 'return' })).query.get('error'), 'access_denied');
});

test('a request for approval cannot be smuggled past the page, nor a consent', async (t) => {
  const { client } = await directory(t, { userConsent: 'none' });
  const stopped = await client.authorize();
  for (const step of ['allow', 'request']) {
    const response = await fetch(stopped.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: stopped.cookies.header(new URL(stopped.url)) },
      body: new URLSearchParams({ step }),
    });
    assert.equal(response.headers.get('location'), null);
    assert.match(await response.text(), /Need admin approval/);
  }
});

test('where only sending may be allowed, sending can be allowed', async (t) => {
  const { client } = await directory(t, { userConsent: 'send_only' });
  const { status, body } = await client.connect({}, { scope: SEND_SCOPE });
  assert.equal(status, 200);
  assert.equal(body.scope, OUTLOOK_SMTP);
});

test('where nothing may be allowed, sending cannot be allowed', async (t) => {
  const { client } = await directory(t, { userConsent: 'none' });
  assert.equal((await client.authorize({}, { scope: SEND_SCOPE })).callbackUrl, '');
});

test('administrators and personal accounts consent for themselves', async (t) => {
  const { client } = await directory(t, { userConsent: 'none' });
  assert.equal((await client.connect({ login: ADMIN })).status, 200);
  assert.equal((await client.connect({ login: 'dave@outlook.test' })).status, 200);
});

test('what was allowed earlier stays allowed, unless consent is asked for again', async (t) => {
  const { sandbox, client } = await directory(t);
  const before = await client.connect();
  sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'none' });
  assert.equal((await client.refresh(before.body.refresh_token)).status, 200);
  assert.equal((await client.connect()).status, 200);
  assert.equal((await client.authorize({}, { prompt: 'consent' })).callbackUrl, '');
});

test('after an administrator accepted, everybody there connects without a consent page', async (t) => {
  const { client, consent } = await directory(t, { userConsent: 'none' });
  const { query, pages } = await consent();
  assert.deepEqual(pages, ['Choose an account', 'Permissions requested']);
  assert.equal(query.get('admin_consent'), 'True');
  assert.equal(query.get('state'), 'the-state');
  assert.match(query.get('tenant') ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(query.get('scope')?.split(' ').sort(), [OUTLOOK_IMAP, OUTLOOK_SMTP, 'offline_access']);
  assert.equal(query.get('error'), null);
  for (const login of ['erin@contoso.test', 'frank@contoso.test']) {
    const connected = await client.authorize({ login }, { scope: DEFAULT_SCOPE.microsoft });
    assert.deepEqual(connected.pages, ['Choose an account']);
    const { body } = await client.exchange(connected.query.get('code'));
    assert.equal(typeof body.refresh_token, 'string');
  }
});

test('the consent of one directory and client is none for another', async (t) => {
  const { sandbox, client, consent } = await directory(t, { userConsent: 'none' });
  sandbox.microsoft.addUser({ login: 'zoe@fabrikam.test' });
  sandbox.microsoft.setDirectory('fabrikam.test', { userConsent: 'none' });
  sandbox.microsoft.addClient({ clientId: 'other', clientSecret: 's', redirectUris: [REDIRECT_URI] });
  await consent();
  assert.equal((await client.authorize({ login: 'zoe@fabrikam.test' })).callbackUrl, '');
  assert.equal((await client.authorize({}, { client_id: 'other' })).callbackUrl, '');
});

test('an administrator who cancels sends back a refusal, and nothing is allowed', async (t) => {
  const { client, consent } = await directory(t, { userConsent: 'none' });
  const { query } = await consent({ deny: true });
  assert.equal(query.get('admin_consent'), 'True');
  assert.equal(query.get('error'), 'consent_required');
  assert.match(query.get('error_description') ?? '', /^AADSTS65004:/);
  assert.equal(query.get('state'), 'the-state');
  assert.equal((await client.authorize()).callbackUrl, '');
});

test('only an administrator of that directory can accept', async (t) => {
  const { sandbox, client, consent } = await directory(t, { userConsent: 'none' });
  const plain = await consent({ login: 'erin@contoso.test' });
  assert.equal(plain.callbackUrl, '');
  assert.match(plain.body, /AADSTS90094:/);
  sandbox.microsoft.addUser({ login: 'boss@fabrikam.test', isAdministrator: true });
  await assert.rejects(consent({ login: 'boss@fabrikam.test' }), /does not offer/);
  const forged = new URLSearchParams({ administrator: 'erin@contoso.test', step: 'allow' });
  const url = `${sandbox.microsoft.origin}${new URL(plain.url).pathname}${new URL(plain.url).search}`;
  const response = await fetch(url, { method: 'POST', redirect: 'manual', body: forged });
  assert.equal(response.headers.get('location'), null);
  assert.equal((await client.authorize()).callbackUrl, '');
});

test('organizations leads to the directory of whoever signs in; common is refused', async (t) => {
  const { sandbox, consent } = await directory(t);
  sandbox.microsoft.addUser({ login: 'boss@fabrikam.test', isAdministrator: true });
  const { query } = await consent({ login: 'boss@fabrikam.test' }, {}, 'organizations');
  const named = await consent({ login: 'boss@fabrikam.test' }, {}, 'fabrikam.test');
  assert.equal(query.get('tenant'), named.query.get('tenant'));
  for (const tenant of ['common', 'consumers', 'nowhere.test']) {
    assert.equal((await consent({}, {}, tenant)).callbackUrl, '');
  }
});

test('a wrong client or redirect URI is never redirected to', async (t) => {
  const { consent } = await directory(t);
  const other = await consent({}, { redirect_uri: 'http://127.0.0.1:9/other' });
  assert.equal(other.callbackUrl, '');
  assert.match(other.body, /AADSTS50011:/);
  assert.match((await consent({}, { client_id: 'nobody' })).body, /AADSTS700016:/);
  assert.match((await consent({}, { scope: 'https://example.test/unknown' })).body, /AADSTS70011:/);
});

test('accepting a whole resource grants its application permissions too', async (t) => {
  const { sandbox, consent } = await directory(t);
  sandbox.microsoft.addUser({ login: 'boss@fabrikam.test', isAdministrator: true });
  const credentials = { client_id: 'app', client_secret: 'app-secret' };
  sandbox.microsoft.addClient({
    clientId: 'app',
    clientSecret: 'app-secret',
    redirectUris: [REDIRECT_URI],
    requestedApplicationPermissions: ['IMAP.AccessAsApp', 'Mail.ReadWrite'],
  });
  const scope = 'https://outlook.office365.com/.default';
  const ask = () =>
    postForm(`${sandbox.microsoft.origin}/fabrikam.test/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      scope,
      ...credentials,
    });
  assert.deepEqual((await ask()).body.error_codes, [700016]);
  await consent({ login: 'boss@fabrikam.test' }, { client_id: 'app', scope }, 'fabrikam.test');
  const { access_token } = (await ask()).body;
  const { roles } = await clientOf(sandbox, 'microsoft').introspect(access_token);
  assert.deepEqual(roles, ['IMAP.AccessAsApp']);
});

test('consent can be given without a browser', async (t) => {
  const { sandbox, client, clientId } = await directory(t, { userConsent: 'none' });
  sandbox.microsoft.grantAdminConsent('contoso.test', clientId, [OUTLOOK_IMAP, OUTLOOK_SMTP]);
  assert.deepEqual((await client.authorize()).pages, ['Choose an account']);
});
