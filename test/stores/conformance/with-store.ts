import { describe, it } from 'node:test';
import type { OpenStore } from '../../../src/stores/index.ts';
import type { CreateDatabase, TestDatabase } from '../fixtures.ts';

type Guarantee = (
  name: string,
  test: (store: OpenStore, database: TestDatabase, other: OpenStore) => Promise<void>,
) => void;

/** A group of guarantees. Each test has a database of its own, and a second node on it where there are nodes. */
export const guarantees = (
  name: string,
  createDatabase: CreateDatabase,
  declare: (guarantee: Guarantee) => void,
): void => {
  describe(name, () => {
    declare((title, test) => {
      it(title, async () => {
        const database = await createDatabase({ isMigrated: true });
        try {
          const [store, other] = await database.openTwo();
          await test(store, database, other);
        } finally {
          await database.drop();
        }
      });
    });
  });
};
