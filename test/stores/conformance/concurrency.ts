import assert from 'node:assert/strict';
import { secret } from '../../../src/core/secret.ts';
import {
  type CreateDatabase,
  client,
  clientSecret,
  mailbox,
  newId,
  now,
  revealed,
  storeGrant,
  tokenSet,
  workspace,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const callers = 50;

export const concurrencyGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('at the same time', createDatabase, (it) => {
    it('a lease is taken once by 50 callers on two nodes', async (store, _, other) => {
      const { id } = await storeGrant(store);
      const taken = await Promise.all(
        Array.from({ length: callers }, (_unused, index) =>
          (index % 2 === 0 ? store : other).grants.claim(id, { owner: `${index}`, now, until: now + 9 }),
        ),
      );
      assert.equal(taken.filter(Boolean).length, 1);
      assert.equal((await store.grants.byId(id))?.leaseOwner, `${taken.findIndex(Boolean)}`);
    });

    it('of 50 refreshes of one version one is saved, and both tokens are its own', async (store, _, other) => {
      const { id } = await storeGrant(store);
      const saved = await Promise.all(
        Array.from({ length: callers }, (_unused, index) =>
          (index % 2 === 0 ? store : other).grants.saveRefreshed(id, {
            version: 1,
            refreshToken: secret(`refresh-${index}`),
            refreshTokenExpiresAt: null,
            tokenSet: tokenSet(id, { accessToken: secret(`access-${index}`) }),
            at: now,
            keepAliveAt: now,
            endsAt: null,
          }),
        ),
      );
      const winner = saved.indexOf(true);
      assert.equal(saved.filter(Boolean).length, 1);
      assert.equal((await store.grants.byId(id))?.refreshToken?.reveal(), `refresh-${winner}`);
      const stored = await store.tokenSets.find(id, tokenSet(id).resource);
      assert.equal(stored?.accessToken.reveal(), `access-${winner}`);
    });

    it('due mailboxes are claimed once each by two nodes, and all of them', async (store, _, other) => {
      const given = await storeGrant(store);
      const written = Array.from({ length: 75 }, () => mailbox(given, { verifyDueAt: now }));
      await Promise.all(written.map((each) => store.mailboxes.insert(each)));
      const claimed: string[] = [];
      const claimAll = async (node: typeof store) => {
        for (;;) {
          const boxes = await node.mailboxes.claimDueVerifications(now, now + 60, 5);
          if (boxes.length === 0) return;
          claimed.push(...boxes);
        }
      };
      await Promise.all([store, other, store, other].map(claimAll));
      assert.deepEqual(claimed.sort(), written.map(({ id }) => id).sort());
    });

    it('transactions that lock one grant run one after the other', async (store, _, other) => {
      const { id } = await storeGrant(store, { keepAliveAt: now });
      await Promise.all(
        Array.from({ length: callers }, (_unused, index) =>
          (index % 2 === 0 ? store : other).transaction(async (rows) => {
            const locked = await rows.grants.lock(id);
            const at = locked?.keepAliveAt ?? 0;
            await rows.grants.postponeKeepAlive(id, { now: at, until: at + 1 });
          }),
        ),
      );
      // Each one read what the one before it wrote.
      assert.equal((await store.grants.byId(id))?.keepAliveAt, now + callers);
    });

    it('of transactions that lock one address and look whether it is taken, one takes it', async (store, _, other) => {
      const grants = await Promise.all(Array.from({ length: 10 }, () => storeGrant(store)));
      const taken = await Promise.all(
        grants.map((given, index) =>
          (index % 2 === 0 ? store : other).transaction(async (rows) => {
            await rows.lock('ada@mail.example');
            if (await rows.mailboxes.existsElsewhere(given.workspaceId, 'ada@mail.example')) return false;
            await rows.mailboxes.insert(mailbox(given, { email: 'ada@mail.example' }));
            return true;
          }),
        ),
      );
      assert.equal(taken.filter(Boolean).length, 1);
    });

    it('two changes of one OAuth client lose nothing of each other', async (store, _, other) => {
      const written = client();
      await store.oauthClients.insert(written);
      const outcomes = await Promise.all([
        store.oauthClients.update(written.id, { name: 'New', updatedAt: now + 1 }),
        other.oauthClients.update(written.id, { credential: clientSecret('second'), updatedAt: now + 1 }),
      ]);
      assert.deepEqual(outcomes, [true, true]);
      const stored = await store.oauthClients.byId(written.id);
      assert.equal(stored?.name, 'New');
      assert.deepEqual(revealed(stored?.credential), revealed(clientSecret('second')));
    });

    it('of 50 pauses of one OAuth client one is told that it paused', async (store, _, other) => {
      const { id, updatedAt } = client();
      await store.oauthClients.insert(client({ id }));
      const paused = await Promise.all(
        Array.from({ length: callers }, (_unused, index) =>
          (index % 2 === 0 ? store : other).oauthClients.pause(id, {
            updatedAt,
            reason: 'client_secret_wrong',
            at: now + index,
            words: null,
          }),
        ),
      );
      assert.equal(paused.filter(Boolean).length, 1);
    });

    it('a failing write does not fail its neighbours', async (store) => {
      const taken = workspace({ name: 'taken' });
      await store.workspaces.insert(taken);
      const ids = Array.from({ length: 40 }, (_, index) => (index % 10 === 5 ? taken.id : newId()));
      const outcomes = await Promise.allSettled(ids.map((id) => store.workspaces.insert(workspace({ id }))));
      for (const [index, outcome] of outcomes.entries()) {
        const id = ids[index] ?? '';
        assert.equal(outcome.status, id === taken.id ? 'rejected' : 'fulfilled');
        assert.equal((await store.workspaces.byId(id))?.name, id === taken.id ? 'taken' : 'new');
      }
    });

    it('what was acknowledged is read by everybody at once', async (store, _, other) => {
      await Promise.all(
        Array.from({ length: callers }, async () => {
          const id = newId();
          await store.workspaces.insert(workspace({ id }));
          assert.notEqual(await store.workspaces.byId(id), null);
          assert.notEqual(await other.workspaces.byId(id), null);
        }),
      );
    });
  });
