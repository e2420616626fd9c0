import assert from 'node:assert/strict';
import { noSettings } from '../../../src/core/mailbox-settings.ts';
import type { Mailbox, MailboxFilter } from '../../../src/core/mailboxes.ts';
import type { Store } from '../../../src/core/ports.ts';
import {
  allOf,
  type CreateDatabase,
  client,
  grant,
  mailbox,
  newId,
  now,
  storeGrant,
  storeOwner,
  tag,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

/** What a filter finds, by name; the list by cursor and the slice by position must agree. */
const found = async (store: Store, workspaceId: string, filter: MailboxFilter): Promise<string[]> => {
  const listed = await allOf((page) => store.mailboxes.list(workspaceId, filter, page), 2);
  const { items, total } = await store.mailboxes.slice(workspaceId, filter, { offset: 0, limit: 100 });
  const names = (each: typeof items) => each.map((joined) => joined.mailbox.name).sort();
  assert.deepEqual(names(items), names(listed));
  assert.equal(total, items.length);
  return names(items);
};

const insertAll = async (store: Store, mailboxes: readonly Mailbox[]) => {
  for (const each of mailboxes) await store.mailboxes.insert(each);
};

export const mailboxListGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('lists of mailboxes', createDatabase, (it) => {
    it('a search finds parts of the address and the name, in any case, in any script', async (store) => {
      const here = await storeGrant(store);
      const search = (text: string) => found(store, here.workspaceId, { search: text });
      await insertAll(store, [
        mailbox(here, { name: 'Élodie ÜNAL', email: 'first@one.example' }),
        mailbox(here, { name: 'Ада', email: 'second@two.example' }),
      ]);
      assert.deepEqual(await search('ünal'), ['Élodie ÜNAL']);
      assert.deepEqual(await search('ÉLODIE ü'), ['Élodie ÜNAL']);
      assert.deepEqual(await search('АД'), ['Ада']);
      assert.deepEqual(await search('TWO.ex'), ['Ада']);
      assert.deepEqual(await search('example'), ['Ада', 'Élodie ÜNAL'].sort());
      assert.deepEqual(await search('nobody'), []);
    });

    it('whom mailboxes belong to is counted by name, page by page, and apart from other workspaces', async (store) => {
      const here = await storeGrant(store);
      const elsewhere = await storeGrant(store);
      for (const customer of ['globex', 'acme', null, 'acme', 'Ünal']) {
        await store.mailboxes.insert(mailbox(here, { customer }));
      }
      await store.mailboxes.insert(mailbox(elsewhere, { customer: 'acme' }));
      const listed = await allOf((page) => store.customers.ofMailboxes(here.workspaceId, page), 1);
      const byName = listed.toSorted(
        (one, other) => one.mailboxes - other.mailboxes || (one.name < other.name ? -1 : 1),
      );
      assert.deepEqual(byName, [
        { name: 'globex', mailboxes: 1 },
        { name: 'Ünal', mailboxes: 1 },
        { name: 'acme', mailboxes: 2 },
      ]);
    });

    it('a search follows a new name and a new address', async (store) => {
      const here = await storeGrant(store);
      const written = mailbox(here, { name: 'Before', email: 'before@one.example' });
      await store.mailboxes.insert(written);
      await store.mailboxes.update(written.id, { name: 'ÄFTER' });
      await store.mailboxes.update(written.id, { email: 'later@one.example' });
      assert.deepEqual(await found(store, here.workspaceId, { search: 'before' }), []);
      assert.deepEqual(await found(store, here.workspaceId, { search: 'äfter' }), ['ÄFTER']);
      assert.deepEqual(await found(store, here.workspaceId, { search: 'later@' }), ['ÄFTER']);
    });

    it('a LIKE wildcard in a search is text', async (store) => {
      const here = await storeGrant(store);
      const names = ['100%', '100 per cent', 'a_b', 'acb', 'back\\slash', "quo'te"];
      await insertAll(
        store,
        names.map((name, index) => mailbox(here, { name, email: `${index}@one.example` })),
      );
      const search = (text: string) => found(store, here.workspaceId, { search: text });
      assert.deepEqual(await search('0%'), ['100%']);
      assert.deepEqual(await search('%'), ['100%']);
      assert.deepEqual(await search('a_b'), ['a_b']);
      assert.deepEqual(await search('k\\s'), ['back\\slash']);
      assert.deepEqual(await search('\\'), ['back\\slash']);
      assert.deepEqual(await search("o't"), ["quo'te"]);
    });

    it('mailboxes are filtered by their grant and by what was set for them, alone and together', async (store) => {
      const here = await storeGrant(store);
      const dead = grant(here, { status: 'needs_reauthorization' });
      await store.grants.insert(dead);
      const [paused, warm] = [
        { ...noSettings, sendingPaused: true },
        { ...noSettings, warmup: { ...noSettings.warmup, wanted: true } },
      ];
      const plain = mailbox(here, { name: 'plain' });
      await insertAll(store, [
        plain,
        mailbox(dead, { name: 'dead' }),
        mailbox(here, { name: 'paused', settings: paused }),
        mailbox(dead, { name: 'dead and warm', settings: warm }),
      ]);
      const find = (filter: MailboxFilter) => found(store, here.workspaceId, filter);
      assert.deepEqual(await find({ grantActive: true }), ['paused', 'plain']);
      assert.deepEqual(await find({ grantActive: false }), ['dead', 'dead and warm']);
      assert.deepEqual(await find({ sendingPaused: true }), ['paused']);
      assert.deepEqual(await find({ sendingPaused: false }), ['dead', 'dead and warm', 'plain']);
      assert.deepEqual(await find({ warmupWanted: true }), ['dead and warm']);
      assert.deepEqual(await find({ warmupWanted: false, grantActive: true, sendingPaused: false }), [
        'plain',
      ]);
      await store.mailboxes.update(plain.id, { settings: { ...warm, sendingPaused: true } });
      assert.deepEqual(await find({ sendingPaused: true }), ['paused', 'plain']);
      assert.deepEqual(await find({ warmupWanted: true }), ['dead and warm', 'plain']);
    });

    it('mailboxes are filtered by the OAuth client of their grant, also by a deleted one', async (store) => {
      const here = await storeGrant(store);
      const other = client();
      await store.oauthClients.insert(other);
      const given = grant({ ...here, oauthClientId: other.id });
      const elsewhere = grant({ ...(await storeOwner(store)), oauthClientId: other.id });
      await store.grants.insert(given);
      await store.grants.insert(elsewhere);
      await insertAll(store, [
        mailbox(here, { name: 'plain' }),
        mailbox(given, { name: 'one', provider: 'google' }),
        mailbox(given, { name: 'two', provider: 'microsoft' }),
        mailbox(elsewhere, { name: 'of another workspace' }),
      ]);
      const find = (filter: MailboxFilter) => found(store, here.workspaceId, filter);
      assert.deepEqual(await find({ oauthClientId: other.id }), ['one', 'two']);
      assert.deepEqual(await find({ oauthClientId: other.id, provider: 'microsoft' }), ['two']);
      assert.deepEqual(await find({ oauthClientId: here.oauthClientId }), ['plain']);
      assert.deepEqual(await find({ oauthClientId: newId() }), []);
      await store.oauthClients.update(other.id, { deletedAt: now });
      assert.deepEqual(await find({ oauthClientId: other.id }), ['one', 'two']);
    });

    it('a mailbox with several of the tags asked for is found once, and no tag finds none', async (store) => {
      const here = await storeGrant(store);
      const boxes = ['both', 'one', 'other', 'none'].map((name) => mailbox(here, { name }));
      await insertAll(store, boxes);
      const [red, blue] = [tag(here), tag(here)];
      await store.tags.insert(red);
      await store.tags.insert(blue);
      const idOf = (name: string) => boxes.find((each) => each.name === name)?.id ?? '';
      await store.tags.assign([idOf('both'), idOf('one')], [red.id]);
      await store.tags.assign([idOf('both'), idOf('other')], [blue.id]);
      const find = (tagIds: string[]) => found(store, here.workspaceId, { tagIds });
      assert.deepEqual(await find([red.id]), ['both', 'one']);
      assert.deepEqual(await find([red.id, blue.id]), ['both', 'one', 'other']);
      assert.deepEqual(await find([newId()]), []);
      assert.deepEqual(await find([]), []);
    });

    it('a page by its place is what walking there finds, under every filter, and goes on by id', async (store) => {
      const here = await storeGrant(store);
      const dead = grant(here, { status: 'needs_reauthorization' });
      await store.grants.insert(dead);
      await store.mailboxes.insert(mailbox(await storeGrant(store), { customer: 'a' }));
      const written = Array.from({ length: 9 }, (_, index) =>
        mailbox(index % 3 === 0 ? dead : here, {
          customer: index % 2 === 0 ? 'a' : 'b',
          // Against the order of ids, which is the one that counts.
          number: 100 - index,
          provider: index % 4 === 0 ? 'microsoft' : 'google',
        }),
      );
      await insertAll(store, written);
      const color = tag(here);
      await store.tags.insert(color);
      await store.tags.assign(
        written.slice(2, 7).map(({ id }) => id),
        [color.id],
      );
      const filters: MailboxFilter[] = [
        {},
        { customer: 'a' },
        { provider: 'google' },
        { search: 'example' },
        { tagIds: [color.id] },
        { grantActive: true },
        { oauthClientId: here.oauthClientId, customer: 'b' },
        { status: 'needs_reauthorization' },
        { status: 'verifying', provider: 'google' },
      ];
      const idsOf = (joined: readonly { mailbox: Mailbox }[]) => joined.map((each) => each.mailbox.id);
      for (const filter of filters) {
        const all = idsOf(await allOf((page) => store.mailboxes.list(here.workspaceId, filter, page), 100));
        for (let skip = 0; skip <= all.length + 1; skip += 1) {
          const page = await store.mailboxes.list(here.workspaceId, filter, { after: null, skip, limit: 2 });
          const shown = all.slice(skip, skip + 2);
          const next = skip + 2 < all.length ? (shown.at(-1) ?? null) : null;
          assert.deepEqual(
            { filter, skip, ids: idsOf(page.items), next: page.next },
            { filter, skip, ids: shown, next },
          );
        }
        const [first, ...others] = all;
        assert.ok(first !== undefined, `${JSON.stringify(filter)} finds none`);
        const behind = await store.mailboxes.list(here.workspaceId, filter, {
          after: first,
          skip: 1,
          limit: 9,
        });
        assert.deepEqual(idsOf(behind.items), others.slice(1));
      }
      for (const skip of [-1, 0.5, Number.NaN]) {
        await assert.rejects(
          store.mailboxes.list(here.workspaceId, {}, { after: null, skip, limit: 2 }),
          RangeError,
        );
      }
    });

    it('slices by position are in order of number, complete, and tell the total of the filter', async (store) => {
      const here = await storeGrant(store);
      await store.mailboxes.insert(mailbox(await storeGrant(store), { number: 1 }));
      const numbers = [9, 3, 7, 5, 11];
      await insertAll(
        store,
        numbers.map((number) => mailbox(here, { number, customer: number === 7 ? 'b' : 'a' })),
      );
      const slice = async (filter: MailboxFilter, offset: number, limit: number) => {
        const { items, total } = await store.mailboxes.slice(here.workspaceId, filter, { offset, limit });
        return { numbers: items.map((each) => each.mailbox.number), total };
      };
      assert.deepEqual(await slice({}, 0, 2), { numbers: [3, 5], total: 5 });
      assert.deepEqual(await slice({}, 2, 2), { numbers: [7, 9], total: 5 });
      assert.deepEqual(await slice({}, 4, 2), { numbers: [11], total: 5 });
      assert.deepEqual(await slice({}, 9, 2), { numbers: [], total: 5 });
      assert.deepEqual(await slice({ customer: 'a' }, 1, 2), { numbers: [5, 9], total: 4 });
      assert.deepEqual(await slice({}, 0, 0), { numbers: [], total: 5 });
      await assert.rejects(slice({}, -1, 2), RangeError);
      await assert.rejects(slice({}, 0, -1), RangeError);
    });
  });
