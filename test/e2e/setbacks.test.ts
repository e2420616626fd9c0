// What a mailbox owner can do something about does not end a connect session: the same link goes on working.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { systemClock } from '../../src/system.ts';
import { type Answer, type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
let aheadMilliseconds = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMilliseconds };
  installation = await startInstallation({ substitutes: { clock } });
});
after(() => installation.close());

const invite = async (body: Record<string, unknown>): Promise<Answer> => {
  const invitation = await installation.call('POST', '/v1/connect-sessions', body);
  assert.equal(invitation.status, 201, invitation.text);
  return invitation;
};
const sessionOf = async (invitation: Answer): Promise<Record<string, unknown>> =>
  (await installation.call('GET', `/v1/connect-sessions/${invitation.body.id}`)).body;
const mailboxCount = async (): Promise<number> => {
  const { body } = await installation.call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  return body.items.length;
};
async function eventTypes(objectId: unknown): Promise<unknown[]> {
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  assert.ok(Array.isArray(body.items));
  return body.items
    .filter((event) => memberOf(event, 'object_id') === objectId)
    .map((event) => memberOf(event, 'type'));
}

test('an unticked box is a setback: nothing is kept, the grant is handed back, the same link connects', async () => {
  const { sandbox } = installation;
  const before = sandbox.google.stats().revocations;
  const invitation = await invite({ provider: 'google' });
  const url = String(invitation.body.url);
  await approve(url, { login: 'bob@corp.test', untick: ['https://mail.google.com/'] });
  const session = await sessionOf(invitation);
  assert.equal(session.status, 'insufficient_scope');
  assert.deepEqual(memberOf(session.setback, 'missing_scopes'), ['https://mail.google.com/']);
  assert.equal(sandbox.google.stats().revocations, before + 1);
  assert.equal(await mailboxCount(), 0);

  await approve(url, { login: 'bob@corp.test' });
  assert.equal((await sessionOf(invitation)).status, 'connected');
});

test('another mailbox than the expected one is a setback, and its address is not told to the workspace', async () => {
  const invitation = await invite({ provider: 'google', expected_email: 'Alice@gmail.test' });
  const url = String(invitation.body.url);
  const first = await approve(url, { login: 'gina@corp.test' });
  assert.match(first.body, /gina@corp\.test/, 'the person sees which account it was');
  const session = await sessionOf(invitation);
  assert.equal(session.status, 'wrong_mailbox');
  assert.ok(!JSON.stringify(session).includes('gina@corp.test'));

  await approve(url, { login: 'alice@gmail.test' });
  assert.equal((await sessionOf(invitation)).status, 'connected');
});

test('a cancelled consent is a setback, and the page that tells of it leads back to the provider', async () => {
  const invitation = await invite({ provider: 'google', expected_email: 'carol@gmail.test' });
  const denied = await approve(String(invitation.body.url), { login: 'carol@gmail.test', deny: true });
  assert.equal((await sessionOf(invitation)).status, 'declined');
  assert.match(denied.body, /action="[^"]*\/retry"/);

  const again = await approve(denied.url, { login: 'carol@gmail.test', cookies: denied.cookies });
  assert.match(again.body, /carol@gmail\.test/);
  assert.equal((await sessionOf(invitation)).status, 'connected');
});

test('a session that allows no other try fails with the reason, as it always did', async () => {
  const invitation = await invite({ provider: 'google', is_retryable: false });
  await approve(String(invitation.body.url), { login: 'bob@corp.test', deny: true });
  const session = await sessionOf(invitation);
  assert.equal(session.status, 'failed');
  assert.equal(memberOf(session.error, 'code'), 'access_denied');
  assert.deepEqual(await eventTypes(invitation.body.id), ['connect_session.failed']);
});

