// What the providers know without asking anyone: scopes, resources, URLs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInEndpoints } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { oauthClient, systemClock } from './helpers.ts';

const { google, microsoft } = createProviders({
  endpoints: builtInEndpoints,
  egressFetch: () => Promise.reject(new Error('nothing is called here')),
  egressPost: () => Promise.reject(new Error('nothing is called here')),
  clock: systemClock,
});
const googleClient = oauthClient('google');
const entraClient = oauthClient('microsoft');
const outlook = 'https://outlook.office.com';
const graph = 'https://graph.microsoft.com';
const mailScope = 'https://mail.google.com/';
const modifyScope = 'https://www.googleapis.com/auth/gmail.modify';
const sendScope = 'https://www.googleapis.com/auth/gmail.send';

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

test('Google’s wider scopes cover the narrower ones, and never the other way round', () => {
  assert.deepEqual(google.missingScopes(googleClient, 'api', mailScope), []);
  assert.deepEqual(google.missingScopes(googleClient, 'send_only', mailScope), []);
  assert.deepEqual(google.missingScopes(googleClient, 'send_only', modifyScope), []);
  assert.deepEqual(google.missingScopes(googleClient, 'api', sendScope), [modifyScope]);
  assert.deepEqual(google.missingScopes(googleClient, 'full', `${sendScope} ${modifyScope}`), [mailScope]);
});

test('to send alone asks for nothing but sending', () => {
  assert.deepEqual(google.scopesFor(googleClient, 'send_only'), ['openid', 'email', 'profile', sendScope]);
  assert.deepEqual(google.transports(googleClient, sendScope), ['gmail_api']);
  const scopes = microsoft.scopesFor(entraClient, 'send_only');
  assert.deepEqual(scopes, ['openid', 'email', 'profile', 'offline_access', `${outlook}/SMTP.Send`]);
  assert.deepEqual(microsoft.transports(entraClient, scopes.join(' ')), ['smtp']);
  assert.deepEqual(microsoft.missingScopes(entraClient, 'send_only', 'SMTP.Send'), []);
  assert.equal(microsoft.primaryResource(entraClient, 'send_only'), outlook);
});

test('Google’s mail scope opens the Gmail API too, though it is not meant for it', () => {
  assert.deepEqual(google.transports(googleClient, mailScope), ['imap', 'smtp']);
  assert.deepEqual(google.opens(googleClient, mailScope), ['imap', 'smtp', 'gmail_api']);
  assert.deepEqual(google.opens(googleClient, `${mailScope} ${modifyScope}`), ['imap', 'smtp', 'gmail_api']);
  assert.deepEqual(google.opens(googleClient, sendScope), ['gmail_api']);
  assert.deepEqual(google.opens(googleClient, 'openid'), []);
  const granted = `${outlook}/SMTP.Send`;
  assert.deepEqual(microsoft.opens(entraClient, granted), microsoft.transports(entraClient, granted));
});

test('an app that acts for itself needs permissions of its own, and no identity', () => {
  const app = oauthClient('microsoft', { grantType: 'client_credentials', entraTenant: 'contoso.test' });
  const full = [`${outlook}/IMAP.AccessAsApp`, `${outlook}/SMTP.SendAsApp`];
  assert.deepEqual(microsoft.scopesFor(app, 'full'), full);
  assert.deepEqual(microsoft.scopesFor(app, 'api'), [`${graph}/Mail.ReadWrite`, `${graph}/Mail.Send`]);
  assert.deepEqual(microsoft.scopesFor(app, 'send_only'), [`${outlook}/SMTP.SendAsApp`]);
  assert.deepEqual(microsoft.missingScopes(app, 'full', full.join(' ')), []);
  assert.deepEqual(microsoft.missingScopes(app, 'full', `${outlook}/SMTP.SendAsApp`), [full[0]]);
  // What a person may give is no permission of the app.
  assert.deepEqual(microsoft.missingScopes(app, 'full', 'IMAP.AccessAsUser.All SMTP.Send'), full);
  assert.deepEqual(microsoft.transports(app, full.join(' ')), ['imap', 'smtp']);
  assert.deepEqual(microsoft.transports(app, `${graph}/Mail.Send`), ['graph']);
  assert.deepEqual(microsoft.scopesOfResource(app, outlook, `${full.join(' ')} ${graph}/Mail.Send`), full);
  assert.deepEqual(microsoft.resourcesOf(app, `${full.join(' ')} ${graph}/Mail.Send`), [outlook, graph]);
});

