// Access without a person: certificates in place of secrets, service accounts, apps that act for themselves.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { AuthenticatedClient, ProviderAdapter } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { type ClientCertificate, createClientCertificate } from './credential-files.ts';
import { oauthClient, openedWith } from './helpers.ts';
import { redirectUri, type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';

const signal = new AbortController().signal;
const outlook = 'https://outlook.office.com';
const graph = 'https://graph.microsoft.com';
const mail = 'https://mail.google.com/';

let world: SandboxWorld;
let certificate: ClientCertificate;
let otherCertificate: ClientCertificate;
before(async () => {
  world = await startSandboxWorld();
  [certificate, otherCertificate] = await Promise.all([createClientCertificate(), createClientCertificate()]);
});
after(() => world?.close());

const failureOf = (answer: Awaited<ReturnType<ProviderAdapter['mint']>>): string[] => {
  assert.ok(!answer.ok, 'a token was given out');
  return [answer.failure.kind, answer.failure.reason];
};

/** An app that the directory contoso.test lets act for itself. */
const appOnly = (changes: Partial<AuthenticatedClient> = {}, isKnown = true): AuthenticatedClient => {
  const clientId = randomUUID();
  world.sandbox.microsoft.addClient({
    clientId,
    clientSecret: `secret of ${clientId}`,
    redirectUris: [redirectUri],
    certificates: [{ certificatePem: certificate.certificatePem }],
    homeTenant: isKnown ? 'contoso.test' : 'elsewhere.test',
    applicationPermissions: isKnown
      ? { 'contoso.test': ['IMAP.AccessAsApp', 'SMTP.SendAsApp', 'Mail.ReadWrite'] }
      : {},
  });
  return oauthClient('microsoft', {
    clientId,
    grantType: 'client_credentials',
    entraTenant: 'contoso.test',
    personalAccounts: false,
    ...openedWith('secret', `secret of ${clientId}`),
    ...changes,
  });
};

const serviceAccount = (delegations: Record<string, string[]> = { 'corp.test': [mail] }) => {
  const file = world.sandbox.google.createServiceAccount({ delegations });
  const client = oauthClient('google', {
    clientId: file.client_id,
    grantType: 'jwt_bearer',
    ...openedWith('service_account_key', JSON.stringify(file)),
  });
  return { file, client };
};

const mintAt = (client: AuthenticatedClient, email: string, resource: string, scopes: string[] = []) =>
  world.providers[client.provider].mint(client, { email, resource, scopes }, signal);

test('an app gets a token of its own, with a secret or a certificate, for either resource', async () => {
  for (const opened of [{}, openedWith('certificate', certificate.pem)]) {
    const client = appOnly(opened);
    for (const resource of [outlook, graph]) {
      const answer = await mintAt(client, 'erin@contoso.test', resource);
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.equal(answer.value.scope, null);
      assert.equal(answer.value.refreshToken, null);
      assert.ok(answer.value.expiresInSeconds > 0);
    }
  }
});

test('an app that the directory does not let in, or that is not itself, gets none', async () => {
  assert.deepEqual(failureOf(await mintAt(appOnly({}, false), 'erin@contoso.test', outlook)), [
    'oauth_client',
    'client_unknown',
  ]);
  assert.deepEqual(
    failureOf(await mintAt(appOnly(openedWith('secret', 'wrong')), 'erin@contoso.test', outlook)),
    ['oauth_client', 'client_secret_wrong'],
  );
  const withOther = appOnly(openedWith('certificate', otherCertificate.pem));
  assert.deepEqual(failureOf(await mintAt(withOther, 'erin@contoso.test', outlook)), [
    'oauth_client',
    'client_assertion_refused',
  ]);
});

test('an app without a directory of its own asks nobody', async () => {
  const before = world.sandbox.microsoft.stats().tokenRequests;
  for (const entraTenant of ['common', 'organizations', null]) {
    const answer = await mintAt(appOnly({ entraTenant }), 'erin@contoso.test', outlook);
    assert.deepEqual(failureOf(answer), ['request', 'tenant_unknown']);
  }
  assert.equal(world.sandbox.microsoft.stats().tokenRequests, before);
});

test('a credential that cannot be read asks nobody, and is neither grant’s nor client’s fault', async () => {
  const before = world.sandbox.microsoft.stats().tokenRequests;
  const client = appOnly(openedWith('certificate', 'no certificate'));
  assert.deepEqual(failureOf(await mintAt(client, 'erin@contoso.test', outlook)), [
    'transient',
    'credential_unavailable',
  ]);
  assert.equal(world.sandbox.microsoft.stats().tokenRequests, before);
});

test('a person’s grant is refreshed with a certificate as with a secret', async () => {
  const { microsoft } = world.providers;
  const client = appOnly({
    grantType: 'authorization_code',
    entraTenant: 'common',
    ...openedWith('certificate', certificate.pem),
  });
  const scopes = microsoft.scopesFor(client, 'full');
  const [grant] = await world.sandbox.microsoft.mint({
    login: 'erin@contoso.test',
    scope: scopes.join(' '),
    clientId: client.clientId,
  });
  assert.ok(grant);
  const request = {
    refreshToken: secret(grant.refreshToken),
    scopes: microsoft.scopesOfResource(client, outlook, scopes.join(' ')),
    entraTenantId: null,
  };
  const refreshed = await microsoft.refresh(client, request, signal);
  assert.ok(refreshed.ok, JSON.stringify(refreshed));
  assert.deepEqual(microsoft.transports(client, refreshed.value.scope ?? ''), ['imap', 'smtp']);

  // At a directory that is not the registration's own, too.
  const withOther = { ...client, ...openedWith('certificate', otherCertificate.pem) };
  const refused = await microsoft.refresh(withOther, request, signal);
  assert.ok(!refused.ok);
  assert.deepEqual(
    [refused.failure.kind, refused.failure.reason],
    ['oauth_client', 'client_assertion_refused'],
  );
  assert.ok(!JSON.stringify(refused).includes(grant.refreshToken));
});

test('a service account gets a token for a mailbox of a domain that delegates to it', async () => {
  const { client } = serviceAccount();
  const answer = await mintAt(client, 'bob@corp.test', mail, [mail]);
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.equal(answer.value.refreshToken, null);
  const profile = await fetch(`${world.sandbox.google.origin}/gmail/v1/users/me/profile`, {
    headers: { authorization: `Bearer ${answer.value.accessToken.reveal()}` },
  });
  assert.deepEqual(
    [profile.status, Reflect.get(Object(await profile.json()), 'emailAddress')],
    [200, 'bob@corp.test'],
  );
});

test('what an organisation has not delegated says nothing of the service account', async () => {
  const { client } = serviceAccount();
  assert.deepEqual(failureOf(await mintAt(client, 'alice@gmail.test', mail, [mail])), [
    'request',
    'delegation_missing',
  ]);
  const modify = 'https://www.googleapis.com/auth/gmail.modify';
  assert.deepEqual(failureOf(await mintAt(client, 'bob@corp.test', mail, [modify])), [
    'request',
    'delegation_missing',
  ]);
  assert.deepEqual(failureOf(await mintAt(client, 'nobody@corp.test', mail, [mail])), [
    'request',
    'mailbox_not_found',
  ]);
});

test('a service account with another key, or that is gone, is the OAuth client’s trouble', async () => {
  const { client, file } = serviceAccount();
  const { private_key } = serviceAccount().file;
  const forged = {
    ...client,
    ...openedWith('service_account_key', JSON.stringify({ ...file, private_key })),
  };
  const expected = ['oauth_client', 'service_account_unknown'];
  assert.deepEqual(failureOf(await mintAt(forged, 'bob@corp.test', mail, [mail])), expected);
  world.sandbox.google.removeClient(client.clientId);
  assert.deepEqual(failureOf(await mintAt(client, 'bob@corp.test', mail, [mail])), expected);
});

test('a clock that is wrong is not the key’s fault', async () => {
  const { client } = serviceAccount();
  const tomorrow = world.providersAt(() => Date.now() + 24 * 3600 * 1000);
  const request = { email: 'bob@corp.test', resource: mail, scopes: [mail] };
  assert.deepEqual(failureOf(await tomorrow.google.mint(client, request, signal)), [
    'request',
    'request_refused',
  ]);
});

test('nothing that was sent comes back in the words of a refusal', async () => {
  const { client, file } = serviceAccount({});
  const answer = await mintAt(client, 'bob@corp.test', mail, [mail]);
  assert.ok(!answer.ok);
  assert.ok(!JSON.stringify(answer).includes(file.private_key.slice(40, 80)));
});
