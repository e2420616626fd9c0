import assert from 'node:assert/strict';
import type { Verification } from '../../../src/core/verification.ts';
import {
  allOf,
  type CreateDatabase,
  grant,
  mailbox,
  newId,
  now,
  revealed,
  storeGrant,
  storeOwner,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const verification: Verification = {
  verifiedAt: now,
  results: [
    { transport: 'imap', ok: true, reason: 'ok', detail: null, durationMilliseconds: 12 },
    {
      transport: 'smtp',
      ok: false,
      reason: 'smtp_auth_disabled',
      detail: '535 5.7.139',
      durationMilliseconds: 7.5,
    },
  ],
};

export const mailboxGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('mailboxes', createDatabase, (it) => {
    it('a mailbox is found by id and by address, as it was written, and joins its grant and client', async (store) => {
      const given = await storeGrant(store);
      const written = mailbox(given, {
        customer: 'c-1',
        metadata: { plan: 'gold', '': '"quoted" ✓' },
        verification,
        verifyDueAt: now,
      });
      await store.mailboxes.insert(written);
      assert.deepEqual(await store.mailboxes.byId(written.id), written);
      assert.deepEqual(await store.mailboxes.byEmail(written.workspaceId, written.email), written);
      assert.equal(await store.mailboxes.byEmail(written.workspaceId, 'nobody@mail.example'), null);
      const joined = await store.mailboxes.withGrant(written.id);
      assert.deepEqual(joined?.mailbox, written);
      assert.deepEqual(revealed(joined?.grant ?? null), revealed(given));
      assert.deepEqual(
        revealed(joined?.oauthClient ?? null),
        revealed(await store.oauthClients.byId(given.oauthClientId)),
      );
      assert.equal(await store.mailboxes.withGrant(newId()), null);
    });

    it('an address is in a workspace once, and may be in another workspace', async (store) => {
      const [here, there] = [await storeGrant(store), await storeGrant(store)];
      const written = mailbox(here, { email: 'ada@mail.example' });
      await store.mailboxes.insert(written);
      assert.equal(await store.mailboxes.existsElsewhere(there.workspaceId, written.email), true);
      assert.equal(await store.mailboxes.existsElsewhere(here.workspaceId, written.email), false);
      await assert.rejects(store.mailboxes.insert(mailbox(here, { email: written.email })), {
        code: 'conflict',
      });
      await store.mailboxes.insert(mailbox(there, { email: written.email }));
      assert.equal(await store.mailboxes.existsElsewhere(here.workspaceId, written.email), true);
    });

    it('a list is complete without duplicates under every filter, and never of another workspace', async (store) => {
      const here = await storeGrant(store);
      const microsoft = grant(here, { provider: 'microsoft' });
      await store.grants.insert(microsoft);
      await store.mailboxes.insert(mailbox(await storeGrant(store), { customer: 'a' }));
      const written = Array.from({ length: 9 }, (_, index) =>
        mailbox(index % 3 === 0 ? microsoft : here, { customer: index % 2 === 0 ? 'a' : 'b' }),
      );
      for (const each of written) await store.mailboxes.insert(each);
      const ids = async (filter: Parameters<typeof store.mailboxes.list>[1]) =>
        (await allOf((page) => store.mailboxes.list(here.workspaceId, filter, page), 2)).map(
          ({ mailbox: { id } }) => id,
        );
      const expected = (keep: (each: (typeof written)[number]) => boolean) =>
        written.filter(keep).map(({ id }) => id);
      assert.deepEqual(
        await ids({}),
        expected(() => true),
      );
      assert.deepEqual(
        await ids({ customer: 'a' }),
        expected(({ customer }) => customer === 'a'),
      );
      assert.deepEqual(
        await ids({ provider: 'microsoft' }),
        expected(({ provider }) => provider === 'microsoft'),
      );
      assert.deepEqual(
        await ids({ provider: 'google', customer: 'b' }),
        expected(({ provider, customer }) => provider === 'google' && customer === 'b'),
      );
      assert.deepEqual(await ids({ email: written[4]?.email ?? '' }), [written[4]?.id]);
      assert.deepEqual(await ids({ email: 'nobody@mail.example' }), []);
    });

    it('a mailbox is updated whole, and a missing one not at all', async (store) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      const changed = {
        ...written,
        name: 'Grace',
        metadata: { a: 'b' },
        disabledAt: now,
        updatedAt: now + 1,
      };
      assert.equal(await store.mailboxes.update(changed.id, changed), true);
      assert.deepEqual(await store.mailboxes.byId(written.id), changed);
      assert.equal(await store.mailboxes.update(newId(), written), false);
    });

    it('an update of some columns leaves what another process wrote into the others', async (store) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      await store.mailboxes.update(written.id, { email: 'moved@mail.example', verification: null });
      await store.mailboxes.update(written.id, { customer: null, metadata: { a: 'b' } });
      assert.equal(await store.mailboxes.update(written.id, {}), true);
      assert.equal(await store.mailboxes.update(newId(), {}), false);
      assert.deepEqual(await store.mailboxes.byId(written.id), {
        ...written,
        email: 'moved@mail.example',
        verification: null,
        customer: null,
        metadata: { a: 'b' },
      });
    });

    it('a verification is stored with its next due time', async (store) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      assert.equal(await store.mailboxes.saveVerification(written.id, verification, now + 5), true);
      assert.deepEqual(await store.mailboxes.byId(written.id), {
        ...written,
        verification,
        verifyDueAt: now + 5,
      });
      assert.equal(await store.mailboxes.saveVerification(written.id, verification, null), true);
      assert.equal((await store.mailboxes.byId(written.id))?.verifyDueAt, null);
      assert.equal(await store.mailboxes.saveVerification(newId(), verification, null), false);
    });

    it('due verifications are claimed oldest first, and no more than asked', async (store) => {
      const given = await storeGrant(store);
      const make = async (more: Parameters<typeof mailbox>[1]) => {
        const each = mailbox(given, more);
        await store.mailboxes.insert(each);
        return each.id;
      };
      const late = await make({ verifyDueAt: now });
      const early = await make({ verifyDueAt: now - 2 });
      const middle = await make({ verifyDueAt: now - 1 });
      await make({ verifyDueAt: now + 1 });
      await make({ verifyDueAt: null });
      await make({ verifyDueAt: now - 9, disabledAt: now });
      const claim = async (limit: number) =>
        (await store.mailboxes.claimDueVerifications(now, now + 60, limit)).map(({ id }) => id);
      assert.deepEqual((await claim(2)).sort(), [early, middle].sort());
      assert.deepEqual(await claim(2), [late]);
      assert.deepEqual(await claim(2), []);
      assert.equal((await store.mailboxes.byId(late))?.verifyDueAt, now + 60);
      assert.equal((await store.mailboxes.claimDueVerifications(now + 60, now + 120, 10)).length, 4);
    });

    it('the mailboxes of a grant are counted and listed, and a removed one is gone', async (store) => {
      const given = await storeGrant(store);
      const [one, two] = [mailbox(given), mailbox(given)];
      await store.mailboxes.insert(one);
      await store.mailboxes.insert(two);
      assert.equal(await store.mailboxes.countByGrant(given.id), 2);
      assert.deepEqual(await store.mailboxes.listByGrant(given.id), [one, two]);
      assert.equal(await store.mailboxes.remove(one.id), true);
      assert.equal(await store.mailboxes.remove(one.id), false);
      assert.deepEqual(await store.mailboxes.listByGrant(given.id), [two]);
    });

    it('a mailbox without its workspace or grant is refused', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const homeless = mailbox(grant({ workspaceId, oauthClientId: newId() }));
      await assert.rejects(store.mailboxes.insert(homeless), { code: 'conflict' });
    });
  });
