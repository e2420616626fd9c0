// Rows of a release that knows more words than this one, which runs beside it during an update.
import assert from 'node:assert/strict';
import {
  backgroundJob,
  type CreateDatabase,
  client,
  clientSecret,
  grant,
  mailbox,
  newId,
  now,
  storeOwner,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const first = { after: null, limit: 10 };

export const newerReleaseGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('rows of a newer release', createDatabase, (it) => {
    it('an event of an unknown type does not hide the others', async (store, database) => {
      const { workspaceId } = await storeOwner(store);
      const ids = [newId(), newId(), newId()];
      for (const id of ids) {
        const event = { id, workspaceId, type: 'mailbox.verified', objectId: newId() } as const;
        await store.events.append({ ...event, data: {}, createdAt: now });
      }
      await database.raw("update events set type = 'mailbox.painted' where id = ?", ids[1] ?? '');
      const { items, next } = await store.events.list(workspaceId, { after: null, limit: 2 });
      assert.deepEqual(
        items.map(({ id }) => id),
        [ids[0], ids[2]],
      );
      assert.equal(next, null);
    });

    it('a background job of an unknown type is left to others, and the next one is claimed', async (store, database) => {
      const [owner, other] = [await storeOwner(store), await storeOwner(store)];
      const [unknown, known] = [backgroundJob(owner), backgroundJob(other)];
      await store.backgroundJobs.insert(unknown);
      await store.backgroundJobs.insert(known);
      await database.raw("update background_jobs set type = 'paint' where id = ?", unknown.id);
      const claim = () =>
        store.transaction(async (rows) => {
          await rows.lock('claim');
          return rows.backgroundJobs.claim(now, now + 60_000);
        });
      assert.equal((await claim())?.id, known.id);
      assert.equal(await claim(), null);
      assert.deepEqual((await store.backgroundJobs.list(owner.workspaceId, first)).items, []);
    });

    it('a grant that cannot be read does not end the walk through those that end soon', async (store, database) => {
      const owner = await storeOwner(store);
      const grants = [1, 2, 3, 4].map((at) => grant(owner, { endsAt: now + at }));
      for (const each of grants) await store.grants.insert(each);
      for (const { id } of grants.slice(0, 2)) {
        await database.raw("update grants set failure = 'no JSON' where id = ?", id);
      }
      const readable = grants.slice(2).map(({ id }) => id);
      for (const limit of [1, 2, 9]) {
        const found = await store.grants.ending(now + 10, 7, limit);
        assert.deepEqual(
          found.map(({ id }) => id),
          readable.slice(0, limit),
        );
      }
    });

    it('an OAuth client that cannot be read does not hide the credentials of others', async (store, database) => {
      const ends = (expiresAt: number) => client({ credential: clientSecret('s', { expiresAt }) });
      const [bad, good] = [ends(now + 1), ends(now + 2)];
      for (const each of [bad, good]) await store.oauthClients.insert(each);
      await database.raw("update oauth_clients set status = 'painted' where id = ?", bad.id);
      const passedOver: string[] = [];
      const found = await store.oauthClients.expiringCredentials(now + 10, 7, 9, (id) => passedOver.push(id));
      assert.deepEqual(
        found.map(({ id }) => id),
        [good.id],
      );
      assert.deepEqual(passedOver, [bad.id]);
    });

    it('a proof with an unknown reason is read as one with an unexpected answer', async (store, database) => {
      const owner = await storeOwner(store);
      const given = grant(owner);
      const box = mailbox(given);
      await store.grants.insert(given);
      await store.mailboxes.insert(box);
      const result = {
        transport: 'imap',
        ok: false,
        reason: 'painted',
        detail: null,
        durationMilliseconds: 5,
      };
      const stored = JSON.stringify({ verifiedAt: now, results: [result] });
      await database.raw('update mailboxes set verification = ? where id = ?', stored, box.id);
      const read = await store.mailboxes.byId(box.id);
      assert.equal(read?.verification?.results[0]?.reason, 'server_answer_unreadable');
    });
  });
