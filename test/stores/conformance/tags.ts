import assert from 'node:assert/strict';
import {
  type CreateDatabase,
  customer,
  grant,
  mailbox,
  newId,
  now,
  storeGrant,
  storeOwner,
  tag,
  tokenSet,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

export const tagGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('numbers, customers, tags', createDatabase, (it) => {
    it('numbers begin at 1, go on by one under each name, and are no number of another name', async (store) => {
      assert.deepEqual([await store.numbers.next('tag'), await store.numbers.next('tag')], [1, 2]);
      assert.equal(await store.numbers.next('customer'), 1);
      assert.equal(await store.transaction((rows) => rows.numbers.next('tag')), 3);
    });

    it('a hundred callers on two nodes get a hundred numbers', async (store, _, other) => {
      const numbers = await Promise.all(
        Array.from({ length: 100 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).numbers.next('mailbox'),
        ),
      );
      assert.equal(new Set(numbers).size, 100);
    });

    it('fifty imports at once get fifty numbers', async (store, _, other) => {
      const owner = await storeOwner(store);
      const numbers = await Promise.all(
        Array.from({ length: 50 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).transaction(async (rows) => {
            const given = grant(owner);
            await rows.grants.insert(given);
            await rows.tokenSets.save(tokenSet(given.id));
            const number = await rows.numbers.next('mailbox');
            await rows.mailboxes.insert(mailbox(given, { number }));
            return number;
          }),
        ),
      );
      assert.equal(new Set(numbers).size, 50);
      const { total } = await other.mailboxes.slice(owner.workspaceId, {}, { offset: 0, limit: 1 });
      assert.equal(total, 50);
    });

    it('customers are read as they were written, in order of number, and in their workspace only', async (store) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const written = [
        customer(here, { number: 9, email: 'ada@mail.example' }),
        customer(here, { number: 2, name: 'Ünïcode ✓' }),
        customer(there, { number: 5 }),
      ];
      for (const each of written) await store.customers.insert(each);
      assert.deepEqual(await store.customers.list(here.workspaceId), [written[1], written[0]]);
      assert.deepEqual(await store.customers.byNumber(here.workspaceId, 9), written[0]);
      assert.equal(await store.customers.byNumber(here.workspaceId, 5), null);
      await assert.rejects(store.customers.insert(customer(there, { number: 9 })), { code: 'conflict' });
    });

    it('tags are found by number and by name in their workspace only, and a name is there once', async (store) => {
      const [here, there] = [await storeOwner(store), await storeOwner(store)];
      const [red, blue] = [tag(here, { number: 9, name: 'Red', color: '#FF0000' }), tag(here, { number: 2 })];
      const abroad = tag(there, { number: 5, name: 'Red' });
      for (const each of [red, blue, abroad]) await store.tags.insert(each);
      assert.deepEqual(await store.tags.list(here.workspaceId), [blue, red]);
      assert.deepEqual(await store.tags.byNumbers(here.workspaceId, [9, 5, 2, 9, 1]), [blue, red]);
      assert.deepEqual(await store.tags.byNumbers(here.workspaceId, []), []);
      assert.deepEqual(await store.tags.byName(here.workspaceId, 'Red'), red);
      assert.equal(await store.tags.byName(here.workspaceId, 'red'), null);
      await assert.rejects(store.tags.insert(tag(here, { name: 'Red' })), { code: 'conflict' });
      assert.equal(await store.tags.update(blue.id, { name: 'Blue', color: null }), true);
      assert.deepEqual(await store.tags.byName(here.workspaceId, 'Blue'), {
        ...blue,
        name: 'Blue',
        color: null,
      });
      await assert.rejects(store.tags.update(blue.id, { name: 'Red', color: null }), { code: 'conflict' });
      assert.equal(await store.tags.update(newId(), { name: 'Nobody', color: null }), false);
    });

    it('assigning twice and removing what is not assigned change nothing', async (store) => {
      const here = await storeGrant(store);
      const [one, two] = [mailbox(here), mailbox(here)];
      const [red, blue] = [tag(here, { number: 9 }), tag(here, { number: 2 })];
      for (const each of [one, two]) await store.mailboxes.insert(each);
      for (const each of [red, blue]) await store.tags.insert(each);
      const all = () => store.tags.ofMailboxes([one.id, two.id, newId()]);
      await store.tags.assign([one.id, two.id], [red.id]);
      await store.tags.assign([one.id], [red.id, blue.id]);
      const assigned = new Map([
        [one.id, [blue, red]],
        [two.id, [red]],
      ]);
      assert.deepEqual(await all(), assigned);
      await store.tags.unassign([two.id], [blue.id]);
      await store.tags.unassign([newId()], [red.id]);
      for (const nothing of [store.tags.assign, store.tags.unassign]) {
        await nothing([], [red.id]);
        await nothing([one.id], []);
      }
      assert.deepEqual(await all(), assigned);
      await store.tags.unassign([one.id, two.id], [red.id]);
      assert.deepEqual(await all(), new Map([[one.id, [blue]]]));
      assert.deepEqual(await store.tags.ofMailboxes([]), new Map());
    });

    it('a tag is never assigned across workspaces, nor to what does not exist', async (store) => {
      const [here, there] = [await storeGrant(store), await storeGrant(store)];
      const [own, foreign] = [mailbox(here), mailbox(there)];
      const red = tag(here);
      await store.tags.insert(red);
      for (const each of [own, foreign]) await store.mailboxes.insert(each);
      await store.tags.assign([own.id, foreign.id, newId()], [red.id, newId()]);
      assert.deepEqual(await store.tags.ofMailboxes([own.id, foreign.id]), new Map([[own.id, [red]]]));
    });

    it('a removed mailbox leaves its tags, and nothing of the assignment stays behind', async (store) => {
      const here = await storeGrant(store);
      const [box, red] = [mailbox(here), tag(here)];
      await store.mailboxes.insert(box);
      await store.tags.insert(red);
      await store.tags.assign([box.id], [red.id]);
      assert.equal(await store.mailboxes.remove(box.id), true);
      assert.deepEqual(await store.tags.ofMailboxes([box.id]), new Map());
      await store.mailboxes.insert(box);
      assert.deepEqual(await store.tags.ofMailboxes([box.id]), new Map());
      assert.equal((await store.tags.list(here.workspaceId)).length, 1);
    });

    it('the same tags assigned by fifty callers at once are assigned once', async (store, _, other) => {
      const here = await storeGrant(store);
      const boxes = Array.from({ length: 5 }, () => mailbox(here));
      const tags = Array.from({ length: 4 }, () => tag(here, { createdAt: now }));
      for (const each of boxes) await store.mailboxes.insert(each);
      for (const each of tags) await store.tags.insert(each);
      const ids = { boxes: boxes.map(({ id }) => id), tags: tags.map(({ id }) => id) };
      await Promise.all(
        Array.from({ length: 50 }, (_unused, index) =>
          index % 2 === 0
            ? store.tags.assign(ids.boxes, ids.tags)
            : other.tags.assign(ids.boxes.toReversed(), ids.tags.toReversed()),
        ),
      );
      const assigned = await store.tags.ofMailboxes(ids.boxes);
      assert.deepEqual(
        ids.boxes.map((id) => assigned.get(id)?.length),
        [4, 4, 4, 4, 4],
      );
    });
  });