test('where only an administrator may approve, the session waits a week, and one approval lets its owner connect', async () => {
  const { sandbox } = installation;
  sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'none', adminConsentRequests: true });
  sandbox.microsoft.addUser({ login: 'root@contoso.test', name: 'Root', isAdministrator: true });
  const invitation = await invite({ provider: 'microsoft', expected_email: 'erin@contoso.test' });
  const url = String(invitation.body.url);
  const waiting = await approve(url, { login: 'erin@contoso.test', approval: 'request' });
  const session = await sessionOf(invitation);
  assert.equal(session.status, 'waiting_for_admin');
  assert.ok(Date.parse(String(session.expires_at)) - Date.now() > 6 * 24 * 3600 * 1000);
  const adminUrl = String(session.admin_consent_url);
  assert.ok(waiting.body.includes(adminUrl), 'the page shows the link to send');

  const refused = await approve(adminUrl, { login: 'root@contoso.test', deny: true });
  assert.ok(!refused.body.includes('erin@contoso.test'), "the administrator's page names no mailbox owner");
  assert.equal((await sessionOf(invitation)).status, 'waiting_for_admin');

  await approve(adminUrl, { login: 'root@contoso.test' });
  assert.equal((await sessionOf(invitation)).status, 'pending');
  assert.notEqual((await sessionOf(invitation)).admin_consented_at, null);

  await approve(url, { login: 'erin@contoso.test' });
  assert.equal((await sessionOf(invitation)).status, 'connected');
  assert.deepEqual(await eventTypes(invitation.body.id), [
    'connect_session.waiting_for_admin',
    'connect_session.admin_consented',
  ]);
  sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'allowed', adminConsentRequests: false });
});

test('what people may still allow alone is connected without an administrator, for sending only', async () => {
  const { sandbox, call } = installation;
  sandbox.microsoft.setDirectory('fabrikam.test', { userConsent: 'send_only' });
  sandbox.microsoft.addUser({ login: 'sam@fabrikam.test', name: 'Sam' });
  const full = await invite({ provider: 'microsoft' });
  await approve(String(full.body.url), { login: 'sam@fabrikam.test', approval: 'return' });
  assert.equal((await sessionOf(full)).status, 'declined');

  const sending = await invite({ provider: 'microsoft', profile: 'send_only' });
  await approve(String(sending.body.url), { login: 'sam@fabrikam.test' });
  const session = await sessionOf(sending);
  assert.equal(session.status, 'connected');
  const token = await call('POST', `/v1/mailboxes/${session.mailbox_id}/token`, { resource: 'smtp' });
  assert.equal(token.status, 200, token.text);
  const reading = await call('POST', `/v1/mailboxes/${session.mailbox_id}/token`, { resource: 'imap' });
  assert.equal(reading.body.code, 'resource_not_granted');
  assert.equal(reading.body.reconnect_url, undefined, 'the same link would give the same again');
});

test('however often somebody tries again, no session lives longer than a day', async () => {
  const invitation = await invite({ provider: 'google' });
  const url = String(invitation.body.url);
  const createdAt = Date.parse(String(invitation.body.created_at));
  for (let turn = 0; turn < 4; turn += 1) {
    await approve(url, { login: 'bob@corp.test', deny: true });
    const session = await sessionOf(invitation);
    assert.equal(session.status, 'declined');
    const expiresAt = Date.parse(String(session.expires_at));
    assert.ok(expiresAt > Date.now() + aheadMilliseconds + 500_000, 'a person needs time for another try');
    assert.ok(expiresAt - createdAt <= 24 * 3600 * 1000);
    aheadMilliseconds += 540_000;
  }
  aheadMilliseconds += 600_000;
  assert.equal((await sessionOf(invitation)).status, 'expired');
});

test('whoever holds a link can neither prolong a session without other tries nor raise events without end', async () => {
  const { sandbox, address } = installation;
  sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'allowed', adminConsentRequests: false });
  const post = async (url: unknown) =>
    (await fetch(`${url}/administrator`, { method: 'POST', redirect: 'manual' })).status;
  const firm = await invite({ provider: 'microsoft', is_retryable: false });
  assert.equal(await post(firm.body.url), 410);
  assert.equal((await sessionOf(firm)).status, 'pending');

  const open = await invite({ provider: 'microsoft' });
  assert.ok((await post(open.body.url)) < 400);
  const adminUrl = String((await sessionOf(open)).admin_consent_url);
  const firstEnd = (await sessionOf(open)).expires_at;
  for (let round = 0; round < 5; round += 1) {
    aheadMilliseconds += 1000;
    const departure = await fetch(adminUrl, { method: 'POST', redirect: 'manual' });
    const asked = new URL(String(departure.headers.get('location')));
    const callback = new URL(new URL(String(asked.searchParams.get('redirect_uri'))).pathname, address);
    callback.searchParams.set('admin_consent', 'True');
    callback.searchParams.set('tenant', '11111111-2222-4333-8444-555555555555');
    callback.searchParams.set('state', String(asked.searchParams.get('state')));
    await fetch(callback);
    assert.ok((await post(open.body.url)) < 400);
  }
  assert.deepEqual(await eventTypes(open.body.id), [
    'connect_session.waiting_for_admin',
    'connect_session.admin_consented',
  ]);
  assert.ok(Date.parse(String((await sessionOf(open)).expires_at)) - Date.parse(String(firstEnd)) < 1000);
});
