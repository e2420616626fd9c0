// Mailboxes that nobody consents for: a service account with domain-wide delegation, an OAuth client with permissions
// of its own, and shared mailboxes that a delegate's sign-in opens.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

const mailScope = 'https://mail.google.com/';

async function serviceAccountClient(delegations: Record<string, string[]>): Promise<string> {
  const keyFile = installation.sandbox.google.createServiceAccount({ delegations });
  const client = await installation.call('POST', '/v1/oauth-clients', {
    provider: 'google',
    grant_type: 'jwt_bearer',
    name: 'Service account',
    credential: { kind: 'service_account_key', value: JSON.stringify(keyFile) },
  });
  assert.equal(client.status, 201, client.text);
  assert.equal(client.body.client_id, keyFile.client_id);
  assert.ok(!client.text.includes('PRIVATE KEY'));
  return String(client.body.id);
}

const invite = async (
  oauthClientId: string,
  email: string,
  more: Record<string, unknown> = {},
): Promise<{ id: string; url: string }> => {
  const request = { provider: 'google', oauth_client_id: oauthClientId, expected_email: email, ...more };
  const { status, body, text } = await installation.call('POST', '/v1/connect-sessions', request);
  assert.equal(status, 201, text);
  return { id: String(body.id), url: String(body.url) };
};

const press = (url: string): Promise<Response> => fetch(url, { method: 'POST', redirect: 'manual' });

test('a service account connects a mailbox without a sign-in, and its tokens are minted again and again', async () => {
  const { call, sandbox } = installation;
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  const made = await call('POST', '/v1/mailboxes', { oauth_client_id: clientId, email: 'Bob@corp.test' });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.status, 'connected');
  assert.equal(made.body.email, 'bob@corp.test');
  const before = sandbox.google.stats().appGrants;
  for (const resource of ['imap', 'smtp', 'gmail_api']) {
    const token = await call('POST', `/v1/mailboxes/${made.body.id}/token`, { resource });
    assert.equal(token.status, 200, token.text);
  }
  assert.equal(sandbox.google.stats().appGrants, before, 'one stored token serves them all');
  await sandbox.google.expireAccessTokens('bob@corp.test');
  const forced = await call('POST', `/v1/mailboxes/${made.body.id}/verify`);
  assert.equal(forced.body.status, 'connected', forced.text);
  assert.ok(sandbox.google.stats().appGrants > before);
});

test('a delegation that lacks the scope is the administrator to see, ends nothing, and heals when it is there', async () => {
  const { call } = installation;
  const clientId = await serviceAccountClient({
    'corp.test': ['https://www.googleapis.com/auth/gmail.labels'],
  });
  const refused = await call('POST', '/v1/mailboxes', { oauth_client_id: clientId, email: 'gina@corp.test' });
  assert.equal(refused.status, 409);
  assert.equal(refused.body.code, 'mailbox_refused');
  assert.equal(memberOf(refused.body.verdict, 'code'), 'delegation_missing');
  assert.equal(memberOf(refused.body.verdict, 'actor'), 'mail_administrator');
  const client = await call('GET', `/v1/oauth-clients/${clientId}`);
  assert.equal(client.body.status, 'active', 'one domain without delegation pauses nobody');
});

test('an OAuth client with permissions of its own opens the mailboxes that it was let into, and no other', async () => {
  const { call, sandbox } = installation;
  const clientId = '77777777-aaaa-4bbb-8ccc-999999999999';
  const directory = String((await directoryOf('erin@contoso.test')).entraTenantId);
  sandbox.microsoft.addClient({
    clientId,
    clientSecret: 'app-only-secret-value',
    redirectUris: [],
    applicationPermissions: { [directory]: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] },
  });
  sandbox.microsoft.allowAppOnMailbox(clientId, 'frank@contoso.test');
  const client = await call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    grant_type: 'client_credentials',
    name: 'App-only',
    client_id: clientId,
    client_secret: 'app-only-secret-value',
    entra_tenant: directory,
  });
  assert.equal(client.status, 201, client.text);
  const made = await call('POST', '/v1/mailboxes', {
    oauth_client_id: client.body.id,
    email: 'frank@contoso.test',
  });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.status, 'connected');
  const refused = await call('POST', '/v1/mailboxes', {
    oauth_client_id: client.body.id,
    email: 'erin@contoso.test',
  });
  assert.equal(refused.body.code, 'mailbox_refused');
  assert.equal(memberOf(refused.body.verdict, 'code'), 'app_only_not_allowed');
});

