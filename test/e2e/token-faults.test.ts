// What a provider can do wrong while a token is refreshed: the grant survives everything that is not its end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Fault, namedFaults } from '../../sandbox/faults.ts';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;

let installation: Installation;
before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' } });
});
after(() => installation.close());
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null, accessTokenTtlSeconds: 3600 });
  }
});

/** A connected mailbox whose token must be refreshed at the next read. */
async function connectExpired(provider: SandboxProvider, seconds = 30): Promise<string> {
  const { sandbox, connect } = installation;
  sandbox[provider].configure({ accessTokenTtlSeconds: seconds });
  const { session } = await connect(provider, { login: owners[provider] });
  assert.equal(session.status, 'connected');
  sandbox[provider].configure({ accessTokenTtlSeconds: 3600 });
  return String(session.mailbox_id);
}

/** A connected mailbox whose token is over, not only close to its end. */
async function connectOver(provider: SandboxProvider): Promise<string> {
  const id = await connectExpired(provider, 1);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return id;
}

const read = (id: string, body?: unknown) => installation.call('POST', `/v1/mailboxes/${id}/token`, body);
const mailboxStatus = async (id: string) =>
  (await installation.call('GET', `/v1/mailboxes/${id}`)).body.status;

async function eventTypes(objectId: string): Promise<unknown[]> {
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  return (body.items as Record<string, unknown>[])
    .filter((event) => event.object_id === objectId)
    .map((event) => event.type);
}

const passing: [string, Fault, string][] = [
  ['5xx', namedFaults.serverError('refresh'), 'provider_unavailable'],
  ['429', namedFaults.rateLimited('refresh', 1), 'provider_rate_limited'],
  ['HTML instead of JSON', namedFaults.html('refresh'), 'provider_answer_unreadable'],
  ['no answer at all', namedFaults.hanging('refresh'), 'provider_unavailable'],
  [
    'a request-loop refusal that is called invalid_grant',
    namedFaults.aadsts('refresh', 50196, 'invalid_grant'),
    'provider_',
  ],
];

for (const [name, fault, code] of passing) {
  test(`${name} at the token endpoint is a clear error with Retry-After, and the grant lives on`, async () => {
    const provider = name.startsWith('a request-loop') ? 'microsoft' : 'google';
    const id = await connectOver(provider);
    installation.sandbox[provider].configure({ fault });
    const answer = await read(id);
    assert.ok([502, 503].includes(answer.status), `${answer.status} ${answer.text}`);
    assert.ok(String(answer.body.code).startsWith(code), answer.text);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    assert.notEqual(await mailboxStatus(id), 'needs_reauthorization');

    installation.sandbox[provider].configure({ fault: null });
    await until('the provider is asked again', async () => (await read(id)).status === 200);
  });
}

test('a token that is still good is served while the provider is down', async () => {
  const id = await connectExpired('google', 50);
  installation.sandbox.google.configure({ fault: namedFaults.serverError('refresh') });
  const answer = await read(id);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.refreshed, false);
});

