// What the providers know without asking anyone: scopes, resources, URLs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInEndpoints } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { oauthClient, systemClock } from './helpers.ts';

const { google, microsoft } = createProviders({
  endpoints: builtInEndpoints,
  egressFetch: () => Promise.reject(new Error('nothing is called here')),
  clock: systemClock,
});
const googleClient = oauthClient('google');
const entraClient = oauthClient('microsoft');
const outlook = 'https://outlook.office.com';
const graph = 'https://graph.microsoft.com';

const urlOf = (client = entraClient, loginHint: string | null = null): URL => {
  const provider = client.provider === 'google' ? google : microsoft;
  const request = { redirectUri: 'https://m.test/cb', scopes: ['openid', 'a'], state: 's', nonce: 'n' };
  return new URL(provider.authorizationUrl(client, { ...request, codeChallenge: 'c', loginHint }));
};

test('the default cloud comes first', () => {
  assert.equal(google.clouds[0], 'default');
  assert.equal(microsoft.clouds[0], 'global');
});

test('a profile asks for its scopes and never mixes two resources', () => {
  assert.deepEqual(google.scopesFor(googleClient, 'full'), [
    'openid',
    'email',
    'profile',
    'https://mail.google.com/',
  ]);
  assert.deepEqual(microsoft.scopesFor(entraClient, 'full'), [
    'openid',
    'email',
    'profile',
    'offline_access',
    `${outlook}/IMAP.AccessAsUser.All`,
    `${outlook}/SMTP.Send`,
  ]);
  assert.ok(!microsoft.scopesFor(entraClient, 'api').some((scope) => scope.startsWith(outlook)));
});

test('Microsoft’s scopes are compared without case, and with or without their resource', () => {
  const granted = 'imap.accessasuser.all HTTPS://OUTLOOK.OFFICE.COM/smtp.send';
  assert.deepEqual(microsoft.missingScopes(entraClient, 'full', granted), []);
  assert.deepEqual(microsoft.missingScopes(entraClient, 'full', 'SMTP.Send openid'), [
    `${outlook}/IMAP.AccessAsUser.All`,
  ]);
  assert.deepEqual(microsoft.missingScopes(entraClient, 'api', 'User.Read Mail.ReadWrite Mail.Send'), []);
  const alias = 'https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send';
  assert.deepEqual(microsoft.transports(entraClient, alias), ['imap', 'smtp']);
});

test('a Graph scope does not count for Exchange', () => {
  assert.deepEqual(microsoft.transports(entraClient, `${graph}/IMAP.AccessAsUser.All`), []);
  assert.equal(microsoft.missingScopes(entraClient, 'full', `${graph}/IMAP.AccessAsUser.All`).length, 2);
});

test('the scopes of one resource leave the other’s and the identity words out', () => {
  const granted = `openid ${outlook}/SMTP.Send Mail.Send ${graph}/User.Read offline_access`;
  assert.deepEqual(microsoft.scopesOfResource(entraClient, outlook, granted), [`${outlook}/SMTP.Send`]);
  assert.deepEqual(microsoft.scopesOfResource(entraClient, graph, granted), [
    `${graph}/Mail.Send`,
    `${graph}/User.Read`,
  ]);
  assert.deepEqual(microsoft.scopesOfResource(entraClient, 'https://vault.azure.net', granted), []);
  assert.deepEqual(
    google.scopesOfResource(googleClient, 'https://mail.google.com/', 'openid https://mail.google.com/'),
    ['https://mail.google.com/'],
  );
  assert.deepEqual(google.scopesOfResource(googleClient, 'https://mail.google.com/', 'openid email'), []);
});

test('Google’s mail scope covers the narrower one', () => {
  assert.deepEqual(google.missingScopes(googleClient, 'api', 'https://mail.google.com/'), []);
});

test('resources are found by transport and by URL', () => {
  assert.equal(microsoft.resourceOf(entraClient, 'imap'), outlook);
  assert.equal(microsoft.resourceOf(entraClient, 'graph'), graph);
  assert.equal(microsoft.resourceOf(entraClient, `${graph}/`), graph);
  assert.equal(microsoft.resourceOf(entraClient, 'gmail_api'), null);
  assert.equal(microsoft.resourceOf(entraClient, 'https://evil.test'), null);
  assert.equal(google.resourceOf(googleClient, 'smtp'), 'https://mail.google.com/');
  assert.equal(google.resourceOf(googleClient, 'https://mail.google.com'), 'https://mail.google.com/');
  assert.equal(google.resourceOf(googleClient, 'graph'), null);
  const gov = oauthClient('microsoft', { cloud: 'us-gov-l4' });
  assert.equal(microsoft.resourceOf(gov, 'imap'), 'https://outlook.office365.us');
});

test('targets come from the cloud of the client', () => {
  assert.deepEqual(microsoft.target(entraClient, 'smtp'), {
    transport: 'smtp',
    server: { host: 'smtp.office365.com', port: 587, tls: 'starttls' },
  });
  assert.throws(() => microsoft.target(entraClient, 'gmail_api'), TypeError);
  assert.throws(() => google.target(googleClient, 'graph'), TypeError);
  assert.throws(
    () => microsoft.target(oauthClient('microsoft', { cloud: 'gone' }), 'imap'),
    /no Microsoft cloud/,
  );
});

test('Google is asked for offline access and consent, and never to merge earlier grants', () => {
  const { searchParams } = urlOf(googleClient, 'ann@corp.test');
  assert.equal(searchParams.get('access_type'), 'offline');
  assert.equal(searchParams.get('prompt'), 'consent');
  assert.equal(searchParams.get('login_hint'), 'ann@corp.test');
  assert.equal(searchParams.get('code_challenge_method'), 'S256');
  assert.equal(searchParams.has('include_granted_scopes'), false);
  assert.equal(searchParams.has('hd'), false);
  const managedOnly = urlOf(oauthClient('google', { personalAccounts: false }));
  assert.equal(managedOnly.searchParams.get('hd'), '*');
});

test('Microsoft never gets login_hint together with select_account', () => {
  assert.equal(urlOf().searchParams.get('prompt'), 'select_account');
  const hinted = urlOf(entraClient, 'erin@contoso.test').searchParams;
  assert.equal(hinted.get('login_hint'), 'erin@contoso.test');
  assert.equal(hinted.has('prompt'), false);
});

test('the directory in the path follows the client, and keeps consumers out where they are not wanted', () => {
  const path = (changes: Parameters<typeof oauthClient>[1]): string =>
    urlOf(oauthClient('microsoft', changes)).pathname.split('/')[1] ?? '';
  assert.equal(path({}), 'common');
  assert.equal(path({ personalAccounts: false }), 'organizations');
  assert.equal(path({ personalAccounts: false, entraTenant: 'contoso.com' }), 'contoso.com');
  assert.equal(path({ entraTenant: null }), 'common');
  assert.equal(path({ entraTenant: 'a/../b' }), 'a%2F..%2Fb');
});
