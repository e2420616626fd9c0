// Workspaces on their way out: found by nobody, and taken apart in small pieces that leave nothing and nobody else's.
import assert from 'node:assert/strict';
import type { ApiKey } from '../../../src/core/api-keys.ts';
import type { Store } from '../../../src/core/ports.ts';
import {
  backgroundJob,
  type CreateDatabase,
  client,
  customer,
  grant,
  hash,
  mailbox,
  newId,
  now,
  request,
  session,
  storeOwner,
  tag,
  tokenSet,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

/** A workspace with one of everything, and so many mailboxes. */
async function storeAll(store: Store, mailboxes: number): Promise<{ id: string; mailboxIds: string[] }> {
  const owner = await storeOwner(store);
  const { workspaceId } = owner;
  const own = client({ workspaceId });
  await store.oauthClients.insert(own);
  const mailboxIds: string[] = [];
  const label = tag(owner);
  await store.tags.insert(label);
  for (let count = 0; count < mailboxes; count += 1) {
    const given = grant({ workspaceId, oauthClientId: count % 2 === 0 ? own.id : owner.oauthClientId });
    const box = mailbox(given);
    await store.grants.insert(given);
    await store.tokenSets.save(tokenSet(given.id));
    await store.mailboxes.insert(box);
    await store.tags.assign([box.id], [label.id]);
    const use = { mailboxId: box.id, keyId: newId(), minute: now, total: 1, firstAt: now, lastAt: now };
    await store.tokenUses.add([use]);
    mailboxIds.push(box.id);
  }
  const invitation = session({ workspaceId, oauthClientId: own.id });
  await store.connectSessions.insert(invitation);
  await store.authorizationRequests.insert(request(invitation));
  await store.customers.insert(customer(owner));
  await store.backgroundJobs.insert(backgroundJob(owner));
  await store.events.append({
    id: newId(),
    workspaceId,
    type: 'mailbox.connected',
    objectId: newId(),
    data: {},
    createdAt: now,
  });
  await store.apiKeys.insert(apiKey(workspaceId));
  return { id: workspaceId, mailboxIds };
}

const apiKey = (workspaceId: string): ApiKey => {
  const id = newId();
  return {
    id,
    workspaceId,
    name: 'key',
    prefix: id.slice(-8),
    hash: hash(),
    lastFour: 'abcd',
    scopes: ['all'],
    expiresAt: null,
    createdAt: now,
    revokedAt: null,
  };
};

async function takeApart(store: Store, id: string, limit: number): Promise<number[]> {
  const pieces: number[] = [];
  for (;;) {
    const { removed } = await store.workspaces.removeSome(id, limit);
    if (removed === 0) return pieces;
    pieces.push(removed);
  }
}

export const workspaceRemovalGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('workspaces on their way out', createDatabase, (it) => {
    it('one that leaves is found by nobody, its keys are revoked, and it leaves once', async (store) => {
      const { id } = await storeAll(store, 1);
      const heard: unknown[] = [];
      store.changes.listen((changes) => heard.push(...(changes ?? [])));
      assert.equal(await store.workspaces.leave(id, now + 1), true);
      assert.equal(await store.workspaces.leave(id, now + 2), false);
      assert.equal(await store.workspaces.leave(newId(), now), false);
      assert.equal(await store.workspaces.byId(id), null);
      assert.equal(await store.workspaces.rename(id, 'other'), false);
      const listed = await store.workspaces.list({ after: null, limit: 10 });
      assert.ok(listed.items.every((each) => each.id !== id));
      const keys = await store.apiKeys.list(id, { after: null, limit: 10 });
      assert.deepEqual(
        keys.items.map(({ revokedAt }) => revokedAt),
        [now + 1],
      );
      assert.deepEqual(await store.workspaces.leaving(10), [id]);
      assert.ok(heard.some((change) => JSON.stringify(change) === JSON.stringify({ kind: 'workspace', id })));
    });

    it('a key of it opens nothing, whenever it was made', async (store, database) => {
      const { id } = await storeAll(store, 1);
      const key = apiKey(id);
      await store.apiKeys.insert(key);
      await store.workspaces.leave(id, now);
      assert.equal(await store.apiKeys.byPrefix(key.prefix), null);
      // As a release would leave it that made keys without a look at the workspace.
      await database.raw('update api_keys set revoked_at = null where id = ?', key.id);
      assert.equal(await store.apiKeys.byPrefix(key.prefix), null);
    });

    it('nothing new comes into it, so that it comes to its end', async (store) => {
      const owner = await storeOwner(store);
      const { workspaceId } = owner;
      const given = grant(owner);
      await store.grants.insert(given);
      await store.workspaces.leave(workspaceId, now);
      const inserts = [
        () => store.apiKeys.insert(apiKey(workspaceId)),
        () => store.oauthClients.insert(client({ workspaceId })),
        () => store.connectSessions.insert(session(owner)),
        () => store.customers.insert(customer(owner)),
        () => store.tags.insert(tag(owner)),
        () => store.backgroundJobs.insert(backgroundJob(owner)),
        () => store.grants.insert(grant(owner)),
        () => store.mailboxes.insert(mailbox(given)),
      ];
      for (const insert of inserts) await assert.rejects(insert, { code: 'not_found' });
      await assert.rejects(store.apiKeys.insert(apiKey(newId())), { code: 'not_found' });
    });

    it('a key that is made in its last moment is revoked with the others, or is not made', async (store, _, other) => {
      for (let round = 0; round < 20; round += 1) {
        const { workspaceId } = await storeOwner(store);
        const keys = Array.from({ length: 4 }, () => apiKey(workspaceId));
        const made = keys.map((key) => store.apiKeys.insert(key));
        const [, ...outcomes] = await Promise.allSettled([other.workspaces.leave(workspaceId, now), ...made]);
        const listed = await store.apiKeys.list(workspaceId, { after: null, limit: 10 });
        assert.equal(listed.items.length, outcomes.filter(({ status }) => status === 'fulfilled').length);
        assert.ok(listed.items.every(({ revokedAt }) => revokedAt === now));
      }
    });

    it('what is due of it is left alone, and what is due of others is found behind it', async (store) => {
      const leaving = await storeOwner(store);
      const staying = await storeOwner(store);
      const due = async (owner: typeof leaving, at: number): Promise<string> => {
        const one = grant(owner, { keepAliveAt: at });
        const box = mailbox(one, { verifyDueAt: at });
        await store.grants.insert(one);
        await store.mailboxes.insert(box);
        return box.id;
      };
      for (const at of [1, 2, 3, 4, 5]) await due(leaving, now - 1_000 + at);
      const wanted = await due(staying, now - 10);
      await store.workspaces.leave(leaving.workspaceId, now - 1);
      const claim = () => store.grants.claimDue({ owner: newId(), now, until: now + 60_000 }, 2);
      const { grants } = await claim();
      assert.deepEqual(
        grants.map((each) => each.grant.workspaceId),
        [staying.workspaceId],
      );
      assert.deepEqual((await claim()).grants, []);
      assert.deepEqual(await store.mailboxes.claimDueVerifications(now, now + 60_000, 2), [wanted]);
      assert.deepEqual(await store.mailboxes.claimDueVerifications(now, now + 60_000, 2), []);
    });

    it('it goes in pieces of the given size, with all that it has and nothing of another one', async (store, database) => {
      const leaving = await storeAll(store, 5);
      const staying = await storeAll(store, 2);
      await store.workspaces.leave(leaving.id, now);
      const pieces = await takeApart(store, leaving.id, 2);
      assert.ok(pieces.length > 8 && pieces.every((size) => size <= 2), String(pieces));
      assert.deepEqual(await store.workspaces.leaving(10), []);
      for (const id of leaving.mailboxIds) {
        assert.equal(await store.mailboxes.byId(id), null);
        assert.deepEqual((await store.tokenUses.list(id, { after: null, limit: 5 })).items, []);
      }
      for (const id of staying.mailboxIds) {
        assert.ok(await store.mailboxes.forTokenRead(id));
        assert.equal((await store.tokenUses.list(id, { after: null, limit: 5 })).items.length, 1);
      }
      assert.equal((await store.events.list(staying.id, { after: null, limit: 5 })).items.length, 1);
      assert.equal((await store.events.list(leaving.id, { after: null, limit: 5 })).items.length, 0);
      // Its number is not taken again: nothing is left that refers to it.
      await database.raw('delete from workspaces where id = ?', leaving.id);
    });

    it('grants are answered for revocation, each once, with the addresses that they served', async (store, _, other) => {
      const { id } = await storeAll(store, 6);
      await store.workspaces.leave(id, now);
      const answers = await Promise.all([
        store.workspaces.removeSome(id, 4),
        other.workspaces.removeSome(id, 4),
      ]);
      const grants = answers.flatMap((answer) => answer.grants);
      assert.equal(new Set(grants.map((each) => each.grant.id)).size, 6);
      assert.equal(grants.length, 6);
      assert.ok(grants.every(({ emails }) => emails.length === 1));
      assert.equal(grants[0]?.grant.refreshToken?.reveal(), 'refresh-token-1');
    });

    it('a grant that cannot be read goes as well', async (store, database) => {
      const { id } = await storeAll(store, 2);
      await database.raw("update grants set status = 'asleep' where workspace_id = ?", id);
      await store.workspaces.leave(id, now);
      await takeApart(store, id, 10);
      assert.deepEqual(await store.workspaces.leaving(10), []);
    });

    it('a workspace that does not leave is not taken apart to its end', async (store) => {
      const { workspaceId } = await storeOwner(store);
      assert.deepEqual(await store.workspaces.removeSome(workspaceId, 10), { removed: 0, grants: [] });
      assert.ok(await store.workspaces.byId(workspaceId));
    });
  });
