// What a provider can do wrong while a token is refreshed: the grant survives everything that is not its end.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Fault, namedFaults } from '../../sandbox/faults.ts';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;

let installation: Installation;
let aheadMilliseconds = 0;
/** Puts the gateway's clock forward; the providers' own stays. */
const wait = (seconds: number): void => {
  aheadMilliseconds += seconds * 1000;
};
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMilliseconds };
  installation = await startInstallation({
    environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' },
    substitutes: { clock },
  });
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
  const id = await connectExpired(provider, 30);
  wait(31);
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

const passing: { name: string; provider?: SandboxProvider; fault: Fault; status: number; code: string }[] = [
  { name: '5xx', fault: namedFaults.serverError('refresh'), status: 503, code: 'provider_unavailable' },
  { name: '429', fault: namedFaults.rateLimited('refresh', 7), status: 503, code: 'provider_rate_limited' },
  {
    name: 'HTML instead of JSON',
    fault: namedFaults.html('refresh'),
    status: 502,
    code: 'provider_answer_unreadable',
  },
  {
    name: 'no answer at all',
    fault: namedFaults.hanging('refresh'),
    status: 503,
    code: 'provider_unavailable',
  },
  {
    name: 'a refusal of the request as such',
    fault: { on: 'refresh', error: 'invalid_request' },
    status: 502,
    code: 'provider_refused',
  },
  {
    name: 'a request-loop refusal that is called invalid_grant',
    provider: 'microsoft',
    fault: namedFaults.aadsts('refresh', 50196, 'invalid_grant'),
    status: 503,
    code: 'provider_rate_limited',
  },
];

for (const { name, provider = 'google', fault, status, code } of passing) {
  test(`${name} at the token endpoint is ${code}, remembered as such until Retry-After, and the grant lives on`, async () => {
    const server = installation.sandbox[provider];
    const id = await connectOver(provider);
    server.configure({ fault });
    const before = server.stats().faultsServed;
    for (const answer of [await read(id), await read(id)]) {
      assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    }
    assert.equal(server.stats().faultsServed - before, 1, 'the second answer is remembered');
    assert.notEqual(await mailboxStatus(id), 'needs_reauthorization');

    server.configure({ fault: null });
    // Entra's loop refusal stands for five minutes, whatever the answer says.
    wait(310);
    assert.equal((await read(id)).status, 200);
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
  answers.push(await read(id));
  for (const { status, body } of answers) {
    assert.deepEqual([status, body.code], [503, 'provider_rate_limited']);
  }
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
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 30 });
  const ids: unknown[] = [];
  for (const login of ['erin@contoso.test', 'frank@contoso.test']) {
    const { session } = await installation.connect('microsoft', { login }, {}, workspace.call);
    ids.push(session.mailbox_id);
  }
  const proofs = new Map<unknown, unknown>();
  for (const id of ids) {
    proofs.set(id, (await workspace.call('GET', `/v1/mailboxes/${id}`)).body.verification);
  }
  wait(31);

  sandbox.microsoft.configure({
    accessTokenTtlSeconds: 3600,
    fault: namedFaults.clientSecretExpired('refresh'),
  });
  for (const id of ids) {
    const answer = await workspace.call('POST', `/v1/mailboxes/${id}/token`);
    assert.equal(answer.status, 409);
    assert.equal(answer.body.code, 'oauth_client_paused');
    assert.equal(memberOf(answer.body.verdict, 'code'), 'client_secret_expired');
    const verified = await workspace.call('POST', `/v1/mailboxes/${id}/verify`);
    assert.equal(verified.status, 200, verified.text);
    for (const { body } of [verified, await workspace.call('GET', `/v1/mailboxes/${id}`)]) {
      assert.equal(body.status, 'connected');
      assert.deepEqual(body.verification, proofs.get(id), 'the last proof stands: nothing could be proved');
    }
  }
  const events = await workspace.call('GET', '/v1/events?limit=100');
  const pauses = (events.body.items as Record<string, unknown>[]).filter(
    ({ type }) => type === 'oauth_client.paused',
  );
  assert.equal(pauses.length, 1);
  assert.doesNotMatch(events.text, /mailbox\.degraded/);

  sandbox.microsoft.configure({ fault: null });
  await workspace.call('PATCH', `/v1/oauth-clients/${client.body.id}`, { client_secret: clientSecret });
  for (const id of ids) {
    assert.equal((await workspace.call('POST', `/v1/mailboxes/${id}/token`)).status, 200);
    const { body } = await workspace.call('POST', `/v1/mailboxes/${id}/verify`);
    assert.equal(body.status, 'connected');
    assert.notDeepEqual(body.verification, proofs.get(id));
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
  // A token that is only seconds old is not refreshed again.
  wait(11);
  const second = await read(id, { force_refresh: true });
  assert.equal(second.body.refreshed, true);
  assert.notEqual(second.body.access_token, first.body.access_token);
});
