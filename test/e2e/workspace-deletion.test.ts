// The end of a workspace: at once for whoever would use it, little by little for its rows, and told to the providers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

const remove = async (id: string) => {
  const key = await installation.issueKey(['all', 'workspaces:manage'], null);
  return installation.callAs(key)('DELETE', `/v1/workspaces/${id}`);
};

test('a deleted workspace is over at once: its keys, its links and what was kept of it in memory', async () => {
  const { addWorkspace, connect } = installation;
  const own = await addWorkspace('Leaving');
  const { session } = await connect('google', { login: 'bob@corp.test' }, {}, own.call);
  const token = `/v1/mailboxes/${session.mailbox_id}/token`;
  assert.equal((await own.call('POST', token)).status, 200);
  const invitation = await own.call('POST', '/v1/connect-sessions', { provider: 'google' });
  assert.equal((await fetch(String(invitation.body.url))).status, 200);

  assert.equal((await remove(own.id)).status, 204);
  assert.equal((await own.call('POST', token)).status, 401);
  assert.notEqual((await connectPage(String(invitation.body.url))).status, 303);
  const key = await installation.issueKey(['all'], null);
  const acting = await installation.callAs(key)('POST', token, undefined, { 'mailgrant-workspace': own.id });
  assert.equal(acting.status, 404);
  assert.equal((await remove(own.id)).status, 404);
});

const connectPage = (url: string) => fetch(url, { method: 'POST', redirect: 'manual' });

test('its grants are revoked at the provider, but not one that another workspace lives by', async () => {
  const { sandbox, gateway, addWorkspace, connect, call } = installation;
  await gateway.core.workspaceDeletion.deleteLeaving();
  sandbox.google.addUser({ login: 'alone@gmail.test', name: 'Alone' });
  sandbox.google.addUser({ login: 'both@gmail.test', name: 'Both' });
  const own = await addWorkspace('Leaving, too');
  await connect('google', { login: 'alone@gmail.test' }, {}, own.call);
  await connect('google', { login: 'both@gmail.test' }, {}, own.call);
  const elsewhere = await connect('google', { login: 'both@gmail.test' });
  await remove(own.id);
  const before = sandbox.google.stats().revocations;

  assert.ok((await gateway.core.workspaceDeletion.deleteLeaving()) > 0);

  assert.equal(sandbox.google.stats().revocations, before + 1);
  const path = `/v1/mailboxes/${elsewhere.session.mailbox_id}/token`;
  assert.equal((await call('POST', path, { force_refresh: true })).status, 200);
  assert.equal(await gateway.core.workspaceDeletion.deleteLeaving(), 0);
});

test('a provider in trouble does not keep the rows', async () => {
  const { sandbox, gateway, addWorkspace, connect } = installation;
  const own = await addWorkspace('Leaving in a storm');
  for (const login of ['storm1@gmail.test', 'storm2@gmail.test']) {
    sandbox.google.addUser({ login, name: login });
    await connect('google', { login }, {}, own.call);
  }
  sandbox.google.configure({ fault: { on: 'revoke', status: 503 } });
  await remove(own.id);
  assert.ok((await gateway.core.workspaceDeletion.deleteLeaving()) > 0);
  sandbox.google.configure({ fault: null });
  assert.match(installation.logged(), /could not be revoked/);
  const events = await installation.callAs(await installation.issueKey(['all'], null))(
    'GET',
    '/v1/events?limit=100',
  );
  assert.match(events.text, /workspace\.deleted/);
});
