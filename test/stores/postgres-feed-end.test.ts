import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPostgres } from './postgres-database.ts';

test('a store that is closed while its feed connects is closed all the same', { timeout: 60_000 }, () =>
  withPostgres(async ({ open }) => {
    for (let turns = 0; turns < 8; turns += 1) {
      const store = await open();
      store.changes.listen(() => {});
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await store.close();
      assert.equal(store.changes.isCurrent(), false);
    }
  }),
);
