// Trying a registration without a person: every mistake is found on the right subject, and nothing is claimed that
// was not proved.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import type { AuthenticatedClient, RegistrationFinding } from '../../src/core/ports.ts';
import { createEgress } from '../../src/egress.ts';
import { parseEndpointFile } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { type ClientCertificate, createClientCertificate } from './credential-files.ts';
import { json, oauthClient, openedWith, type Respond, startServer, systemClock } from './helpers.ts';
import { redirectUri, type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';

const signal = new AbortController().signal;

let world: SandboxWorld;
let certificate: ClientCertificate;
before(async () => {
  [world, certificate] = await Promise.all([startSandboxWorld(), createClientCertificate()]);
});
after(() => world?.close());

/** `subject: result` or `subject: result, reason`. */
const summary = (findings: RegistrationFinding[]): string[] =>
  findings.map(
    ({ subject, result, reason }) => `${subject}: ${result}${reason === null ? '' : `, ${reason}`}`,
  );

const examine = async (
  client: AuthenticatedClient,
  request: { redirectUri?: string; email?: string } = {},
): Promise<string[]> => {
  const findings = await world.providers[client.provider].examine(
    client,
    { redirectUri: request.redirectUri ?? redirectUri, email: request.email ?? null },
    signal,
  );
  const { text } = client.opened;
  assert.ok(!JSON.stringify(findings).includes(text.reveal()), 'a finding repeats the credential');
  return summary(findings);
};

const entra = (
  registration: { isMultiTenant?: boolean; homeTenant?: string } = {},
  changes: Partial<AuthenticatedClient> = {},
): AuthenticatedClient => {
  const clientId = randomUUID();
  const clientSecret = `secret of ${clientId}`;
  const certificates = [{ certificatePem: certificate.certificatePem }];
  world.sandbox.microsoft.addClient({
    clientId,
    clientSecret,
    certificates,
    redirectUris: [redirectUri],
    ...registration,
  });
  return oauthClient('microsoft', { clientId, ...openedWith('secret', clientSecret), ...changes });
};

const allOfEntra = ['directory: passed', 'client_id: passed', 'credential: passed', 'redirect_uri: passed'];

test('Microsoft: a sound registration passes, of any directory or of one, by secret or certificate', async () => {
  assert.deepEqual(await examine(entra()), allOfEntra);
  assert.deepEqual(await examine(entra({}, { entraTenant: 'contoso.test' })), allOfEntra);
  assert.deepEqual(await examine(entra({}, openedWith('certificate', certificate.pem))), allOfEntra);
});

test('Microsoft: a wrong secret is found on the credential, and an expired one by its own reason', async () => {
  const client = entra();
  const expected = (reason: string) => [
    'directory: passed',
    'client_id: passed',
    `credential: failed, ${reason}`,
    'redirect_uri: passed',
  ];
  assert.deepEqual(
    await examine({ ...client, ...openedWith('secret', 'a wrong one') }),
    expected('client_secret_wrong'),
  );
  const other = await createClientCertificate();
  assert.deepEqual(
    await examine({ ...client, ...openedWith('certificate', other.pem) }),
    expected('client_assertion_refused'),
  );
  assert.deepEqual(
    await examine({ ...client, ...openedWith('certificate', 'no certificate') }),
    expected('credential_unavailable'),
  );
  world.sandbox.microsoft.expireSecret(client.opened.text.reveal());
  assert.deepEqual(await examine(client), expected('client_secret_expired'));
});

test('Microsoft: a redirect URI that is not registered is found, the rest passes', async () => {
  assert.deepEqual(await examine(entra(), { redirectUri: `${redirectUri}/other` }), [
    'directory: passed',
    'client_id: passed',
    'credential: passed',
    'redirect_uri: failed, redirect_uri_mismatch',
  ]);
});

test('Microsoft: an unknown client and an unknown directory are told apart', async () => {
  const unknownClient = entra({}, { clientId: randomUUID() });
  assert.deepEqual(await examine(unknownClient), ['directory: passed', 'client_id: failed, client_unknown']);
  const nowhere = entra({}, { entraTenant: 'nowhere.test' });
  assert.deepEqual(await examine(nowhere), ['directory: failed, tenant_unknown']);
});

test('Microsoft: a registration for one organisation alone is not used for any', async () => {
  const client = entra({ isMultiTenant: false, homeTenant: 'contoso.test' });
  assert.deepEqual(await examine(client), ['directory: failed, client_single_tenant']);
  assert.deepEqual(await examine({ ...client, entraTenant: 'contoso.test' }), allOfEntra);
});

test('Microsoft: an app without people passes by a token of its own', async () => {
  const appOnly = { grantType: 'client_credentials', entraTenant: 'contoso.test' } as const;
  const client = entra({}, appOnly);
  assert.deepEqual(await examine(client), allOfEntra.slice(0, 3));
  assert.deepEqual(await examine({ ...client, ...openedWith('secret', 'Wr0ng~value') }), [
    'directory: passed',
    'client_id: passed',
    'credential: failed, client_secret_wrong',
  ]);
  assert.deepEqual(await examine({ ...client, entraTenant: 'nowhere.test' }), [
    'directory: failed, tenant_unknown',
  ]);
  assert.deepEqual(await examine({ ...client, entraTenant: 'common' }), [
    'directory: unknown, tenant_unknown',
  ]);
});

const googleClient = (changes: Partial<AuthenticatedClient> = {}): AuthenticatedClient => {
  const clientId = `${randomUUID()}.apps.example.test`;
  const clientSecret = `secret of ${clientId}`;
  world.sandbox.google.addClient({ clientId, clientSecret, redirectUris: [redirectUri] });
  return oauthClient('google', { clientId, ...openedWith('secret', clientSecret), ...changes });
};

test('Google: a sound registration passes', async () => {
  assert.deepEqual(await examine(googleClient()), [
    'client_id: passed',
    'credential: passed',
    'redirect_uri: passed',
  ]);
});

test('Google: each mistake is found where it is', async () => {
  assert.deepEqual(await examine(googleClient(openedWith('secret', 'Wr0ng~value'))), [
    'client_id: passed',
    'credential: failed, client_secret_wrong',
    'redirect_uri: passed',
  ]);
  assert.deepEqual(await examine(googleClient(), { redirectUri: `${redirectUri}/other` }), [
    'client_id: passed',
    'credential: passed',
    'redirect_uri: failed, redirect_uri_mismatch',
  ]);
  assert.deepEqual(await examine(googleClient({ clientId: 'x.apps.example.test' })), [
    'client_id: failed, client_unknown',
  ]);
  const deleted = googleClient();
  world.sandbox.google.removeClient(deleted.clientId);
  assert.deepEqual(await examine(deleted), ['client_id: failed, client_unknown']);
});

const serviceAccount = (scopes: string[]): AuthenticatedClient => {
  const file = world.sandbox.google.createServiceAccount({ delegations: { 'corp.test': scopes } });
  return oauthClient('google', {
    clientId: file.client_id,
    grantType: 'jwt_bearer',
    ...openedWith('service_account_key', JSON.stringify(file)),
  });
};

test('a service account proves itself alone, and its delegation with a mailbox', async () => {
  const own = ['client_id: passed', 'credential: passed'];
  const client = serviceAccount(['https://mail.google.com/']);
  assert.deepEqual(await examine(client), [...own, 'delegation: unknown, test_mailbox_needed']);
  assert.deepEqual(await examine(client, { email: 'bob@corp.test' }), [...own, 'delegation: passed']);
  assert.deepEqual(await examine(client, { email: 'alice@gmail.test' }), [
    ...own,
    'delegation: failed, delegation_missing',
  ]);
  assert.deepEqual(await examine(client, { email: 'nobody@corp.test' }), [
    ...own,
    'delegation: unknown, mailbox_not_found',
  ]);
  const sendOnly = serviceAccount(['https://www.googleapis.com/auth/gmail.send']);
  assert.deepEqual(await examine(sendOnly, { email: 'bob@corp.test' }), [...own, 'delegation: passed']);
});

test('a service account that is gone, or not the one that was entered, is found', async () => {
  const client = serviceAccount([]);
  assert.deepEqual(await examine({ ...client, clientId: '42' }), [
    'client_id: failed, service_account_unknown',
  ]);
  world.sandbox.google.removeClient(client.clientId);
  assert.deepEqual(await examine(client, { email: 'bob@corp.test' }), [
    'credential: failed, service_account_unknown',
  ]);
});

test('a provider in trouble proves nothing and refuses nothing', async (t) => {
  world.sandbox.microsoft.configure({ fault: namedFaults.serverError('token') });
  t.after(() => world.sandbox.microsoft.configure({ fault: null }));
  assert.deepEqual(await examine(entra()), [
    'directory: passed',
    'client_id: passed',
    'credential: unknown, provider_unavailable',
    'redirect_uri: passed',
  ]);
});

/** Both endpoints of both providers on one server of any behaviour. */
const examineAt = async (respond: Respond, client: AuthenticatedClient, ends = signal): Promise<string[]> => {
  const server = await startServer(respond);
  const egress = createEgress();
  const { google, microsoft } = createProviders({
    endpoints: parseEndpointFile({
      google: { default: { authorization: `${server.origin}/authorize`, token: `${server.origin}/token` } },
      microsoft: {
        global: {
          authorization: `${server.origin}/{tenant}/authorize`,
          token: `${server.origin}/{tenant}/token`,
        },
      },
    }),
    egressFetch: egress.fetch,
    egressPost: egress.post,
    clock: systemClock,
  });
  const adapter = client.provider === 'google' ? google : microsoft;
  const findings = await adapter.examine(client, { redirectUri, email: null }, ends);
  await egress.close();
  await server.close();
  return summary(findings);
};

test('a provider that looks at the code before the secret proves no secret', async () => {
  const refusesCodes: Respond = (response, request) =>
    request.url.includes('/token')
      ? json(400, { error: 'invalid_grant', error_description: 'Malformed auth code.' })(response, request)
      : response.writeHead(302, { location: `${redirectUri}?error=interaction_required` }).end();
  assert.deepEqual(await examineAt(refusesCodes, oauthClient('google')), [
    'client_id: passed',
    'credential: unknown, test_mailbox_needed',
    'redirect_uri: passed',
  ]);
});

test('a redirect to elsewhere, or back with another error, proves nothing', async () => {
  const nothing = [
    'client_id: unknown, test_mailbox_needed',
    'credential: unknown, provider_answer_unreadable',
    'redirect_uri: unknown, test_mailbox_needed',
  ];
  for (const location of [
    `http://127.0.0.1:9/elsewhere?error=login_required`,
    `${redirectUri}?error=server_error`,
    'https://accounts.example.test/signin?authError=%%%',
  ]) {
    const respond: Respond = (response) => response.writeHead(302, { location }).end();
    assert.deepEqual(await examineAt(respond, oauthClient('google')), nothing, location);
  }
});

test('Google’s error is read from where it packs it, Entra’s from the data of its page', async () => {
  const packed = Buffer.from('\n\x15redirect_uri_mismatch\x12\x04text').toString('base64url');
  const google: Respond = (response) =>
    response.writeHead(302, { location: `https://accounts.example.test/error?authError=${packed}` }).end();
  assert.ok(
    (await examineAt(google, oauthClient('google'))).includes('redirect_uri: failed, redirect_uri_mismatch'),
  );
  const page = '<script>$Config={"iMaxStackForKnockoutAsyncComponents":10000,"sErrorCode":"50011"}</script>';
  const microsoft: Respond = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  assert.ok(
    (await examineAt(microsoft, oauthClient('microsoft'))).includes(
      'redirect_uri: failed, redirect_uri_mismatch',
    ),
  );
});

test('a provider that never answers leaves everything unknown when the time is up', async () => {
  for (const provider of ['google', 'microsoft'] as const) {
    const found = await examineAt(() => {}, oauthClient(provider), AbortSignal.timeout(100));
    assert.ok(found.length >= 3);
    assert.ok(
      found.every((line) => line.endsWith(': unknown, provider_timeout')),
      found.join('\n'),
    );
  }
});