/** What a connected mailbox's grant says of its directory. */
async function directoryOf(login: string): Promise<{ entraTenantId: string | null }> {
  const { session } = await installation.connect('microsoft', { login });
  const listed = await installation.gateway.core.mailboxes.read(
    await installation.gateway.core.apiKeys.authenticate(installation.apiKey),
    String(session.mailbox_id),
  );
  return { entraTenantId: listed.grant.entraTenantId };
}

test("a shared mailbox is connected by a delegate's sign-in, under its own address", async () => {
  const { call, sandbox } = installation;
  sandbox.microsoft.addSharedMailbox({ address: 'support@contoso.test', delegates: ['erin@contoso.test'] });
  const invitation = await call('POST', '/v1/connect-sessions', {
    provider: 'microsoft',
    shared_mailbox: 'Support@contoso.test',
  });
  assert.equal(invitation.status, 201, invitation.text);
  await approve(String(invitation.body.url), { login: 'erin@contoso.test' });
  const session = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(session.body.status, 'connected', session.text);
  const mailbox = await call('GET', `/v1/mailboxes/${session.body.mailbox_id}`);
  assert.equal(mailbox.body.email, 'support@contoso.test');
  assert.equal(mailbox.body.delegate_email, 'erin@contoso.test');
  assert.equal(mailbox.body.status, 'connected');
});

test('who may not open a shared mailbox connects nothing, and is told who can help', async () => {
  const { call, sandbox } = installation;
  sandbox.microsoft.addSharedMailbox({ address: 'office@contoso.test', delegates: ['erin@contoso.test'] });
  const invitation = await call('POST', '/v1/connect-sessions', {
    provider: 'microsoft',
    shared_mailbox: 'office@contoso.test',
  });
  await approve(String(invitation.body.url), { login: 'frank@contoso.test' });
  const session = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(session.body.status, 'failed', session.text);
  assert.equal(memberOf(session.body.error, 'code'), 'shared_mailbox_refused');
  const { body } = await call('GET', '/v1/mailboxes?email=office%40contoso.test');
  assert.deepEqual(body.items, []);
});

test('an expected address that is an alias of the account is the right mailbox', async () => {
  const { call, sandbox } = installation;
  sandbox.google.setUser('gina@corp.test', { aliases: ['sales@corp.test'] });
  const { session } = await installation.connect(
    'google',
    { login: 'gina@corp.test' },
    { expected_email: 'sales@corp.test' },
  );
  assert.equal(session.status, 'connected');
  const mailbox = await call('GET', `/v1/mailboxes/${session.mailbox_id}`);
  assert.equal(mailbox.body.email, 'gina@corp.test');
  assert.deepEqual(mailbox.body.aliases, ['sales@corp.test']);
});

test('an address that the account may only write as is not its own', async () => {
  const { sandbox } = installation;
  sandbox.google.setUser('carol@gmail.test', { sendsAs: ['boss@elsewhere.test'] });
  const { session } = await installation.connect(
    'google',
    { login: 'carol@gmail.test' },
    { expected_email: 'boss@elsewhere.test' },
  );
  assert.equal(session.status, 'wrong_mailbox');
});

test('an imported mailbox that knows no person is not reconnected by whoever has its address as an alias', async () => {
  const { call, sandbox } = installation;
  const mailbox = await importMailbox(installation, 'google', 'alice@gmail.test');
  sandbox.google.setUser('bob@corp.test', { aliases: ['alice@gmail.test'] });
  const refused = await installation.connect('google', { login: 'bob@corp.test' }, { mailbox_id: mailbox });
  assert.equal(refused.session.status, 'wrong_mailbox');
  assert.equal((await call('GET', `/v1/mailboxes/${mailbox}`)).body.email, 'alice@gmail.test');
  const right = await installation.connect('google', { login: 'alice@gmail.test' }, { mailbox_id: mailbox });
  assert.equal(right.session.status, 'connected');
});

