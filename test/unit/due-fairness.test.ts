// What the refreshes that nobody asked for may not cost the others: readers, other OAuth clients, the database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secret } from '../../src/core/secret.ts';
import { tokenSet } from '../stores/fixtures.ts';
import { createCoreWorld } from '../support/core-world.ts';
import { until } from '../support/until.ts';

const day = 24 * 3600 * 1000;

test("one OAuth client's backlog holds up neither another one's due grants nor a reader of its own", async () => {
  const gate = Promise.withResolvers<void>();
  let busyId = '';
  const world = await createCoreWorld({
    settings: { clientCallsMax: 2, providerCallsMax: 8 },
    refresh: async (answer, { id }) => {
      if (id === busyId) await gate.promise;
      return answer();
    },
  });
  const [busy, other] = [await world.addClient(), await world.addClient({ clientId: 'another' })];
  busyId = busy.id;
  const backlog = [];
  for (let count = 0; count < 20; count += 1) {
    backlog.push(await world.addMailbox(busy, { keepAliveAt: world.now() - day + count }));
  }
  const late = await world.addMailbox(other, { keepAliveAt: world.now() - 1 });
  const due = world.core.dueRefreshes.refreshDueGrants();
  await until(
    "the other one's is done",
    async () => (await world.store.grants.byId(late.grantId))?.version === 2,
    5,
  );
  const leased = await Promise.all(backlog.map(({ grantId }) => world.store.grants.byId(grantId)));
  assert.ok(
    leased.filter((grant) => grant?.leaseOwner !== null).length <= 8,
    'none is leased for longer than a look',
  );
  gate.resolve();
  assert.equal(await due, 21);
  await world.close();
});

test('grants that no provider would be asked about are put off, a batch in one statement', async () => {
  let statements = 0;
  const world = await createCoreWorld({
    store: (store) => ({
      ...store,
      grants: {
        ...store.grants,
        dropLeases: (...given) => {
          statements += 1;
          return store.grants.dropLeases(...given);
        },
        postponeKeepAlive: async () => assert.fail('not one by one'),
        releaseLease: async () => assert.fail('not one by one'),
      },
    }),
  });
  const deleted = await world.addClient({ deletedAt: world.now() });
  const paused = await world.addClient({
    status: 'paused',
    pausedReason: 'client_secret_expired',
    pausedAt: 1,
  });
  const boxes = [];
  for (let count = 0; count < 20; count += 1) {
    boxes.push(await world.addMailbox(count < 10 ? deleted : paused, { keepAliveAt: world.now() - 1 }));
  }
  assert.equal(await world.core.dueRefreshes.refreshDueGrants(), 20);
  assert.equal(world.calls(), 0);
  assert.equal(statements, 1);
  for (const [index, { grantId }] of boxes.entries()) {
    const grant = await world.store.grants.byId(grantId);
    assert.equal(grant?.leaseOwner, null);
    assert.ok((grant?.keepAliveAt ?? 0) > world.now() + (index < 10 ? 3 * day : 1_700_000));
  }
  await world.close();
});

test('what is due too far ahead is spread over a keep-alive, not due at once', async () => {
  const world = await createCoreWorld();
  const oauthClient = await world.addClient();
  const { grantId } = await world.addMailbox(oauthClient, { keepAliveAt: world.now() + 90 * day });
  const times = new Set<number>();
  for (let turn = 0; turn < 5; turn += 1) {
    const one = await world.addMailbox(oauthClient, { keepAliveAt: world.now() + 90 * day });
    await world.core.dueRefreshes.mendDueTimes();
    times.add((await world.store.grants.byId(one.grantId))?.keepAliveAt ?? 0);
  }
  assert.equal(times.size, 5);
  assert.ok(Math.max(...times) > world.now() + 3_600_000 && Math.max(...times) <= world.now() + 7 * day);
  assert.ok(((await world.store.grants.byId(grantId))?.keepAliveAt ?? 0) <= world.now() + 7 * day);
  await world.close();
});

test('of several resources that are read only the one whose time has come is renewed', async () => {
  const world = await createCoreWorld();
  const { grantId } = await world.addMailbox(await world.addClient(), { keepAliveAt: world.now() - 1 });
  const at = world.now();
  const of = { accessToken: secret('old'), readAt: at };
  await world.store.tokenSets.save(
    tokenSet(grantId, { ...of, obtainedAt: at - 3_590_000, expiresAt: at + 10_000 }),
  );
  const resource = 'https://other.example.com';
  await world.store.tokenSets.save(
    tokenSet(grantId, { ...of, resource, obtainedAt: at, expiresAt: at + 3_600_000 }),
  );
  assert.equal(await world.core.dueRefreshes.refreshDueGrants(), 1);
  assert.equal(world.calls(), 1);
  assert.equal((await world.store.tokenSets.find(grantId, resource))?.accessToken.reveal(), 'old');
  await world.close();
});
