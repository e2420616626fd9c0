// Those who wait for a grant that somebody else refreshes: they call nobody, so they take nothing from those who do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../src/core/ports.ts';
import { createCoreWorld } from '../support/core-world.ts';

const elsewhere = (now: number) => ({ owner: 'another node', now, until: now + 60_000 });

test('readers who wait for leases of another node use up no start of their OAuth client', async () => {
  const world = await createCoreWorld({ settings: { clientStartsSecondMax: 4, tokenReadTimeoutSeconds: 2 } });
  const oauthClient = await world.addClient();
  const leased = await Promise.all(Array.from({ length: 10 }, () => world.addMailbox(oauthClient)));
  for (const { grantId } of leased)
    assert.ok(await world.store.grants.claim(grantId, elsewhere(world.now())));
  const waits = leased.map(({ mailboxId }) =>
    assert.rejects(world.force(mailboxId), { code: 'refresh_timeout' }),
  );
  for (let turn = 0; turn < 4; turn += 1) {
    const { mailboxId } = await world.addMailbox(oauthClient);
    assert.equal((await world.force(mailboxId)).refreshed, true, `free grant ${turn}`);
  }
  await Promise.all(waits);
  assert.equal(world.calls(), 4);
  await world.close();
});

test('a lease that was lost to somebody else gives the start back', async () => {
  let lost = 0;
  const losing = (store: Store): Store => ({
    ...store,
    grants: {
      ...store.grants,
      claim: async (id, lease) => {
        lost += 1;
        return lost > 5 ? store.grants.claim(id, lease) : null;
      },
    },
  });
  const world = await createCoreWorld({
    store: losing,
    settings: { clientStartsSecondMax: 1, tokenReadTimeoutSeconds: 3 },
  });
  const { mailboxId } = await world.addMailbox(await world.addClient());
  assert.equal((await world.force(mailboxId)).refreshed, true, 'six tries, and one call a second');
  await world.close();
});

test('who waits for a lease takes no probe of a breaker whose time is over', async () => {
  const changes: string[] = [];
  const watched = (store: Store): Store => ({
    ...store,
    breakers: {
      ...store.breakers,
      replace: (key, change) => {
        changes.push(key);
        return store.breakers.replace(key, change);
      },
    },
  });
  const world = await createCoreWorld({ store: watched, settings: { tokenReadTimeoutSeconds: 1 } });
  const { mailboxId, grantId } = await world.addMailbox(await world.addClient());
  const key = 'provider:google';
  const over = { key, failures: 3, windowStart: 0, openUntil: Date.now() - 1, trips: 1, probeUntil: 0 };
  await world.store.breakers.replace(key, { known: null, next: over });
  await world.store.grants.claim(grantId, elsewhere(world.now()));
  await assert.rejects(world.force(mailboxId), { code: 'refresh_timeout' });
  assert.deepEqual(changes, []);
  await world.close();
});
