// What keeps a mailbox from working although its grant is good, told from what heals by itself.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import { freePort, type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' } });
});
after(() => installation.close());
beforeEach(() => {
  const { sandbox } = installation;
  for (const provider of ['google', 'microsoft'] as const) sandbox[provider].configure({ fault: null });
  sandbox.microsoft.setUser('erin@contoso.test', { imapDisabled: false, smtpAuthDisabled: false });
});

type Row = Record<string, unknown>;

const rowsOf = (body: Row): Row[] => {
  const results = memberOf(body.verification, 'results');
  assert.ok(Array.isArray(results), JSON.stringify(body));
  return results;
};
const row = (body: Row, transport: string): Row | undefined =>
  rowsOf(body).find((one) => one.transport === transport);

async function connected(provider: 'google' | 'microsoft', login: string, profile = 'full'): Promise<Row> {
  const { session } = await installation.connect(provider, { login }, { profile });
  assert.equal(session.status, 'connected', JSON.stringify(session));
  return (await installation.call('GET', `/v1/mailboxes/${session.mailbox_id}`)).body;
}

const verify = async (id: unknown): Promise<Row> =>
  (await installation.call('POST', `/v1/mailboxes/${id}/verify`)).body;

async function degradations(id: unknown): Promise<number> {
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  return (body.items as Row[]).filter((event) => event.object_id === id && event.type === 'mailbox.degraded')
    .length;
}

test('a mailbox is connected when every transport that its scopes open is proved', async () => {
  const cases = [
    ['google', 'bob@corp.test', 'full', ['imap', 'smtp']],
    ['google', 'gina@corp.test', 'api', ['gmail_api']],
    ['microsoft', 'erin@contoso.test', 'full', ['imap', 'smtp']],
    ['microsoft', 'frank@contoso.test', 'api', ['graph']],
    ['microsoft', 'dave@outlook.test', 'full', ['imap', 'smtp']],
  ] as const;
  for (const [provider, login, profile, transports] of cases) {
    const mailbox = await connected(provider, login, profile);
    assert.equal(mailbox.status, 'connected', JSON.stringify(mailbox));
    assert.deepEqual(
      rowsOf(mailbox)
        .map((one) => [one.transport, one.ok])
        .sort(),
      transports.map((one) => [one, true]).sort(),
    );
  }
});

test('IMAP that accepts the login and keeps the mailbox closed is told apart from a bad token', async () => {
  const { id } = await connected('microsoft', 'erin@contoso.test');
  installation.sandbox.microsoft.setUser('erin@contoso.test', { imapDisabled: true });
  const mailbox = await verify(id);
  assert.equal(mailbox.status, 'degraded');
  assert.equal(row(mailbox, 'imap')?.code, 'imap_disabled');
  assert.equal(row(mailbox, 'imap')?.actor, 'mail_administrator');
  assert.equal(row(mailbox, 'smtp')?.ok, true);
});

test('SMTP that is switched off names the administrator, and the mailbox recovers when it is switched on', async () => {
  const { id } = await connected('microsoft', 'erin@contoso.test');
  const before = await degradations(id);
  installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  await verify(id);
  const degraded = await verify(id);
  assert.equal(row(degraded, 'smtp')?.code, 'smtp_auth_disabled');
  installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: false });
  assert.equal((await verify(id)).status, 'connected');
  assert.equal((await degradations(id)) - before, 1, 'told once, on the change');
});

test('an account without a mailbox is said to have none', async () => {
  const { sandbox } = installation;
  sandbox.google.addUser({ login: 'nomail@corp.test', hostedDomain: 'corp.test', mailbox: 'missing' });
  const google = await connected('google', 'nomail@corp.test', 'api');
  assert.equal(row(google, 'gmail_api')?.code, 'mailbox_not_found');
  sandbox.microsoft.addUser({ login: 'nomail@contoso.test', mailbox: 'missing' });
  const microsoft = await connected('microsoft', 'nomail@contoso.test', 'api');
  assert.equal(row(microsoft, 'graph')?.code, 'mailbox_not_found');
});

test('a grant that is found dead by a proof is told once, as such', async () => {
  const { id } = await connected('google', 'gina@corp.test', 'api');
  const before = await degradations(id);
  installation.sandbox.google.configure({ accessTokenTtlSeconds: 1 });
  installation.sandbox.google.revokeUser('gina@corp.test');
  const mailbox = await verify(id);
  installation.sandbox.google.configure({ accessTokenTtlSeconds: 3600 });
  assert.equal(mailbox.status, 'needs_reauthorization', JSON.stringify(mailbox));
  assert.equal(row(mailbox, 'gmail_api')?.ok, false);
  const { body } = await installation.call('GET', `/v1/events?object_id=${id}&limit=100`);
  const types = (body.items as Row[]).map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'mailbox.needs_reauthorization').length, 1);
  assert.equal(await degradations(id), before);
});

test('with the authorization server down a refused login is not held against the grant', async () => {
  const { id } = await connected('google', 'bob@corp.test');
  installation.sandbox.google.configure({
    fault: [namedFaults.serverError('introspect'), namedFaults.serverError('refresh')],
  });
  const mailbox = await verify(id);
  assert.equal(mailbox.status, 'degraded');
  for (const one of rowsOf(mailbox)) assert.equal(one.heals_itself, true, JSON.stringify(one));
  installation.sandbox.google.configure({ fault: null });
});

test('a mail server that is down is a verdict that heals by itself, not an error, and not the grant', async () => {
  const closed = { host: '127.0.0.1', port: await freePort(), tls: 'implicit' };
  const other = await startInstallation({
    endpoints: (endpoints) => {
      const copy = structuredClone(endpoints);
      Reflect.set(Object(memberOf(copy.google, 'default')), 'imap', closed);
      return copy;
    },
  });
  try {
    const { session } = await other.connect('google', { login: 'bob@corp.test' });
    const { body } = await other.call('GET', `/v1/mailboxes/${session.mailbox_id}`);
    assert.equal(session.status, 'connected');
    assert.equal(body.status, 'degraded');
    assert.equal(row(body, 'imap')?.code, 'server_unreachable');
    assert.equal(row(body, 'smtp')?.ok, true);
    const token = await other.call('POST', `/v1/mailboxes/${session.mailbox_id}/token`);
    assert.equal(token.status, 200);
  } finally {
    await other.close();
  }
});

test('a token for one transport comes with what is needed to use it, and none is given for the ungranted', async () => {
  const { id } = await connected('microsoft', 'erin@contoso.test');
  const imap = await installation.call('POST', `/v1/mailboxes/${id}/token`, { resource: 'imap' });
  assert.equal(imap.body.resource, 'https://outlook.office.com');
  const targets = imap.body.targets as Row[];
  assert.deepEqual(targets.map((target) => target.transport).sort(), ['imap', 'smtp']);
  assert.ok(targets.every((target) => target.host && target.port && target.user === 'erin@contoso.test'));
  for (const resource of ['graph', 'gmail_api']) {
    const refused = await installation.call('POST', `/v1/mailboxes/${id}/token`, { resource });
    assert.equal(refused.status, 409, resource);
    assert.equal(refused.body.code, 'resource_not_granted');
  }
});