test('a provider in trouble is asked once, however many ask', async () => {
  const id = await connectOver('google');
  installation.sandbox.google.configure({ fault: namedFaults.rateLimited('refresh', 30) });
  const before = installation.sandbox.google.stats().faultsServed;
  const answers = await Promise.all(Array.from({ length: 20 }, () => read(id)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [503]);
  assert.equal((await read(id)).status, 503);
  assert.equal(installation.sandbox.google.stats().faultsServed - before, 1);
});

test('a dead grant is 409 with verdict and reconnect link, raises one event, and reconnecting keeps the id', async () => {
  const { sandbox, call } = installation;
  const id = await connectOver('microsoft');
  await sandbox.microsoft.revokeUser(owners.microsoft);
  const refreshes = sandbox.microsoft.stats().tokenRequests;
  const answers = await Promise.all(Array.from({ length: 10 }, () => read(id)));
  for (const answer of answers) {
    assert.equal(answer.status, 409);
    assert.equal(answer.body.code, 'needs_reauthorization');
    assert.equal(memberOf(answer.body.verdict, 'actor'), 'mailbox_owner');
  }
  assert.equal(sandbox.microsoft.stats().tokenRequests - refreshes, 1);
  assert.equal(await mailboxStatus(id), 'needs_reauthorization');
  assert.equal((await eventTypes(id)).filter((type) => type === 'mailbox.needs_reauthorization').length, 1);

  const link = String(answers[0]?.body.reconnect_url);
  await approve(link, { login: 'frank@contoso.test' });
  assert.equal(await mailboxStatus(id), 'needs_reauthorization', 'another person cannot take its place');
  await approve(link, { login: owners.microsoft });
  assert.equal(await mailboxStatus(id), 'connected');
  assert.equal((await read(id)).status, 200);
  const list = await call('GET', '/v1/mailboxes');
  assert.equal(
    (list.body.items as Record<string, unknown>[]).filter((one) => one.email === owners.microsoft).length,
    1,
  );
});

test('an expired client secret pauses the OAuth client with one event and marks no mailbox', async () => {
  const { sandbox, call, addWorkspace } = installation;
  const workspace = await addWorkspace('Own client');
  const { clientId, clientSecret } = sandbox.microsoft.clients.confidential;
  const client = await workspace.call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'Own',
    client_id: clientId,
    client_secret: clientSecret,
  });
  sandbox.microsoft.addRedirectUri(String(client.body.redirect_uri));
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 1 });
  const ids: unknown[] = [];
  for (const login of ['erin@contoso.test', 'frank@contoso.test']) {
    const { session } = await installation.connect('microsoft', { login }, {}, workspace.call);
    ids.push(session.mailbox_id);
  }
  await new Promise((resolve) => setTimeout(resolve, 1100));

  sandbox.microsoft.configure({
    accessTokenTtlSeconds: 3600,
    fault: namedFaults.clientSecretExpired('refresh'),
  });
  for (const id of ids) {
    const answer = await workspace.call('POST', `/v1/mailboxes/${id}/token`);
    assert.equal(answer.status, 409);
    assert.equal(answer.body.code, 'oauth_client_paused');
    assert.equal(memberOf(answer.body.verdict, 'code'), 'client_secret_expired');
    assert.equal((await workspace.call('GET', `/v1/mailboxes/${id}`)).body.status, 'connected');
  }
  const events = await workspace.call('GET', '/v1/events?limit=100');
  const pauses = (events.body.items as Record<string, unknown>[]).filter(
    ({ type }) => type === 'oauth_client.paused',
  );
  assert.equal(pauses.length, 1);

  sandbox.microsoft.configure({ fault: null });
  await workspace.call('PATCH', `/v1/oauth-clients/${client.body.id}`, { client_secret: clientSecret });
  for (const id of ids) {
    assert.equal((await workspace.call('POST', `/v1/mailboxes/${id}/token`)).status, 200);
  }
  assert.equal((await call('GET', '/v1/oauth-clients')).status, 200);
});

test('no read hangs longer than its time-out when the provider never answers', async () => {
  const id = await connectOver('google');
  installation.sandbox.google.configure({ fault: namedFaults.hanging('refresh') });
  const startedAt = Date.now();
  const answer = await read(id);
  assert.equal(answer.status, 503);
  assert.ok(Date.now() - startedAt < 10_000, 'the provider time-out is two seconds here');
});

test("Google's missing refresh token on refresh leaves the stored one in place", async () => {
  const id = await connectExpired('google');
  const first = await read(id);
  assert.equal(first.body.refreshed, true);
  await new Promise((resolve) => setTimeout(resolve, 10_100));
  const second = await read(id, { force_refresh: true });
  assert.equal(second.body.refreshed, true);
  assert.notEqual(second.body.access_token, first.body.access_token);
});
