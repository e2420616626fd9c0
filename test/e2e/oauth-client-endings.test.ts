// The end of a private OAuth client: its secret is gone at once, the mailboxes say what to do, and their links lead to
// the client that takes its place, with the mailbox ids kept.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

async function privateClient(): Promise<string> {
  const { call, sandbox } = installation;
  const clientId = 'private-client.apps.example.test';
  const client = await call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Private',
    client_id: clientId,
    client_secret: 'private-secret-value',
  });
  assert.equal(client.status, 201, client.text);
  sandbox.google.addClient({
    clientId,
    clientSecret: 'private-secret-value',
    redirectUris: [String(client.body.redirect_uri)],
  });
  return String(client.body.id);
}

test('deleting a client in use is refused, unless it is meant; then its mailboxes are reconnected elsewhere', async () => {
  const { call, connect, gateway } = installation;
  const id = await privateClient();
  const { session } = await connect('google', { login: 'bob@corp.test' }, { oauth_client_id: id });
  assert.equal(session.status, 'connected');
  const mailboxPath = `/v1/mailboxes/${session.mailbox_id}`;

  const refused = await call('DELETE', `/v1/oauth-clients/${id}`);
  assert.equal(refused.body.code, 'oauth_client_in_use');
  const removed = await call('DELETE', `/v1/oauth-clients/${id}?force=true`);
  assert.equal(removed.status, 200, removed.text);
  assert.equal(removed.body.mailboxes, 1);
  assert.notEqual(removed.body.fallback_oauth_client, null);

  const listed = await call('GET', `/v1/mailboxes?oauth_client_id=${id}`);
  assert.ok(Array.isArray(listed.body.items));
  const [mailbox] = listed.body.items;
  assert.equal(memberOf(mailbox, 'id'), session.mailbox_id);
  assert.equal(memberOf(mailbox, 'status'), 'needs_reauthorization');
  const token = await call('POST', `${mailboxPath}/token`);
  assert.equal(token.body.code, 'needs_reauthorization');
  assert.equal(memberOf(token.body.verdict, 'code'), 'oauth_client_deleted');
  // The loops pass over its grants.
  await gateway.core.dueRefreshes.refreshDueGrants();

  await approve(String(token.body.reconnect_url), { login: 'bob@corp.test' });
  const after = await call('GET', mailboxPath);
  assert.equal(after.body.status, 'connected', after.text);
  assert.equal(after.body.id, session.mailbox_id);
});

test('while the own client is paused, nobody is led to the consent page of a shared one', async () => {
  const { addWorkspace, sandbox } = installation;
  const { call } = await addWorkspace('With a wrong secret');
  const client = await call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'Own',
    client_id: sandbox.microsoft.clients.confidential.clientId,
    client_secret: 'not the secret',
    customers_may_use: true,
  });
  sandbox.microsoft.addRedirectUri(String(client.body.redirect_uri));
  const examined = await call('POST', `/v1/oauth-clients/${client.body.id}/examine`);
  assert.equal(examined.status, 200, examined.text);
  const paused = await call('GET', `/v1/oauth-clients/${client.body.id}`);
  assert.equal(paused.body.status, 'paused');
  assert.equal(typeof memberOf(paused.body.provider_words, 'correlation_id'), 'string');
  const refused = await call('POST', '/v1/connect-sessions', { provider: 'microsoft' });
  assert.equal(refused.body.code, 'oauth_client_paused');
  const link = await call('POST', '/v1/customer-links', { customer: 'acme' });
  const answer = await fetch(String(link.body.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'provider=microsoft',
  });
  assert.equal(answer.status, 503, 'the page says that it is not possible at the moment');
});
