// Work that falls due by itself, with an injected clock.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

const day = 24 * 3600 * 1000;
let installation: Installation;
let offset = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + offset };
  installation = await startInstallation({ substitutes: { clock } });
});
after(() => installation.close());

test('a grant that nobody uses is refreshed within a week, once, and not again before the next', async () => {
  const { sandbox, gateway, connect } = installation;
  const { dueRefreshes } = gateway.core;
  await connect('microsoft', { login: 'erin@contoso.test' });
  const refreshes = () => sandbox.microsoft.stats().refreshes;
  const before = refreshes();
  assert.equal(await dueRefreshes.refreshDueGrants(), 0);
  offset = 7 * day;
  assert.equal(await dueRefreshes.refreshDueGrants(), 1);
  assert.equal(refreshes(), before + 1);
  assert.equal(await dueRefreshes.refreshDueGrants(), 0);
  assert.equal(refreshes(), before + 1);
});

test('a provider in trouble puts the keep-alive off and ends no grant', async () => {
  const { sandbox, gateway, call } = installation;
  offset = 14 * day;
  sandbox.microsoft.configure({ fault: { on: 'refresh', status: 503 } });
  assert.equal(await gateway.core.dueRefreshes.refreshDueGrants(), 1);
  assert.equal(await gateway.core.dueRefreshes.refreshDueGrants(), 0, 'not again at once');
  sandbox.microsoft.configure({ fault: null });
  offset += 3_600_000;
  assert.equal(await gateway.core.dueRefreshes.refreshDueGrants(), 1);
  const { body } = await call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  assert.notEqual(body.items[0].status, 'needs_reauthorization');
});

test('a mailbox is verified again when it is due, and a broken one is found out', async () => {
  const { sandbox, gateway, call } = installation;
  offset = 22 * day;
  sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  assert.equal(await gateway.core.maintenance.verifyDueMailboxes(), 1);
  assert.equal(await gateway.core.maintenance.verifyDueMailboxes(), 0);
  const { body } = await call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  assert.equal(body.items[0].status, 'degraded');
});

test('sessions are removed a day after they expired, and not before', async () => {
  const { gateway, call } = installation;
  const invitation = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  const path = `/v1/connect-sessions/${invitation.body.id}`;
  offset += day;
  await gateway.core.retention.pruneConnectSessions();
  assert.equal((await call('GET', path)).body.status, 'expired');
  offset += day;
  assert.ok((await gateway.core.retention.pruneConnectSessions()) >= 1);
  assert.equal((await call('GET', path)).status, 404);
});

test('a paused OAuth client does not keep the loop busy with grants that cannot be refreshed', async () => {
  const { sandbox, gateway } = installation;
  offset += 21 * day;
  sandbox.microsoft.configure({ fault: { on: 'refresh', status: 401, error: 'invalid_client' } });
  assert.equal(await gateway.core.dueRefreshes.refreshDueGrants(), 1);
  assert.equal(await gateway.core.dueRefreshes.refreshDueGrants(), 0);
  sandbox.microsoft.configure({ fault: null });
});
