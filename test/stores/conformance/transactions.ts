import assert from 'node:assert/strict';
import { type CreateDatabase, newId, workspace } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const transactionGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('transactions', createDatabase, (it) => {
    it('a transaction answers what its work answers, and reads its own writes', async (store) => {
      const one = workspace();
      const seen = await store.transaction(async (rows) => {
        await rows.workspaces.insert(one);
        return rows.workspaces.byId(one.id);
      });
      assert.deepEqual(seen, one);
      assert.deepEqual(await store.workspaces.byId(one.id), one);
    });

    it('a transaction that throws is rolled back whole, with the very error that was thrown', async (store) => {
      const [one, two] = [workspace(), workspace()];
      class Mine extends Error {}
      const work = store.transaction(async (rows) => {
        await rows.workspaces.insert(one);
        await rows.workspaces.insert(two);
        throw new Mine('no');
      });
      await assert.rejects(work, Mine);
      assert.equal(await store.workspaces.byId(one.id), null);
      assert.equal(await store.workspaces.byId(two.id), null);
    });

    it('a transaction with a failed operation is never committed, even if the failure is swallowed', async (store) => {
      const one = workspace();
      const work = store.transaction(async (rows) => {
        await rows.workspaces.insert(one);
        await rows.workspaces.insert(one).catch(() => {});
      });
      await assert.rejects(work, { code: 'internal_error' });
      assert.equal(await store.workspaces.byId(one.id), null);
      await store.workspaces.insert(one);
    });

    it('what a transaction writes is seen by nobody before its end', async (store) => {
      const one = workspace();
      await store.transaction(async (rows) => {
        await rows.workspaces.insert(one);
        assert.equal(await store.workspaces.byId(one.id), null);
      });
      assert.notEqual(await store.workspaces.byId(one.id), null);
    });

    it('transactions beside single writes all take effect', async (store) => {
      const ids = Array.from({ length: 30 }, newId);
      await Promise.all(
        ids.map((id, index) => {
          const each = workspace({ id });
          if (index % 3 !== 0) return store.workspaces.insert(each);
          return store.transaction((rows) => rows.workspaces.insert(each));
        }),
      );
      for (const id of ids) assert.notEqual(await store.workspaces.byId(id), null);
    });

    it('operations of a transaction that is over are refused', async (store) => {
      const kept = await store.transaction(async (rows) => rows);
      await assert.rejects(kept.workspaces.insert(workspace()));
    });
  });
