// Two gateways on one database behind a PgBouncer in transaction mode, where no notification arrives.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { counterparts } from './index.ts';

it('behind a pooler a mailbox is connected, read and refreshed, and a revoked key stops on every node in a second', async () => {
  const { createDatabase, startPooler } = counterparts();
  const [database, pooler] = await Promise.all([createDatabase(), startPooler()]);
  const installation = await startInstallation({ databaseUrl: pooler.throughPooler(database.url) });
  const other = await installation.spawn();
  try {
    // Too short to be handed out, so that the first read refreshes.
    installation.sandbox.google.configure({ accessTokenTtlSeconds: 30 });
    const { session } = await installation.connect('google', { login: 'alice@gmail.test' });
    installation.sandbox.google.configure({ accessTokenTtlSeconds: 3600 });
    const path = `/v1/mailboxes/${String(session.mailbox_id)}/token`;
    const made = await installation.call('POST', '/v1/api-keys', { name: 'short', scopes: ['tokens:read'] });
    const key = String(made.body.key);
    const [here, there] = [installation.callAs(key), installation.callAs(key, other.address)];
    const first = await here('POST', path);
    assert.deepEqual([first.status, first.body.refreshed], [200, true]);
    const second = await there('POST', path);
    assert.deepEqual([second.status, second.body.refreshed], [200, false]);
    assert.equal(second.body.access_token, first.body.access_token);
    const revoked = await installation.call('DELETE', `/v1/api-keys/${String(made.body.id)}`);
    const revokedAt = performance.now();
    assert.equal(revoked.status, 204);
    assert.equal((await here('POST', path)).status, 401);
    let servedAt = 0;
    await until('the other node refuses the key', async () => {
      const startedAt = performance.now();
      const { status } = await there('POST', path);
      if (status === 200) servedAt = startedAt - revokedAt;
      return status === 401;
    });
    assert.ok(servedAt <= 1_000, `served ${servedAt} ms after the key was revoked`);
  } finally {
    await other.kill();
    await installation.close();
    await pooler.stop();
    await database.drop();
  }
});
