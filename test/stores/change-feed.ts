// What whoever keeps something in memory may rely on, on every engine.
import assert from 'node:assert/strict';
import type { Change } from '../../src/core/ports.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { until } from '../support/until.ts';
import { guarantees } from './conformance/with-store.ts';
import { type CreateDatabase, newId, now, storeGrant } from './fixtures.ts';

/** Ids that a node heard of, in order; `null` stands for "anything may have changed". */
export type Heard = (string | null)[];

export const listenTo = (store: OpenStore): Heard => {
  const heard: Heard = [];
  store.changes.listen((changes: readonly Change[] | null) => {
    if (changes === null) heard.push(null);
    else heard.push(...changes.map(({ id }) => id));
  });
  return heard;
};

/** Listening, and up to date: what was said on the way there is forgotten. */
export const listenCurrent = async (store: OpenStore): Promise<Heard> => {
  const heard = listenTo(store);
  await until('the feed is current', () => store.changes.isCurrent());
  heard.length = 0;
  return heard;
};

export const changeFeedGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('the change feed', createDatabase, (it) => {
    it('a node hears of its own change before the operation resolves', async (store) => {
      const heard = await listenCurrent(store);
      const { id } = await storeGrant(store);
      heard.length = 0;
      await store.grants.markDead(id, { version: 1, failure: failure(), at: now });
      assert.deepEqual(heard, [id]);
    });

    it('every node hears of a change of one, once it is committed', async (store, _, other) => {
      const [own, heard] = await Promise.all([listenCurrent(store), listenCurrent(other)]);
      const id = newId();
      await store.transaction(async (rows) => {
        await rows.mailboxes.remove(id);
        assert.deepEqual([own, heard], [[], []]);
      });
      assert.ok(own.includes(id));
      await until('the other node has heard', () => heard.includes(id));
    });

    it('of what was rolled back no other node hears, and its own at most once', async (store, _, other) => {
      const [own, heard] = await Promise.all([listenCurrent(store), listenCurrent(other)]);
      const [undone, kept] = [newId(), newId()];
      const work = store.transaction(async (rows) => {
        await rows.mailboxes.remove(undone);
        throw new Error('changed its mind');
      });
      await assert.rejects(work, /changed its mind/);
      await store.mailboxes.remove(kept);
      await until('the other node has heard of what came later', () => heard.includes(kept));
      assert.ok(own.filter((id) => id === undone).length <= 1);
      if (other !== store) assert.equal(heard.includes(undone), false);
    });

    it('who stops listening, or whose store is closed, hears nothing more', async (store, database) => {
      const stopped: unknown[] = [];
      const stop = store.changes.listen((changes) => stopped.push(changes));
      await until('the feed is current', () => store.changes.isCurrent());
      stop();
      stopped.length = 0;
      await store.mailboxes.remove(newId());
      assert.deepEqual(stopped, []);
      const heard = await listenCurrent(store);
      await store.close();
      const again = await database.open();
      const fresh = await listenCurrent(again);
      const id = newId();
      await again.mailboxes.remove(id);
      await until('a store that is open has heard', () => fresh.includes(id));
      assert.deepEqual(heard, []);
    });
  });

const failure = () => ({
  reason: 'grant_revoked' as const,
  provider: {
    httpStatus: 400,
    error: 'invalid_grant',
    suberror: null,
    description: null,
    errorCodes: [],
    traceId: null,
    correlationId: null,
  },
});
