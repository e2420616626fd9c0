// What one refusal alone does not tell: whether it was meant, how old the consent was, and what was quietly taken away.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { type Answer, type Installation, memberOf, startInstallation } from '../support/installation.ts';

const day = 24 * 3600;
let installation: Installation;
let aheadMilliseconds = 0;
const wait = (seconds: number): void => {
  aheadMilliseconds += seconds * 1000;
};
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMilliseconds };
  installation = await startInstallation({ substitutes: { clock } });
});
after(() => installation.close());
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
});

async function connect(provider: SandboxProvider, login: string): Promise<string> {
  const { session } = await installation.connect(provider, { login });
  assert.equal(session.status, 'connected');
  return String(session.mailbox_id);
}
const force = (id: string): Promise<Answer> =>
  installation.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
const reasonOf = ({ body }: Answer): unknown => memberOf(body.verdict, 'code');
async function eventsOf(id: string, type: string): Promise<unknown[]> {
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  assert.ok(Array.isArray(body.items));
  return body.items.filter(
    (event) => memberOf(event, 'object_id') === id && memberOf(event, 'type') === type,
  );
}

test('AADSTS70000 is asked about a second time, a minute later, and a grant that lives again was never given up', async () => {
  const id = await connect('microsoft', 'erin@contoso.test');
  wait(60);
  const { microsoft } = installation.sandbox;
  microsoft.configure({ fault: { ...namedFaults.aadsts('refresh', 70000, 'invalid_grant'), times: 1 } });
  const first = await force(id);
  assert.equal(first.body.code, 'provider_unavailable', first.text);
  assert.equal(reasonOf(first), 'grant_refused_once');
  const asked = microsoft.stats().tokenRequests;
  assert.equal(reasonOf(await force(id)), 'grant_refused_once');
  assert.equal(microsoft.stats().tokenRequests, asked, 'nobody is asked before the minute is over');
  wait(61);
  assert.equal((await force(id)).status, 200);
  assert.deepEqual(await eventsOf(id, 'mailbox.needs_reauthorization'), []);
});

test('AADSTS70000 twice, a minute apart, ends the grant with one event', async () => {
  const id = await connect('microsoft', 'frank@contoso.test');
  wait(60);
  const { microsoft } = installation.sandbox;
  microsoft.configure({ fault: namedFaults.aadsts('refresh', 70000, 'invalid_grant') });
  assert.equal(reasonOf(await force(id)), 'grant_refused_once');
  wait(61);
  const second = await force(id);
  assert.equal(second.body.code, 'needs_reauthorization');
  assert.equal(reasonOf(second), 'grant_revoked');
  assert.equal(memberOf(second.body.provider, 'correlation_id') !== null, true);
  assert.equal((await eventsOf(id, 'mailbox.needs_reauthorization')).length, 1);
});

test('passing trouble between two doubtful refusals does not make the second one the first', async () => {
  const id = await connect('microsoft', 'dave@outlook.test');
  wait(60);
  const { microsoft } = installation.sandbox;
  const refusal = namedFaults.aadsts('refresh', 70000, 'invalid_grant');
  microsoft.configure({ fault: refusal });
  await force(id);
  wait(61);
  microsoft.configure({ fault: namedFaults.serverError('refresh') });
  assert.equal((await force(id)).status, 503);
  wait(61);
  microsoft.configure({ fault: refusal });
  assert.equal((await force(id)).body.code, 'needs_reauthorization');
});

test('a scope that the provider stops giving is noticed at the refresh, and comes with a link to give it again', async () => {
  const id = await connect('microsoft', 'erin@contoso.test');
  wait(60);
  const { microsoft } = installation.sandbox;
  const answer = {
    token_type: 'Bearer',
    access_token: 'sandbox-token-without-sending',
    expires_in: 3600,
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All',
  };
  microsoft.configure({ fault: { on: 'refresh', times: 1, status: 200, body: answer } });
  assert.equal((await force(id)).status, 200);
  const mailbox = await installation.call('GET', `/v1/mailboxes/${id}`);
  assert.equal(mailbox.body.status, 'degraded');
  assert.deepEqual(mailbox.body.lost_scopes, ['https://outlook.office.com/SMTP.Send']);
  assert.ok(String(mailbox.body.reconnect_url).includes('/reconnect/'));
  const sending = await installation.call('POST', `/v1/mailboxes/${id}/token`, { resource: 'smtp' });
  assert.equal(sending.body.code, 'resource_not_granted');
  assert.ok(String(sending.body.reconnect_url).includes('/reconnect/'));
  assert.equal((await eventsOf(id, 'mailbox.scopes_lost')).length, 1);

  wait(60);
  assert.equal((await force(id)).status, 200);
  const healed = await installation.call('GET', `/v1/mailboxes/${id}`);
  assert.deepEqual(healed.body.lost_scopes, [], 'what comes back is noticed too');
});

test('a refusal that waiting does not mend shows on the mailbox and is told once, whatever passing trouble comes between', async () => {
  const id = await connect('microsoft', 'frank@contoso.test');
  wait(60);
  const { microsoft } = installation.sandbox;
  const statusOf = async () => (await installation.call('GET', `/v1/mailboxes/${id}`)).body.status;
  const before = (await eventsOf(id, 'mailbox.degraded')).length;
  const lasting = namedFaults.aadsts('refresh', 50194, 'invalid_request');
  for (const fault of [lasting, namedFaults.serverError('refresh'), lasting]) {
    microsoft.configure({ fault });
    assert.ok((await force(id)).status >= 500);
    assert.equal(await statusOf(), 'degraded');
    wait(61);
  }
  assert.equal((await eventsOf(id, 'mailbox.degraded')).length, before + 1);
  microsoft.configure({ fault: null });
  assert.equal((await force(id)).status, 200);
  assert.equal(await statusOf(), 'connected');
});

test("a grant of Google's that ends seven days after the consent is a registration in testing, to be published", async () => {
  const [young, week] = [await connect('google', 'gina@corp.test'), await connect('google', 'bob@corp.test')];
  wait(60);
  await installation.sandbox.google.revokeUser('gina@corp.test');
  assert.equal(reasonOf(await force(young)), 'grant_revoked');
  wait(7 * day);
  await installation.sandbox.google.revokeUser('bob@corp.test');
  const answer = await force(week);
  assert.equal(reasonOf(answer), 'grant_testing_mode');
  assert.equal(memberOf(answer.body.verdict, 'actor'), 'workspace');
});