test('a service account asks for mail and nobody’s identity', () => {
  const account = oauthClient('google', { grantType: 'jwt_bearer', extraScopes: [sendScope] });
  assert.deepEqual(google.scopesFor(account, 'full'), [mailScope, sendScope]);
  assert.deepEqual(google.scopesFor({ ...account, extraScopes: [] }, 'api'), [modifyScope]);
});

const consentUrl = (changes: Parameters<typeof oauthClient>[1], entraTenant: string | null): URL => {
  const client = oauthClient('microsoft', changes);
  const scopes = microsoft.scopesFor(client, 'full');
  assert.ok(microsoft.adminConsentUrl);
  const request = { redirectUri: 'https://m.test/cb', scopes, state: 's', entraTenant };
  return new URL(microsoft.adminConsentUrl(client, request));
};

test('an administrator is asked at the right directory, and never at one that has none', () => {
  const tenant = (changes: Parameters<typeof oauthClient>[1], entraTenant: string | null): string =>
    consentUrl(changes, entraTenant).pathname;
  assert.equal(tenant({}, 'fabrikam.test'), '/fabrikam.test/v2.0/adminconsent');
  assert.equal(tenant({ entraTenant: 'contoso.test' }, null), '/contoso.test/v2.0/adminconsent');
  for (const entraTenant of ['common', 'organizations', 'consumers', null]) {
    assert.equal(tenant({ entraTenant }, null), '/organizations/v2.0/adminconsent');
    assert.equal(tenant({ entraTenant }, entraTenant), '/organizations/v2.0/adminconsent');
  }
  assert.equal(consentUrl({ cloud: 'china' }, null).host, 'login.partner.microsoftonline.cn');
  assert.equal(google.adminConsentUrl, null);
  assert.equal(google.readAdminConsent(new URLSearchParams('admin_consent=True')), null);
});

test('an administrator approves all that a person would be asked for, or the app’s own permissions', () => {
  const { searchParams } = consentUrl({}, null);
  assert.equal(searchParams.get('client_id'), 'client-1');
  assert.equal(searchParams.get('redirect_uri'), 'https://m.test/cb');
  assert.equal(searchParams.get('state'), 's');
  const scope = `openid email profile offline_access ${outlook}/IMAP.AccessAsUser.All ${outlook}/SMTP.Send`;
  assert.equal(searchParams.get('scope'), scope);
  const app = consentUrl({ grantType: 'client_credentials', entraTenant: 'contoso.test' }, null);
  assert.equal(app.searchParams.get('scope'), 'https://outlook.office365.com/.default');
});

test('the answer of an administrator is read, and any other callback is none', () => {
  const read = (query: string) => microsoft.readAdminConsent(new URLSearchParams(query));
  const tenant = '0B7F6F0E-2f7c-4d6c-9f5e-0d4f7a1b2c3d';
  assert.deepEqual(read(`admin_consent=True&tenant=${tenant}&state=s&scope=x`), {
    isGranted: true,
    entraTenantId: tenant.toLowerCase(),
  });
  assert.deepEqual(read('admin_consent=true&tenant=contoso'), { isGranted: true, entraTenantId: null });
  for (const query of [
    'error=access_denied&error_description=AADSTS65004%3A+declined&admin_consent=True&state=state-of-it',
    'error=permission_denied&error_description=The+admin+canceled&state=state-of-it',
  ]) {
    const refused = read(query);
    assert.ok(refused?.isGranted === false, query);
    assert.equal(refused.reason, 'access_denied', query);
    assert.notEqual(refused.provider.description, null);
    assert.ok(!JSON.stringify(refused).includes('state-of-it'));
  }
  assert.equal(read('code=c&state=s'), null);
  assert.equal(read('admin_consent=False'), null);
  assert.equal(read(''), null);
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
