// OAuth clients with credentials of every kind, the current and the next; which of them end, and which are offered.
import assert from 'node:assert/strict';
import type { ClientCredential } from '../../../src/core/client-credentials.ts';
import type { OAuthClient } from '../../../src/core/oauth-clients.ts';
import { nothingSaid, type Store } from '../../../src/core/ports.ts';
import { Secret, secret } from '../../../src/core/secret.ts';
import {
  credentialKinds,
  examinationResults,
  examinationSubjects,
  grantTypes,
  wordsOf,
} from '../../../src/stores/words.ts';
import {
  type CreateDatabase,
  client,
  clientSecret,
  grant,
  newId,
  now,
  revealed,
  storeOwner,
  tokenSet,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const referenced: ClientCredential = {
  kind: 'certificate',
  held: { reference: 'vault-name' },
  expiresAt: now + 7,
  addedAt: now - 7,
};

const storeClient = async (store: Store, more: Partial<OAuthClient> = {}): Promise<OAuthClient> => {
  const written = client(more);
  await store.oauthClients.insert(written);
  return written;
};

export const clientCredentialGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('credentials of OAuth clients', createDatabase, (it) => {
    const assertStored = async (store: Store, expected: OAuthClient) =>
      assert.deepEqual(revealed(await store.oauthClients.byId(expected.id)), revealed(expected));

    it('an OAuth client of every grant type and kind of credential is read as it was written', async (store) => {
      for (const grantType of wordsOf(grantTypes)) {
        await assertStored(store, await storeClient(store, { grantType, customersMayUse: true }));
      }
      for (const kind of wordsOf(credentialKinds)) {
        const credential = clientSecret(`text of ${kind} ✓`, { kind, expiresAt: now + 1, addedAt: now - 1 });
        await assertStored(store, await storeClient(store, { credential, expiryWarnedDays: 14 }));
        await assertStored(store, await storeClient(store, { nextCredential: credential }));
      }
    });

    it('a credential that is held by reference is its name alone, current and next', async (store) => {
      await assertStored(store, await storeClient(store, { credential: referenced }));
      await assertStored(store, await storeClient(store, { nextCredential: referenced }));
    });

    it('an examination is read as it was written, whatever it found', async (store) => {
      const steps = wordsOf(examinationSubjects).flatMap((subject) =>
        wordsOf(examinationResults).map((result) => ({
          subject,
          result,
          reason: result === 'passed' ? null : ('client_secret_wrong' as const),
          provider: result === 'failed' ? { ...nothingSaid, httpStatus: 401, errorCodes: [7000215] } : null,
        })),
      );
      const written = await storeClient(store);
      const examination = { examinedAt: now, steps };
      assert.equal(await store.oauthClients.update(written.id, { examination }), true);
      await assertStored(store, { ...written, examination });
      assert.equal(await store.oauthClients.update(written.id, { examination: null }), true);
      await assertStored(store, written);
    });

    it('an update of a credential writes all of it, and leaves the other credential alone', async (store) => {
      const written = await storeClient(store, {
        credential: referenced,
        nextCredential: clientSecret('next'),
        expiryWarnedDays: 7,
      });
      const update = async (changes: Partial<OAuthClient>) => {
        assert.equal(await store.oauthClients.update(written.id, changes), true);
        return changes;
      };
      const expected = { ...written };
      for (const changes of [
        { credential: clientSecret('text', { expiresAt: now + 3 }) },
        { nextCredential: referenced },
        { credential: referenced },
        { nextCredential: clientSecret('later') },
        { customersMayUse: true, grantType: 'jwt_bearer' as const },
        { nextCredential: null, expiryWarnedDays: null },
      ]) {
        Object.assign(expected, await update(changes));
        await assertStored(store, expected);
      }
    });

    it('the next credential takes the place of the current one with its text and its end', async (store) => {
      const next = clientSecret('next', { expiresAt: now + 50, addedAt: now + 1 });
      const written = await storeClient(store, {
        credential: clientSecret('first', { expiresAt: now + 5 }),
        nextCredential: next,
      });
      await store.transaction(async (rows) => {
        const stored = await rows.oauthClients.byId(written.id);
        assert.ok(stored?.nextCredential);
        await rows.oauthClients.update(written.id, {
          credential: stored.nextCredential,
          nextCredential: null,
        });
      });
      await assertStored(store, { ...written, credential: next, nextCredential: null });
      assert.deepEqual(await store.oauthClients.expiringCredentials(now + 50, 0, 9), []);
      assert.equal((await store.oauthClients.expiringCredentials(now + 51, 0, 9)).length, 1);
    });

    it('a text of the next credential does not open as the current one', async (store, database) => {
      const { id } = await storeClient(store, { nextCredential: clientSecret('next') });
      await database.raw('update oauth_clients set client_secret = next_client_secret where id = ?', id);
      const held = (await store.oauthClients.byId(id))?.credential.held;
      assert.ok(held instanceof Secret);
      assert.throws(() => held.reveal(), {
        code: 'internal_error',
        message: /oauth_clients\.client_secret of row .* another row or column/,
      });
    });

    it('a next credential whose text is gone is refused, never taken for an empty one', async (store, database) => {
      const { id } = await storeClient(store, { nextCredential: clientSecret('next') });
      await database.raw('update oauth_clients set next_client_secret = null where id = ?', id);
      await assert.rejects(store.oauthClients.byId(id), { message: /oauth_clients\.next_client_secret/ });
    });

    it('credentials that end are told until they were warned of, the soonest first, not those of the deleted', async (store) => {
      const ending = async (milliseconds: number | null, more: Partial<OAuthClient> = {}) => {
        const expiresAt = milliseconds === null ? null : now + milliseconds;
        return (await storeClient(store, { credential: clientSecret('text', { expiresAt }), ...more })).id;
      };
      const later = await ending(30);
      const soon = await ending(10, { expiryWarnedDays: 30 });
      const over = await ending(-10, {
        status: 'paused',
        pausedReason: 'client_secret_expired',
        pausedAt: now,
        pausedWords: null,
      });
      await ending(null);
      await ending(20, { deletedAt: now });
      await ending(null, { nextCredential: clientSecret('next', { expiresAt: now + 5 }) });
      const told = async (before: number, warnedDays: number, limit = 9) =>
        (await store.oauthClients.expiringCredentials(now + before, warnedDays, limit)).map(({ id }) => id);
      assert.deepEqual(await told(31, 14), [over, soon, later]);
      assert.deepEqual(await told(30, 14), [over, soon]);
      assert.deepEqual(await told(31, 30), [over, later]);
      assert.deepEqual(await told(31, 14, 1), [over]);
      await store.oauthClients.update(soon, { expiryWarnedDays: 14 });
      assert.deepEqual(await told(31, 14), [over, later]);
      assert.deepEqual(await told(31, 7), [over, soon, later]);
    });

    it('an OAuth client was used when a grant of its own was made or refreshed last', async (store) => {
      const owner = await storeOwner(store);
      const used = () => store.oauthClients.lastUsedAt(owner.oauthClientId);
      assert.equal(await used(), null);
      const [early, late] = [grant(owner, { refreshedAt: now - 9 }), grant(owner, { refreshedAt: now })];
      await store.grants.insert(early);
      assert.equal(await used(), now - 9);
      await store.grants.insert(late);
      await store.grants.insert(grant(await storeOwner(store), { refreshedAt: now + 99 }));
      assert.equal(await used(), now);
      await store.grants.saveRefreshed(early.id, {
        version: 1,
        refreshToken: null,
        refreshTokenExpiresAt: null,
        tokenSet: tokenSet(early.id),
        at: now + 5,
        keepAliveAt: now + 50,
        endsAt: null,
      });
      assert.equal(await used(), now + 5);
      assert.equal(await store.oauthClients.lastUsedAt(newId()), null);
    });

    it('only an OAuth client that people consent to is chosen', async (store) => {
      const { workspaceId, oauthClientId: shared } = await storeOwner(store);
      await storeClient(store, { grantType: 'jwt_bearer', createdAt: now + 1 });
      await storeClient(store, { workspaceId, grantType: 'client_credentials', customersMayUse: true });
      for (const owner of ['any', 'customers', 'installation'] as const) {
        assert.equal((await store.oauthClients.choose(workspaceId, 'google', owner))?.id, shared, owner);
      }
      assert.equal(await store.oauthClients.choose(workspaceId, 'google', 'workspace'), null);
    });

    it('one that acts without a sign-in is seen by its owner alone, though it is shared', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const shared = await storeClient(store, { grantType: 'jwt_bearer' });
      const own = await storeClient(store, { workspaceId, grantType: 'client_credentials' });
      const seenBy = async (of: string | null) => {
        const { items } = await store.oauthClients.listVisible(of, { after: null, limit: 100 });
        return items.map(({ id }) => id).filter((id) => id === shared.id || id === own.id);
      };
      assert.deepEqual(await seenBy(workspaceId), [own.id]);
      assert.deepEqual(await seenBy(null), [shared.id]);
    });

    it("customers are offered the workspace's newest client that they may use, else a shared one", async (store) => {
      const { workspaceId, oauthClientId: shared } = await storeOwner(store);
      const chosen = async () => (await store.oauthClients.choose(workspaceId, 'google', 'customers'))?.id;
      await storeClient(store, { workspaceId, createdAt: now + 9 });
      const { workspaceId: stranger } = await storeOwner(store);
      await storeClient(store, { workspaceId: stranger, customersMayUse: true, createdAt: now + 9 });
      await store.oauthClients.update(shared, { name: 'Shared', customersMayUse: false });
      const newestShared = await storeClient(store, { createdAt: now + 1 });
      assert.equal(await chosen(), newestShared.id);
      const [older, newer] = [
        await storeClient(store, { workspaceId, customersMayUse: true, createdAt: now - 2 }),
        await storeClient(store, { workspaceId, customersMayUse: true, createdAt: now - 1 }),
      ];
      assert.equal(await chosen(), newer.id);
      const { id, updatedAt } = newer;
      await store.oauthClients.pause(id, { updatedAt, reason: 'client_unknown', at: now, words: null });
      assert.equal(await chosen(), older.id);
      await store.oauthClients.update(older.id, { customersMayUse: false });
      assert.equal(await chosen(), newer.id, 'a paused own one stays the answer');
      await store.oauthClients.update(newer.id, { customersMayUse: false });
      assert.equal(await chosen(), newestShared.id);
    });

    it('a wiped credential opens as the empty text, and the OAuth client stays deleted', async (store) => {
      const written = await storeClient(store, { nextCredential: referenced });
      const wiped = { ...written.credential, held: secret('') };
      const deletion = { credential: wiped, nextCredential: null, deletedAt: now + 1 };
      assert.equal(await store.oauthClients.update(written.id, deletion), true);
      await assertStored(store, { ...written, ...deletion });
    });
  });
