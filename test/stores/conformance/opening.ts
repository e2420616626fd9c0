import assert from 'node:assert/strict';
import { generateKey } from '../../../src/stores/keyring.ts';
import { type CreateDatabase, newId, newKeyring, workspace } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const openingGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('opening', createDatabase, (it) => {
    it('a database that is opened again has everything and migrates nothing', async (store, database) => {
      const id = newId();
      await store.workspaces.insert(workspace({ id, name: 'kept' }));
      await store.close();
      const again = await database.open();
      assert.equal((await again.workspaces.byId(id))?.name, 'kept');
    });

    it('a database of a newer release is refused with its migration named', async (store, database) => {
      await store.close();
      await database.raw("insert into migrations (name, applied_at) values ('9999-from-the-future', 1)");
      await assert.rejects(database.open(), /newer release.*9999-from-the-future/);
    });

    it('a keyring that never sealed this database is refused at the start', async (store, database) => {
      await store.close();
      await assert.rejects(database.open(newKeyring()), /does not fit the database/);
    });

    it('another key under a known id is refused at the start', async (store, database) => {
      await store.close();
      const wrong = generateKey().replace(/^[^:]+/, database.keyring.currentKeyId);
      await assert.rejects(database.open(newKeyring(wrong)), /is not the key of that id/);
    });

    it('the database answers a ping while it is open, and no longer once it is closed', async (store) => {
      await store.ping();
      await store.close();
      await assert.rejects(store.ping());
    });
  });
