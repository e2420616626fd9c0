import assert from 'node:assert/strict';
import { type MailboxSettings, noSettings } from '../../../src/core/mailbox-settings.ts';
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

const allSettings: MailboxSettings = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  dailyMax: 40,
  sendingGapMinutes: 7,
  signature: '<b>Ada</b>',
  replyTo: 'reply@mail.example',
  bcc: 'bcc@mail.example',
  trackingDomain: 'track.example',
  sendingPaused: true,
  warmup: {
    wanted: true,
    messagesPerDay: 5,
    rampUpPerDay: 2,
    replyRatePercent: 30,
    key: 'some-key',
    adjustsItself: true,
    rampsUp: false,
  },
  dialects: { other: { label: 'ü', nested: { list: [1, null] } } },
};

export const mailboxGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('mailboxes', createDatabase, (it) => {
    it('a mailbox is found by id and by address, as it was written, and joins its grant and client', async (store) => {
      const given = await storeGrant(store);
      const written = mailbox(given, {
        delegateEmail: 'delegate@mail.example',
        aliases: ['countess@mail.example', 'ädä@mail.example'],
        customer: 'c-1',
        metadata: { plan: 'gold', '': '"quoted" ✓' },
        verification,
        verifyDueAt: now,
        externalId: 'box-1',
        settings: allSettings,
      });
      await store.mailboxes.insert(written);
      assert.deepEqual(await store.mailboxes.byId(written.id), written);
      assert.deepEqual(await store.mailboxes.byEmail(written.workspaceId, written.email), written);
      assert.equal(await store.mailboxes.byEmail(written.workspaceId, 'nobody@mail.example'), null);
      assert.deepEqual(await store.mailboxes.byNumber(written.workspaceId, written.number), written);
      assert.deepEqual(await store.mailboxes.byExternalId(written.workspaceId, 'box-1'), written);
      assert.equal(await store.mailboxes.byExternalId(written.workspaceId, 'box'), null);
      const joined = await store.mailboxes.withGrant(written.id);
      assert.deepEqual(joined?.mailbox, written);
      assert.deepEqual(revealed(joined?.grant ?? null), revealed(given));
      assert.deepEqual(
        revealed(joined?.oauthClient ?? null),
        revealed(await store.oauthClients.byId(given.oauthClientId)),
      );
      assert.equal(await store.mailboxes.withGrant(newId()), null);
    });

    it('the delegate and the aliases of a mailbox change alone, and can be taken away', async (store) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      const expected = { ...written };
      for (const changes of [
        { delegateEmail: 'delegate@mail.example' },
        { aliases: ['countess@mail.example'] },
        { delegateEmail: null },
        { aliases: [] },
      ]) {
        assert.equal(await store.mailboxes.update(written.id, changes), true);
        assert.deepEqual(await store.mailboxes.byId(written.id), Object.assign(expected, changes));
      }
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

    it('an external id is in a workspace once, may be in another workspace, and may be missing', async (store) => {
      const [here, there] = [await storeGrant(store), await storeGrant(store)];
      for (const each of [mailbox(here), mailbox(here)]) await store.mailboxes.insert(each);
      const written = mailbox(here, { externalId: 'box' });
      await store.mailboxes.insert(written);
      const second = mailbox(here, { externalId: 'box' });
      await assert.rejects(store.mailboxes.insert(second), { code: 'conflict' });
      const abroad = mailbox(there, { externalId: 'box' });
      await store.mailboxes.insert(abroad);
      assert.equal((await store.mailboxes.byExternalId(there.workspaceId, 'box'))?.id, abroad.id);
      await store.mailboxes.update(written.id, { externalId: null });
      assert.equal(await store.mailboxes.byExternalId(here.workspaceId, 'box'), null);
      await store.mailboxes.insert(second);
    });

    it('a number belongs to one mailbox of the installation, for life, and opens no other workspace', async (store) => {
      const [here, there] = [await storeGrant(store), await storeGrant(store)];
      const written = mailbox(here, { number: 7 });
      await store.mailboxes.insert(written);
      await assert.rejects(store.mailboxes.insert(mailbox(there, { number: 7 })), { code: 'conflict' });
      assert.equal(await store.mailboxes.byNumber(there.workspaceId, 7), null);
      const renumbered = { ...written, number: 8 };
      await store.mailboxes.update(written.id, renumbered);
      assert.equal((await store.mailboxes.byId(written.id))?.number, 7);
    });

    it('settings that an older release did not write read as their defaults', async (store, database) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      const read = async (stored: string) => {
        await database.raw('update mailboxes set settings = ? where id = ?', stored, written.id);
        return (await store.mailboxes.byId(written.id))?.settings;
      };
      assert.deepEqual(await read('{}'), noSettings);
      assert.deepEqual(await read('{"bcc":"a@mail.example","warmup":{"wanted":true}}'), {
        ...noSettings,
        bcc: 'a@mail.example',
        warmup: { ...noSettings.warmup, wanted: true },
      });
      await assert.rejects(read('{"warmup":{"wanted":"yes"}}'), { message: /mailboxes\.settings of row/ });
    });

    it('a mailbox is updated whole, and a missing one not at all', async (store) => {
      const written = mailbox(await storeGrant(store));
      await store.mailboxes.insert(written);
      const changed = {
        ...written,
        name: 'Grace',
        metadata: { a: 'b' },
        externalId: 'box',
        settings: allSettings,
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
      const claim = (limit: number) => store.mailboxes.claimDueVerifications(now, now + 60, limit);
      assert.deepEqual((await claim(2)).sort(), [early, middle].sort());
      assert.deepEqual(await claim(2), [late]);
      assert.deepEqual(await claim(2), []);
      assert.equal((await store.mailboxes.byId(late))?.verifyDueAt, now + 60);
      assert.equal((await store.mailboxes.claimDueVerifications(now + 60, now + 120, 10)).length, 4);
    });

    it('a mailbox that cannot be read is claimed like the others, and does not stop them', async (store, database) => {
      const given = await storeGrant(store);
      const [broken, whole] = [mailbox(given, { verifyDueAt: now }), mailbox(given, { verifyDueAt: now })];
      for (const each of [broken, whole]) await store.mailboxes.insert(each);
      await database.raw("update mailboxes set verification = '{' where id = ?", broken.id);
      await assert.rejects(store.mailboxes.byId(broken.id));
      assert.deepEqual(await store.mailboxes.claimDueVerifications(now, now + 60, 10), [broken.id, whole.id]);
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
