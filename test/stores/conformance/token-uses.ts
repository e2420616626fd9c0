import assert from 'node:assert/strict';
import type { TokenUse } from '../../../src/core/ports.ts';
import { allOf, type CreateDatabase, newId, now, storeGrant, tokenSet } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const minute = now - (now % 60_000);
const day = 24 * 3600 * 1000;
const imap = 'https://mail.google.com/';
const graph = 'https://graph.microsoft.com';

const useOf = (mailboxId: string, keyId: string, more: Partial<TokenUse> = {}): TokenUse => ({
  mailboxId,
  keyId,
  minute,
  total: 1,
  firstAt: minute + 10,
  lastAt: minute + 20,
  ...more,
});

export const tokenUseGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('reads of tokens, due times and ends', createDatabase, (it) => {
    it('counts of the same mailbox, minute and key add up, between the first and the last read', async (store) => {
      const [mailboxId, keyId] = [newId(), newId()];
      await store.tokenUses.add([useOf(mailboxId, keyId, { total: 3 })]);
      await store.tokenUses.add([
        useOf(mailboxId, keyId, { total: 4, firstAt: minute + 5, lastAt: minute + 15 }),
      ]);
      await store.tokenUses.add([
        useOf(mailboxId, keyId, { total: 5, firstAt: minute + 30, lastAt: minute + 40 }),
      ]);
      await store.tokenUses.add([]);
      const { items } = await store.tokenUses.list(mailboxId, { after: null, limit: 10 });
      assert.deepEqual(items, [
        useOf(mailboxId, keyId, { total: 12, firstAt: minute + 5, lastAt: minute + 40 }),
      ]);
    });

    it('a minute that a clock counted twice is one row, also within one batch', async (store) => {
      const [mailboxId, keyId] = [newId(), newId()];
      await store.tokenUses.add([
        useOf(mailboxId, keyId, { total: 2, lastAt: minute + 50 }),
        useOf(mailboxId, newId()),
        useOf(mailboxId, keyId, { total: 7, firstAt: minute + 1 }),
      ]);
      const { items } = await store.tokenUses.list(mailboxId, { after: null, limit: 10 });
      assert.deepEqual(
        items[0],
        useOf(mailboxId, keyId, { total: 9, firstAt: minute + 1, lastAt: minute + 50 }),
      );
      assert.equal(items.length, 2);
    });

    it('no count is lost, and nobody is refused, when two nodes add to the same rows in opposite orders', async (store, _, other) => {
      const mailboxIds = Array.from({ length: 200 }, newId);
      const keyId = newId();
      const uses = mailboxIds.map((mailboxId) => useOf(mailboxId, keyId));
      await Promise.all(
        Array.from({ length: 20 }, (_unused, index) =>
          index % 2 === 0 ? store.tokenUses.add(uses) : other.tokenUses.add(uses.toReversed()),
        ),
      );
      for (const mailboxId of mailboxIds) {
        const { items } = await store.tokenUses.list(mailboxId, { after: null, limit: 2 });
        assert.deepEqual(
          items.map(({ total }) => total),
          [20],
        );
      }
    });

    it('uses come newest minute first, then by key, page by page, of this mailbox alone', async (store) => {
      const [mailboxId, first, second] = [newId(), newId(), newId()];
      const uses = [0, 1, 2].flatMap((age) =>
        [first, second].map((keyId) => useOf(mailboxId, keyId, { minute: minute - age * 60_000 })),
      );
      await store.tokenUses.add([...uses.toReversed(), useOf(newId(), first)]);
      for (const limit of [1, 2, 4, 6]) {
        assert.deepEqual(await allOf((page) => store.tokenUses.list(mailboxId, page), limit), uses);
      }
      for (const cursor of ['', 'x', '12', '.', `x.${first}`]) {
        await assert.rejects(store.tokenUses.list(mailboxId, { after: cursor, limit: 1 }), RangeError);
      }
    });

    it('pruning takes the minutes before a moment, no more than asked, and leaves the rest', async (store) => {
      const mailboxId = newId();
      const old = [1, 2, 3].map((age) => useOf(mailboxId, newId(), { minute: minute - age * 60_000 }));
      const kept = useOf(mailboxId, newId());
      await store.tokenUses.add([...old, kept]);
      assert.deepEqual(
        [await store.tokenUses.prune(minute, 2), await store.tokenUses.prune(minute, 2)],
        [2, 1],
      );
      assert.equal(await store.tokenUses.prune(minute, 2), 0);
      assert.deepEqual((await store.tokenUses.list(mailboxId, { after: null, limit: 9 })).items, [kept]);
    });

    const read = (
      grantId: string,
      more: { resource?: string; obtainedAt?: number; readAt?: number; dueAt?: number | null } = {},
    ) => ({
      grantId,
      resource: imap,
      obtainedAt: now,
      readAt: now + 5,
      dueAt: now + 100,
      ...more,
    });

    it('a read is noted with its time, which never goes back, and brings the due time forward, never back', async (store) => {
      const { id } = await storeGrant(store, { keepAliveAt: now + day });
      await store.tokenSets.save(tokenSet(id));
      const state = async () => [
        (await store.tokenSets.find(id, imap))?.readAt,
        (await store.grants.byId(id))?.keepAliveAt,
      ];
      await store.grants.noteReads([read(id)]);
      assert.deepEqual(await state(), [now + 5, now + 100]);
      await store.grants.noteReads([read(id, { readAt: now + 4, dueAt: now + 200 })]);
      assert.deepEqual(await state(), [now + 5, now + 100]);
      await store.grants.noteReads([read(id, { readAt: now + 6, dueAt: null })]);
      assert.deepEqual(await state(), [now + 6, now + 100]);
      await store.grants.noteReads([read(id, { readAt: now + 7, dueAt: now + 50 })]);
      assert.deepEqual(await state(), [now + 7, now + 50]);
      await store.grants.noteReads([]);
      await store.grants.noteReads([read(newId())]);
    });

    it('a read of a token that was replaced meanwhile is noted, and does not make the next one due', async (store) => {
      const { id } = await storeGrant(store, { keepAliveAt: now + day });
      await store.tokenSets.save(tokenSet(id, { obtainedAt: now + 60 }));
      await store.grants.noteReads([read(id, { readAt: now + 70 })]);
      assert.equal((await store.tokenSets.find(id, imap))?.readAt, now + 70);
      assert.equal((await store.grants.byId(id))?.keepAliveAt, now + day);
    });

    it('a due time that is past is brought forward by the first read after it, and not again by each further one', async (store) => {
      const { id } = await storeGrant(store, { keepAliveAt: now + day });
      await store.tokenSets.save(tokenSet(id));
      const dueAt = async () => (await store.grants.byId(id))?.keepAliveAt;
      await store.grants.noteReads([read(id, { readAt: now + 101 })]);
      assert.equal(await dueAt(), now + 100);
      // It was tried, failed, and was put off.
      await store.grants.postponeKeepAlive(id, { now: now + 100, until: now + day });
      await store.grants.noteReads([read(id, { readAt: now + 102 })]);
      assert.equal(await dueAt(), now + day);
    });

    it('of several resources of one grant each has its own time, and the soonest makes it due', async (store) => {
      const { id } = await storeGrant(store, { keepAliveAt: now + day });
      const other = await storeGrant(store, { keepAliveAt: now + day });
      for (const resource of [imap, graph]) await store.tokenSets.save(tokenSet(id, { resource }));
      await store.tokenSets.save(tokenSet(other.id));
      await store.grants.noteReads([
        read(id, { dueAt: now + 300 }),
        read(id, { resource: graph, readAt: now + 6, dueAt: now + 200 }),
      ]);
      assert.equal((await store.tokenSets.find(id, imap))?.readAt, now + 5);
      assert.equal((await store.tokenSets.find(id, graph))?.readAt, now + 6);
      assert.equal((await store.grants.byId(id))?.keepAliveAt, now + 200);
      assert.equal((await store.grants.byId(other.id))?.keepAliveAt, now + day);
      assert.equal((await store.tokenSets.find(other.id, imap))?.readAt, null);
    });

    it('nodes that note the same reads in opposite orders, while these are refreshed, never stop one another', async (store, _, other) => {
      const grants = await Promise.all(
        Array.from({ length: 50 }, () => storeGrant(store, { keepAliveAt: now + day })),
      );
      for (const { id } of grants) await store.tokenSets.save(tokenSet(id));
      const noting = (round: number) =>
        grants.map(({ id }) => read(id, { readAt: now + round, dueAt: now + day - round }));
      await Promise.all([
        ...Array.from({ length: 20 }, (_unused, round) =>
          round % 2 === 0
            ? store.grants.noteReads(noting(round))
            : other.grants.noteReads(noting(round).toReversed()),
        ),
        ...grants.map(({ id }, index) =>
          (index % 2 === 0 ? store : other).grants.saveRefreshed(id, {
            version: 1,
            refreshToken: null,
            refreshTokenExpiresAt: null,
            tokenSet: tokenSet(id),
            at: now,
            keepAliveAt: now + day,
            endsAt: null,
          }),
        ),
      ]);
      for (const { id } of grants) {
        const stored = await store.grants.byId(id);
        assert.equal(stored?.version, 2);
        assert.ok((stored?.keepAliveAt ?? 0) <= now + day);
      }
    });

    it('grants that end are found soonest first, after those of which it is not known, and page by page', async (store) => {
      const made = [];
      for (const more of [
        { endsAt: now + 3 },
        { endsAt: now + 2 },
        { endsAt: 0 },
        { endsAt: now + 2, endWarnedDays: 8 },
        { endsAt: now + 2, endWarnedDays: 7 },
        { endsAt: now + 10 },
        { endsAt: null },
        { endsAt: now + 1, status: 'needs_reauthorization' as const },
      ]) {
        made.push((await storeGrant(store, more)).id);
      }
      const wanted = [made[2], made[1], made[3], made[0]];
      for (const limit of [1, 2, 3, 4, 9]) {
        const found: string[] = [];
        let after: { id: string; endsAt: number | null } | undefined;
        while (true) {
          const slice = await store.grants.ending(now + 10, 7, limit, after);
          if (slice.length === 0) break;
          found.push(...slice.map(({ id }) => id));
          after = slice.at(-1);
        }
        assert.deepEqual(found, wanted, `in slices of ${limit}`);
      }
    });

    it('the end of a row that a release wrote which knew of none is to be worked out', async (store, database) => {
      const { id } = await storeGrant(store);
      await database.raw(
        `insert into grants (id, workspace_id, oauth_client_id, provider, issuer, subject, entra_tenant_id, scope, lost_scopes, refresh_token, status, version, lease_until, refreshed_at, consented_at, keep_alive_at, created_at, updated_at)
         select ?, workspace_id, oauth_client_id, provider, issuer, 'another', entra_tenant_id, scope, lost_scopes, refresh_token, status, version, lease_until, refreshed_at, consented_at, keep_alive_at, created_at, updated_at from grants where id = ?`,
        newId(),
        id,
      );
      const [found] = await store.grants.ending(now, 1, 10);
      assert.deepEqual([found?.subject, found?.endsAt, found?.endWarnedDays], ['another', 0, null]);
    });

    it('a warning is claimed by one caller, only nearer to the end than the last, only of the grant that was read', async (store, _, other) => {
      const { id, version } = await storeGrant(store, { endsAt: now + day });
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).grants.noteEndWarning(id, { version, days: 7 }),
        ),
      );
      assert.equal(claims.filter((isMine) => isMine).length, 1);
      const claim = (days: number, of = version) => store.grants.noteEndWarning(id, { version: of, days });
      assert.deepEqual([await claim(14), await claim(7), await claim(3, version + 1)], [false, false, false]);
      assert.equal(await claim(3), true);
      assert.equal((await store.grants.byId(id))?.endWarnedDays, 3);
      assert.equal(await store.grants.noteEndWarning(newId(), { version: 1, days: 1 }), false);
      const dead = await storeGrant(store, { status: 'needs_reauthorization' });
      assert.equal(await store.grants.noteEndWarning(dead.id, { version: 1, days: 1 }), false);
    });

    it('ends are corrected in rows that are as they were read, and a warning stays only with its end', async (store) => {
      const warned = { endsAt: now + day, endWarnedDays: 3 };
      const [same, later, never, changed] = [
        await storeGrant(store, warned),
        await storeGrant(store, warned),
        await storeGrant(store, warned),
        await storeGrant(store, warned),
      ];
      await store.grants.correctEnds([
        { id: same.id, version: 1, endsAt: now + day + 60_000 },
        { id: later.id, version: 1, endsAt: now + 9 * day },
        { id: never.id, version: 1, endsAt: null },
        { id: changed.id, version: 2, endsAt: now },
      ]);
      await store.grants.correctEnds([]);
      const state = async ({ id }: { id: string }) => {
        const stored = await store.grants.byId(id);
        return [stored?.endsAt, stored?.endWarnedDays];
      };
      assert.deepEqual(await state(same), [now + day + 60_000, 3]);
      assert.deepEqual(await state(later), [now + 9 * day, null]);
      assert.deepEqual(await state(never), [null, null]);
      assert.deepEqual(await state(changed), [now + day, 3]);
    });

    it('a refresh forgets the warning of an end that it puts off, and keeps that of one which stays', async (store) => {
      const warned = { endsAt: now + day, endWarnedDays: 3, refreshTokenExpiresAt: now + day };
      const stays = await storeGrant(store, warned);
      const putOff = await storeGrant(store, warned);
      const refresh = (id: string, endsAt: number | null) =>
        store.grants.saveRefreshed(id, {
          version: 1,
          refreshToken: null,
          refreshTokenExpiresAt: null,
          tokenSet: tokenSet(id),
          at: now,
          keepAliveAt: now,
          endsAt,
        });
      await refresh(stays.id, now + day + 2_000);
      await refresh(putOff.id, now + 90 * day);
      const stored = async (id: string) => (await store.grants.byId(id))?.endWarnedDays;
      assert.deepEqual([await stored(stays.id), await stored(putOff.id)], [3, null]);
    });
  });
