import assert from 'node:assert/strict';
import { generateKey } from '../../../src/stores/keyring.ts';
import { type CreateDatabase, grant, mailbox, newKeyring, storeGrant, tokenSet } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const secretGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('secrets and stored shapes', createDatabase, (it) => {
    it('a sealed value that was moved to another row does not open', async (store, database) => {
      const one = await storeGrant(store);
      const two = grant(one);
      await store.grants.insert(two);
      await database.raw(
        'update grants set refresh_token = (select refresh_token from grants where id = ?) where id = ?',
        one.id,
        two.id,
      );
      assert.equal((await store.grants.byId(one.id))?.refreshToken?.reveal(), 'refresh-token-1');
      const moved = await store.grants.byId(two.id);
      assert.throws(() => moved?.refreshToken?.reveal(), {
        code: 'internal_error',
        message: /grants\.refresh_token of row .* was sealed for another row or column/,
      });
    });

    it('a sealed value that was moved to another column does not open', async (store, database) => {
      const { id } = await storeGrant(store);
      await store.tokenSets.save(tokenSet(id));
      await database.raw(
        'update grants set refresh_token = (select access_token from token_sets where grant_id = ?) where id = ?',
        id,
        id,
      );
      const moved = await store.grants.byId(id);
      assert.throws(() => moved?.refreshToken?.reveal(), { message: /another row or column/ });
    });

    it('JSON that does not fit is refused by naming the column, never read as something else', async (store, database) => {
      const given = await storeGrant(store);
      const box = mailbox(given);
      await store.mailboxes.insert(box);
      for (const garbage of ['{', '[]', '{"plan":1}', 'null']) {
        await database.raw('update mailboxes set metadata = ? where id = ?', garbage, box.id);
        await assert.rejects(store.mailboxes.byId(box.id), {
          code: 'internal_error',
          message: /mailboxes\.metadata of row/,
        });
      }
      await database.raw('update grants set failure = ? where id = ?', '{"reason":"unheard_of"}', given.id);
      await assert.rejects(store.grants.byId(given.id), { message: /grants\.failure/ });
      await database.raw("update grants set failure = null, status = 'asleep' where id = ?", given.id);
      await assert.rejects(store.grants.byId(given.id), { message: /grants\.status .* known word/ });
    });

    it('after a rotation old values open and new ones are sealed under the new key', async (store, database) => {
      const [oldKey, newKey] = [generateKey(), generateKey()];
      await store.close();
      await database.raw('delete from key_proofs');
      const before = await database.open(newKeyring(oldKey));
      const old = await storeGrant(before);
      await before.close();
      const during = await database.open(newKeyring(newKey, oldKey));
      assert.equal((await during.grants.byId(old.id))?.refreshToken?.reveal(), 'refresh-token-1');
      const fresh = await storeGrant(during);
      await during.close();
      const after = await database.open(newKeyring(newKey));
      assert.equal((await after.grants.byId(fresh.id))?.refreshToken?.reveal(), 'refresh-token-1');
      const lost = await after.grants.byId(old.id);
      assert.throws(() => lost?.refreshToken?.reveal(), { message: /the keyring lacks/ });
    });
  });
