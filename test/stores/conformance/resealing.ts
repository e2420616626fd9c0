// Everything that is sealed, sealed again under another key.
import assert from 'node:assert/strict';
import type { SealedPosition, Store } from '../../../src/core/ports.ts';
import { secret } from '../../../src/core/secret.ts';
import type { OpenStore } from '../../../src/stores/index.ts';
import { generateKey } from '../../../src/stores/keyring.ts';
import {
  type CreateDatabase,
  client,
  clientSecret,
  grant,
  newKeyring,
  request,
  session,
  storeWorkspace,
  type TestDatabase,
  tokenSet,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const [oldKey, newKey] = [generateKey(), generateKey()];
const idOf = (key: string): string => key.split(':')[0] ?? '';
const minute = 60_000;

async function walk(store: Store, limit = 2): Promise<{ resealed: number; unreadable: number }> {
  const tally = { resealed: 0, unreadable: 0 };
  let position: SealedPosition | null = null;
  do {
    const slice: Awaited<ReturnType<Store['resealing']['resealSlice']>> = await store.resealing.resealSlice(
      position,
      limit,
    );
    tally.resealed += slice.resealed;
    tally.unreadable += slice.unreadable;
    position = slice.position;
  } while (position !== null);
  return tally;
}

async function count(store: Store): Promise<Record<string, number>> {
  const total: Record<string, number> = {};
  let position: SealedPosition | null = null;
  do {
    const slice: Awaited<ReturnType<Store['resealing']['countSlice']>> = await store.resealing.countSlice(
      position,
      2,
    );
    for (const [keyId, values] of slice.values) total[keyId] = (total[keyId] ?? 0) + values;
    position = slice.position;
  } while (position !== null);
  return total;
}

/** With other keys than the one that the database was opened with before. */
async function reopened(store: OpenStore, database: TestDatabase, ...keys: string[]): Promise<OpenStore> {
  await store.close();
  return database.open(newKeyring(...keys));
}

/** A value in every sealed column of the core. */
async function fill(store: Store) {
  const { id: workspaceId } = await storeWorkspace(store);
  const oauthClient = client({ workspaceId, nextCredential: clientSecret('next') });
  await store.oauthClients.insert(oauthClient);
  const owner = { workspaceId, oauthClientId: oauthClient.id };
  const grants = [grant(owner), grant(owner), grant(owner), grant(owner, { refreshToken: null })];
  for (const each of grants) {
    await store.grants.insert(each);
    await store.tokenSets.save(tokenSet(each.id));
    await store.tokenSets.save(tokenSet(each.id, { resource: 'another resource', accessToken: secret('b') }));
  }
  const link = session(owner);
  await store.connectSessions.insert(link);
  const asked = request(link);
  await store.authorizationRequests.insert(asked);
  return { oauthClient, grants, asked };
}

export const resealingGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('sealing again', createDatabase, (it) => {
    it('everything opens with the new key alone, and nothing needs the old one', async (first, database) => {
      await first.close();
      await database.raw('delete from key_proofs');
      let store = await database.open(newKeyring(oldKey));
      const { oauthClient, grants, asked } = await fill(store);
      assert.deepEqual(Object.keys(await count(store)), [idOf(oldKey)]);
      const values = (await count(store))[idOf(oldKey)] ?? 0;
      assert.ok(values >= 15, String(values));

      store = await reopened(store, database, newKey, oldKey);
      assert.deepEqual(await walk(store), { resealed: values, unreadable: 0 });
      assert.deepEqual(await count(store), { [idOf(newKey)]: values });
      assert.deepEqual(await walk(store), { resealed: 0, unreadable: 0 });

      store = await reopened(store, database, newKey);
      const kept = await store.oauthClients.byId(oauthClient.id);
      assert.deepEqual(
        [kept?.credential.held, kept?.nextCredential?.held].map((held) => JSON.stringify(held)),
        [oauthClient.credential.held, oauthClient.nextCredential?.held].map((held) => JSON.stringify(held)),
      );
      for (const { id, refreshToken } of grants) {
        assert.equal((await store.grants.byId(id))?.refreshToken?.reveal(), refreshToken?.reveal());
        const other = await store.tokenSets.find(id, 'another resource');
        assert.equal(other?.accessToken.reveal(), 'b');
      }
      const verifier = (await store.authorizationRequests.byStateHash(asked.stateHash))?.codeVerifier;
      assert.equal(verifier?.reveal(), asked.codeVerifier.reveal());
    });

    it('a value that no key opens is counted, left as it is, and ends no walk', async (first, database) => {
      await first.close();
      await database.raw('delete from key_proofs');
      let store = await database.open(newKeyring(oldKey));
      const { grants } = await fill(store);
      const [lost] = grants;
      await database.raw(
        'update grants set refresh_token = (select access_token from token_sets limit 1) where id = ?',
        lost?.id ?? '',
      );
      store = await reopened(store, database, newKey, oldKey);
      assert.equal((await walk(store)).unreadable, 1);
      assert.equal((await count(store))[idOf(oldKey)], 1);
    });

    it('what is stored in the same moment is never overwritten', async (first, database) => {
      await first.close();
      await database.raw('delete from key_proofs');
      let store = await database.open(newKeyring(oldKey));
      const { grants } = await fill(store);
      store = await reopened(store, database, newKey, oldKey);
      let isOver = false;
      const latest = new Map<string, string>();
      const writers = grants.slice(0, 3).map(async ({ id }, at) => {
        for (let turn = 0; !isOver; turn += 1) {
          const text = `token ${at} ${turn}`;
          const load = await store.grants.byId(id);
          assert.ok(load);
          const isSaved = await store.grants.saveRefreshed(id, {
            version: load.version,
            refreshToken: secret(text),
            refreshTokenExpiresAt: null,
            tokenSet: tokenSet(id, { accessToken: secret(text) }),
            at: turn,
            keepAliveAt: turn,
            endsAt: null,
          });
          assert.ok(isSaved, 'sealing again changes no version');
          latest.set(id, text);
        }
      });
      for (let turn = 0; turn < 10; turn += 1) await walk(store, 3);
      isOver = true;
      await Promise.all(writers);
      for (const [id, text] of latest) {
        assert.equal((await store.grants.byId(id))?.refreshToken?.reveal(), text);
      }
      assert.equal(latest.size, 3);
    });

    it('a pass is worked on by one process at a time, and gone on with where it stopped', async (store, _database, other) => {
      const position = { table: 'grants', after: ['x'] };
      const begun = await store.resealing.begin(1000);
      assert.deepEqual([begun.startedAt, begun.finishedAt], [1000, null]);
      const claimed = await store.resealing.claim(2000, 2000 + minute);
      assert.ok(claimed);
      assert.equal(await other.resealing.claim(3000, 3000 + minute), null);
      const isSaved = (until: number) =>
        store.resealing.save(
          until,
          { ...claimed, position, total: 9, checked: 7, updatedAt: 4000 },
          4000 + minute,
        );
      assert.equal(await isSaved(2000 + minute), true);
      assert.equal(await isSaved(2000 + minute), false, 'the claim is another one by now');
      const taken = await other.resealing.claim(5000 + minute, 5000 + 2 * minute);
      assert.deepEqual([taken?.position, taken?.total, taken?.checked], [position, 9, 7]);
      assert.ok(taken);
      const over = { ...taken, position: null, finishedAt: 6000 };
      assert.equal(await other.resealing.save(5000 + 2 * minute, over, 0), true);
      assert.equal(await store.resealing.claim(9_000_000, 9_000_001), null);
      const again = await store.resealing.begin(7000);
      assert.deepEqual(
        [again.total, again.checked, again.finishedAt, again.firstStartedAt],
        [null, 0, null, 1000],
        'counted anew',
      );
    });

    it('processes tell which keys they have, until they end or are not heard of any more', async (store, database) => {
      await store.resealing.noteHolder('a', 1000);
      await store.resealing.noteHolder('b', 2000);
      await store.resealing.noteHolder('a', 3000);
      const ids = async (since: number) => (await store.resealing.holders(since)).map(({ id }) => id);
      assert.deepEqual(await ids(0), ['a', 'b']);
      assert.deepEqual(await ids(2500), ['a']);
      assert.deepEqual((await store.resealing.holders(2500))[0]?.keyIds, [database.keyring.currentKeyId]);
      await store.resealing.forgetHolder('a');
      assert.deepEqual(await ids(0), ['b']);
    });

    it('a retired key is not known any more', async (store, database) => {
      const { currentKeyId } = database.keyring;
      assert.deepEqual(await store.resealing.knownKeyIds(), [currentKeyId]);
      assert.equal(await store.resealing.forgetKey('unheard-of'), false);
      assert.equal(await store.resealing.forgetKey(currentKeyId), true);
      assert.deepEqual(await store.resealing.knownKeyIds(), []);
    });
  });