test('a mailbox that another workspace has is refused where it is to be exclusive', async () => {
  const { call, sandbox } = installation;
  sandbox.google.addUser({ login: 'petra@corp.test', hostedDomain: 'corp.test' });
  const stranger = await installation.addWorkspace('Stranger');
  await installation.connect('google', { login: 'petra@corp.test' }, {}, stranger.call);
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  const refused = await call('POST', '/v1/mailboxes', {
    oauth_client_id: clientId,
    email: 'petra@corp.test',
    exclusive: true,
  });
  assert.equal(memberOf(refused.body.verdict, 'code'), 'mailbox_in_other_workspace', refused.text);
  const invitation = await invite(clientId, 'petra@corp.test', { exclusive: true });
  await press(invitation.url);
  const session = await call('GET', `/v1/connect-sessions/${invitation.id}`);
  assert.equal(session.body.status, 'failed');
  assert.equal(memberOf(session.body.error, 'code'), 'mailbox_in_other_workspace');
  const common = await invite(clientId, 'petra@corp.test', { managed_accounts_only: true });
  await press(common.url);
  assert.equal((await call('GET', `/v1/connect-sessions/${common.id}`)).body.status, 'connected');
});

test('no workspace opens mailboxes by an OAuth client that is not its own', async () => {
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  const stranger = await installation.addWorkspace('Another stranger');
  const request = { oauth_client_id: clientId, email: 'bob@corp.test' };
  assert.equal((await stranger.call('POST', '/v1/mailboxes', request)).status, 404);
  // One that is everybody's, as an earlier version let it be made.
  const database = new DatabaseSync(join(installation.dataDir, 'mailgrant.db'));
  database.prepare('update oauth_clients set workspace_id = null where id = ?').run(clientId);
  database.close();
  for (const call of [stranger.call, installation.call]) {
    assert.equal((await call('POST', '/v1/mailboxes', request)).status, 404);
  }
});

test('pressed twice, also at once, a link connects once and tells of it twice', async () => {
  const { call } = installation;
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  const invitation = await invite(clientId, 'bob@corp.test');
  const together = await Promise.all([press(invitation.url), press(invitation.url)]);
  const later = await press(invitation.url);
  assert.deepEqual(
    [...together, later].map(({ status }) => status),
    [200, 200, 200],
  );
  const { body } = await call('GET', '/v1/mailboxes?email=bob%40corp.test');
  assert.equal(Array.isArray(body.items) && body.items.length, 1);
});

test("a name that is another mailbox's ends the session of a link without a sign-in", async () => {
  const { call, sandbox } = installation;
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  const { core } = installation.gateway;
  const principal = await core.apiKeys.authenticate(installation.apiKey);
  const inviteAs = (externalId: string, expectedEmail: string) =>
    core.connectSessions.create(principal, {
      provider: 'google',
      profile: 'full',
      oauthClientId: clientId,
      expectedEmail,
      mailboxId: null,
      customer: null,
      managedAccountsOnly: false,
      exclusive: false,
      surface: 'native',
      externalId,
    });
  sandbox.google.addUser({ login: 'olga@corp.test', hostedDomain: 'corp.test' });
  await press((await inviteAs('crm-7', 'olga@corp.test')).url);
  const { session, url } = await inviteAs('crm-7', 'bob@corp.test');
  assert.equal((await press(url)).status, 200);
  const { body, text } = await call('GET', `/v1/connect-sessions/${session.id}`);
  assert.equal(body.status, 'failed', text);
  assert.equal(memberOf(body.error, 'code'), 'address_held_by_other_account');
});

test('an OAuth client that is deleted while its mailbox is proved gets no mailbox', async () => {
  const { call, sandbox } = installation;
  const clientId = await serviceAccountClient({ 'corp.test': [mailScope] });
  sandbox.google.addUser({ login: 'nina@corp.test', hostedDomain: 'corp.test' });
  sandbox.google.configure({ fault: { on: 'imap', times: 1, delayMs: 1500 } });
  const made = call('POST', '/v1/mailboxes', { oauth_client_id: clientId, email: 'nina@corp.test' });
  const before = sandbox.google.stats().appGrants;
  await until('a token was minted', () => sandbox.google.stats().appGrants > before);
  const deleted = await call('DELETE', `/v1/oauth-clients/${clientId}`);
  assert.ok(deleted.status < 300, deleted.text);
  const refused = await made;
  assert.equal(refused.body.code, 'mailbox_refused', refused.text);
  assert.equal(memberOf(refused.body.verdict, 'code'), 'client_unknown');
});
