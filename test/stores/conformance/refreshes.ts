import assert from 'node:assert/strict';
import { secret } from '../../../src/core/secret.ts';
import { type CreateDatabase, now, storeGrant, tokenSet } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const refreshed = (grantId: string, version: number, name = 'new') => ({
  version,
  refreshToken: secret(`refresh-${name}`),
  refreshTokenExpiresAt: null,
  tokenSet: tokenSet(grantId, { accessToken: secret(`access-${name}`) }),
  at: now,
  keepAliveAt: now + 50,
  endsAt: null,
});

/** What many refreshes of one moment promise each other. */
export const refreshGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('refreshes of one moment', createDatabase, (it) => {
    const storeGrants = (store: Parameters<typeof storeGrant>[0], count: number) =>
      Promise.all(
        Array.from({ length: count }, () => storeGrant(store, { leaseOwner: 'me', leaseUntil: now })),
      );

    it('of ten saves one loses its compare-and-swap, and nine are saved whole', async (store) => {
      const grants = await storeGrants(store, 10);
      const saved = await Promise.all(
        grants.map(({ id }, index) =>
          store.grants.saveRefreshed(id, refreshed(id, index === 4 ? 99 : 1, String(index))),
        ),
      );
      assert.deepEqual(
        saved,
        grants.map((_, index) => index !== 4),
      );
      for (const [index, { id, refreshToken, keepAliveAt }] of grants.entries()) {
        const isLost = index === 4;
        const found = await store.grants.byId(id);
        const token = await store.tokenSets.find(id, tokenSet(id).resource);
        assert.equal(found?.version, isLost ? 1 : 2);
        assert.equal(found.refreshToken?.reveal(), isLost ? refreshToken?.reveal() : `refresh-${index}`);
        assert.equal(found.leaseOwner, isLost ? 'me' : null);
        assert.equal(found.keepAliveAt, isLost ? keepAliveAt : now + 50);
        assert.equal(token?.accessToken.reveal(), isLost ? undefined : `access-${index}`);
      }
    });

    it('a save that cannot be written fails alone, and leaves nothing of itself', async (store) => {
      const grants = await storeGrants(store, 10);
      const results = await Promise.allSettled(
        grants.map(({ id }, index) => {
          const good = refreshed(id, 1, String(index));
          return store.grants.saveRefreshed(id, index === 7 ? { ...good, at: 0.5 } : good);
        }),
      );
      assert.deepEqual(
        results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
        grants.map((_, index) => (index === 7 ? 'failed' : true)),
      );
      const [, , , , , , , failed] = grants;
      assert.ok(failed);
      assert.equal((await store.grants.byId(failed.id))?.version, 1);
      assert.equal(await store.tokenSets.find(failed.id, tokenSet(failed.id).resource), null);
    });

    it('a save is to be read by every node once it is acknowledged', async (store, _, other) => {
      const grants = await storeGrants(store, 60);
      await Promise.all(
        grants.map(async ({ id }, index) => {
          assert.equal(await store.grants.saveRefreshed(id, refreshed(id, 1, String(index))), true);
          assert.equal((await other.grants.byId(id))?.refreshToken?.reveal(), `refresh-${index}`);
        }),
      );
    });

    it('saves of one grant are done in the order of their coming', async (store) => {
      const { id } = await storeGrant(store);
      const saved = await Promise.all(
        [1, 2, 3, 4, 4].map((version) =>
          store.grants.saveRefreshed(id, refreshed(id, version, `${version}`)),
        ),
      );
      assert.deepEqual(saved, [true, true, true, true, false]);
      const found = await store.grants.byId(id);
      assert.equal(found?.version, 5);
      assert.equal(found.refreshToken?.reveal(), 'refresh-4');
    });

    it('a grant that somebody holds keeps the saves of others waiting for nothing', async (store, _, other) => {
      const [held, ...others] = await storeGrants(store, 5);
      assert.ok(held);
      const holding = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const holder = other.transaction(async (rows) => {
        await rows.grants.lock(held.id);
        holding.resolve();
        await released.promise;
      });
      await holding.promise;
      const ofHeld = store.grants.saveRefreshed(held.id, refreshed(held.id, 1));
      const saves = others.map(({ id }) => store.grants.saveRefreshed(id, refreshed(id, 1)));
      // Where a transaction holds one row alone, the others are saved meanwhile.
      if (store.engine === 'postgres') assert.deepEqual(await Promise.all(saves), [true, true, true, true]);
      released.resolve();
      await holder;
      assert.equal(await ofHeld, true);
      assert.deepEqual(await Promise.all(saves), [true, true, true, true]);
    });

    it('an announced save is heard here before it is acknowledged, among others that are silent', async (store) => {
      const grants = await storeGrants(store, 4);
      const heard = new Set<string>();
      const stop = store.changes.listen((changes) => {
        for (const { id } of changes ?? []) heard.add(id);
      });
      await Promise.all(
        grants.map(async ({ id }, index) => {
          await store.grants.saveRefreshed(id, { ...refreshed(id, 1), isAnnounced: index === 2 });
          assert.equal(heard.has(id), index === 2);
        }),
      );
      stop();
    });

    it('leases of many grants are taken at once, each as it was asked for', async (store) => {
      const grants = await storeGrants(store, 12);
      const taken = await Promise.all(
        grants.map(({ id }, index) =>
          store.grants.claim(id, { owner: `owner-${index}`, now: now + index, until: now + 100 + index }),
        ),
      );
      for (const [index, claimed] of taken.entries()) {
        assert.equal(claimed?.grant.id, grants[index]?.id);
        assert.equal(claimed?.grant.leaseOwner, `owner-${index}`);
        assert.equal(claimed?.grant.leaseUntil, now + 100 + index);
        assert.equal(claimed?.oauthClient.id, grants[index]?.oauthClientId);
      }
    });
  });
