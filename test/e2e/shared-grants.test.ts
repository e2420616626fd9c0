// A grant that serves several mailboxes: what a consent for one of them does to the others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
let ahead = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
});
after(() => installation.close());

const tokenOf = (mailbox: unknown, resource: string, more: Record<string, unknown> = {}) =>
  installation.call('POST', `/v1/mailboxes/${mailbox}/token`, { resource, ...more });
const read = async (mailbox: unknown) => (await installation.call('GET', `/v1/mailboxes/${mailbox}`)).body;

/** A token that the provider gives just now; one that is only seconds old would be handed out again. */
const renewedToken = (mailbox: unknown, resource: string) => {
  ahead += 20_000;
  return tokenOf(mailbox, resource, { force_refresh: true });
};

/** What was raised for the mailbox, in this order. */
async function eventsOf(mailbox: unknown): Promise<string[]> {
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  assert.ok(Array.isArray(body.items));
  const own = body.items.filter((event: unknown) => memberOf(event, 'object_id') === mailbox);
  return own.map((event: unknown) => String(memberOf(event, 'type')));
}

async function connect(
  provider: 'google' | 'microsoft',
  login: string,
  request: Record<string, unknown> = {},
): Promise<string> {
  const { session } = await installation.connect(provider, { login }, request);
  assert.equal(session.status, 'connected', JSON.stringify(session));
  return String(session.mailbox_id);
}

/** A person at Microsoft of their own, and a shared mailbox that they may open. */
function delegate(name: string): { login: string; shared: string } {
  const [login, shared] = [`${name}@contoso.test`, `${name}-team@contoso.test`];
  installation.sandbox.microsoft.addUser({ login });
  installation.sandbox.microsoft.addSharedMailbox({ address: shared, delegates: [login] });
  return { login, shared };
}

test("a shared mailbox with a narrower profile takes nothing from its delegate's own mailbox", async () => {
  const { login, shared } = delegate('hana');
  const own = await connect('microsoft', login);
  const other = await connect('microsoft', login, { shared_mailbox: shared, profile: 'send_only' });
  for (const mailbox of [own, other]) {
    const token = await tokenOf(mailbox, 'smtp');
    assert.equal(token.status, 200, token.text);
  }
  const token = await tokenOf(own, 'imap');
  assert.equal(token.status, 200, token.text);
  assert.match(String(token.body.scope), /IMAP\.AccessAsUser\.All/);
  const proof = await installation.call('POST', `/v1/mailboxes/${own}/verify`);
  assert.equal(proof.body.status, 'connected', proof.text);
});

test('a consent at another resource leaves the tokens of the first one where they are', async () => {
  const { login, shared } = delegate('ivan');
  const other = await connect('microsoft', login, { shared_mailbox: shared });
  const first = await tokenOf(other, 'imap');
  const own = await connect('microsoft', login, { profile: 'api' });
  const second = await tokenOf(other, 'imap');
  assert.equal(second.body.access_token, first.body.access_token, second.text);
  for (const [mailbox, resource] of [
    [own, 'graph'],
    [other, 'imap'],
  ]) {
    const renewed = await renewedToken(mailbox, String(resource));
    assert.equal(renewed.status, 200, renewed.text);
    assert.equal(renewed.body.refreshed, true);
  }
});

test('the only mailbox of a grant has what its last consent gave', async () => {
  const { login } = delegate('judy');
  const own = await connect('microsoft', login);
  assert.equal((await tokenOf(own, 'imap')).status, 200);
  const again = await connect('microsoft', login, { mailbox_id: own, profile: 'send_only' });
  assert.equal(again, own);
  assert.equal((await tokenOf(own, 'imap')).body.code, 'resource_not_granted');
  assert.equal((await tokenOf(own, 'smtp')).status, 200);
});

test('consent that is gone for a part of what the mailboxes need ends the part, at one resource', async () => {
  const { login, shared } = delegate('karl');
  const own = await connect('microsoft', login);
  const other = await connect('microsoft', login, { shared_mailbox: shared, profile: 'send_only' });
  await installation.sandbox.microsoft.revokeUser(login);
  // A new consent, to less: what the person allowed before is no longer known at the provider.
  await connect('microsoft', login, { mailbox_id: other, profile: 'send_only' });
  const kept = await tokenOf(other, 'smtp');
  assert.equal(kept.status, 200, kept.text);
  assert.equal((await tokenOf(own, 'imap')).body.code, 'resource_not_granted');
  assert.equal((await read(own)).status, 'degraded');
  assert.ok((await eventsOf(own)).includes('mailbox.scopes_lost'));
  assert.ok(!(await eventsOf(other)).includes('mailbox.needs_reauthorization'));
});

test('consent that is gone for a part of what the mailboxes need ends the part, at another resource', async () => {
  const { login, shared } = delegate('lena');
  const own = await connect('microsoft', login, { profile: 'api' });
  const other = await connect('microsoft', login, { shared_mailbox: shared });
  await installation.sandbox.microsoft.revokeUser(login);
  await connect('microsoft', login, { mailbox_id: other });
  const refused = await renewedToken(own, 'graph');
  assert.equal(refused.body.code, 'resource_not_granted', refused.text);
  assert.ok((await eventsOf(own)).includes('mailbox.scopes_lost'));
  for (const resource of ['imap', 'smtp']) {
    const token = await renewedToken(other, resource);
    assert.equal(token.status, 200, token.text);
  }
  // Nobody refreshes for what is lost; a consent brings it back.
  await connect('microsoft', login, { mailbox_id: own, profile: 'api' });
  assert.equal((await tokenOf(own, 'graph')).status, 200);
  assert.equal((await tokenOf(other, 'imap')).status, 200);
});

test('a grant of which every part is refused is over', async () => {
  const { login, shared } = delegate('mina');
  const own = await connect('microsoft', login, { profile: 'api' });
  const other = await connect('microsoft', login, { shared_mailbox: shared });
  await installation.sandbox.microsoft.revokeUser(login);
  const refused = await renewedToken(own, 'graph');
  assert.equal(refused.body.code, 'needs_reauthorization', refused.text);
  assert.ok(!(await eventsOf(other)).includes('mailbox.scopes_lost'));
});

test('at Google a narrower consent tells the other mailboxes of the person what they have lost', async () => {
  const { sandbox } = installation;
  const person = { id: '104729104729104729104', hostedDomain: 'corp.test' };
  sandbox.google.addUser({ ...person, login: 'nora@corp.test' });
  const own = await connect('google', 'nora@corp.test');
  // The account is renamed; under its new address it is a further mailbox of the same person.
  sandbox.google.addUser({ ...person, login: 'nora.new@corp.test' });
  const other = await connect('google', 'nora.new@corp.test', { profile: 'send_only' });
  assert.notEqual(other, own);
  assert.ok((await eventsOf(own)).includes('mailbox.scopes_lost'));
  assert.ok(!(await eventsOf(other)).includes('mailbox.scopes_lost'));
  assert.equal((await tokenOf(own, 'imap')).body.code, 'resource_not_granted');
  assert.equal((await read(own)).status, 'degraded');
  const token = await tokenOf(other, 'gmail_api', { force_refresh: true });
  assert.equal(token.status, 200, token.text);
});
