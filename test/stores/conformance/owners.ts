import assert from 'node:assert/strict';
import { type ApiKey, apiKeyScopes } from '../../../src/core/api-keys.ts';
import type { ReasonCode } from '../../../src/core/diagnosis.ts';
import { nothingSaid } from '../../../src/core/ports.ts';
import { eventTypes, wordsOf } from '../../../src/stores/words.ts';
import {
  allOf,
  type CreateDatabase,
  client,
  clientSecret,
  grant,
  hash,
  mailbox,
  newId,
  now,
  revealed,
  storeOwner,
  workspace,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const apiKey = (workspaceId: string | null, more: Partial<ApiKey> = {}): ApiKey => ({
  id: newId(),
  workspaceId,
  name: 'key',
  prefix: hash().slice(0, 8),
  hash: hash(),
  lastFour: 'abcd',
  scopes: ['mailboxes:read', 'tokens:read'],
  expiresAt: null,
  createdAt: now,
  revokedAt: null,
  ...more,
});

export const ownerGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('workspaces, API keys, OAuth clients, events', createDatabase, (it) => {
    it('a workspace is read as it was written, and can be renamed', async (store) => {
      const written = workspace({ name: 'Ünïcode ✓' });
      await store.workspaces.insert(written);
      assert.deepEqual(await store.workspaces.byId(written.id), written);
      assert.equal(await store.workspaces.rename(written.id, 'Two'), true);
      assert.equal((await store.workspaces.byId(written.id))?.name, 'Two');
      assert.equal(await store.workspaces.rename(newId(), 'Nobody'), false);
      assert.equal(await store.workspaces.byId(newId()), null);
    });

    it('a list by cursor is complete, in order of creation and without duplicates', async (store) => {
      const ids = Array.from({ length: 10 }, newId);
      for (const id of ids.toReversed()) await store.workspaces.insert(workspace({ id }));
      for (const limit of [1, 3, 5, 10, 11]) {
        const items = await allOf((page) => store.workspaces.list(page), limit);
        assert.deepEqual(
          items.map(({ id }) => id),
          ids,
        );
      }
      assert.deepEqual(await store.workspaces.list({ after: ids.at(-1) ?? null, limit: 5 }), {
        items: [],
        next: null,
      });
    });

    it('the same id twice is a conflict, and the first row stays', async (store) => {
      const written = workspace({ name: 'First' });
      await store.workspaces.insert(written);
      await assert.rejects(store.workspaces.insert({ ...written, name: 'Second' }), { code: 'conflict' });
      assert.equal((await store.workspaces.byId(written.id))?.name, 'First');
    });

    it('an API key is found by prefix, listed in its workspace only, and revoked once', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const [own, installation] = [apiKey(workspaceId), apiKey(null, { scopes: ['all'], expiresAt: now })];
      await store.apiKeys.insert(own);
      await store.apiKeys.insert(installation);
      assert.deepEqual(await store.apiKeys.byPrefix(own.prefix), own);
      assert.deepEqual(await store.apiKeys.byId(installation.id), installation);
      assert.equal(await store.apiKeys.byPrefix('unknown'), null);
      const page = { after: null, limit: 10 };
      assert.deepEqual((await store.apiKeys.list(workspaceId, page)).items, [own]);
      assert.deepEqual((await store.apiKeys.list(null, page)).items, [installation]);
      assert.equal(await store.apiKeys.revoke(own.id, now + 1), true);
      assert.equal(await store.apiKeys.revoke(own.id, now + 2), false);
      assert.equal((await store.apiKeys.byId(own.id))?.revokedAt, now + 1);
      await assert.rejects(store.apiKeys.insert(apiKey(null, { prefix: own.prefix })), { code: 'conflict' });
    });

    it('an API key may hold every scope there is', async (store) => {
      const written = apiKey(null, { scopes: [...apiKeyScopes] });
      await store.apiKeys.insert(written);
      assert.deepEqual(await store.apiKeys.byId(written.id), written);
    });

    it('an OAuth client is read as it was written, and updated whole', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const written = client({
        workspaceId,
        provider: 'microsoft',
        entraTenant: 'common',
        personalAccounts: false,
        extraScopes: ['https://graph.microsoft.com/User.Read'],
        dialects: { other: { label: 'ü', nested: { list: [1, null] } } },
        credential: clientSecret('höchst geheim', { expiresAt: now + 9, addedAt: now - 9 }),
      });
      await store.oauthClients.insert(written);
      assert.deepEqual(revealed(await store.oauthClients.byId(written.id)), revealed(written));
      const changed = {
        ...written,
        name: 'New',
        extraScopes: [],
        dialects: {},
        credential: clientSecret('second'),
        updatedAt: now + 1,
      };
      assert.equal(await store.oauthClients.update(changed.id, changed), true);
      assert.deepEqual(revealed(await store.oauthClients.byId(written.id)), revealed(changed));
      assert.equal(await store.oauthClients.update(newId(), written), false);
    });

    it('an update of an OAuth client writes the columns that it names and no others', async (store) => {
      const written = client({
        status: 'paused',
        pausedReason: 'client_secret_wrong',
        pausedAt: now,
        pausedWords: null,
      });
      await store.oauthClients.insert(written);
      const stored = async () => revealed(await store.oauthClients.byId(written.id));
      assert.equal(await store.oauthClients.update(written.id, {}), true);
      assert.deepEqual(await stored(), revealed(written));
      const repair = {
        status: 'active',
        pausedReason: null,
        pausedAt: null,
        pausedWords: null,
        updatedAt: now + 1,
      } as const;
      assert.equal(await store.oauthClients.update(written.id, repair), true);
      assert.deepEqual(await stored(), revealed({ ...written, ...repair }));
    });

    it('a deleted OAuth client is not brought back and not changed', async (store) => {
      const written = client();
      await store.oauthClients.insert(written);
      const deletion = { deletedAt: now + 1, updatedAt: now + 1 };
      assert.equal(await store.oauthClients.update(written.id, deletion), true);
      assert.equal(await store.oauthClients.update(written.id, { name: 'New', updatedAt: now + 2 }), false);
      assert.equal(await store.oauthClients.update(written.id, { deletedAt: null }), false);
      assert.deepEqual(
        revealed(await store.oauthClients.byId(written.id)),
        revealed({ ...written, ...deletion }),
      );
    });

    it('an OAuth client is paused once, and a deleted one never', async (store) => {
      const one = client();
      await store.oauthClients.insert(one);
      const words = { ...nothingSaid, traceId: 'trace', correlationId: 'correlation' };
      const pause = (of: typeof one, reason: ReasonCode, at: number) =>
        store.oauthClients.pause(of.id, { updatedAt: of.updatedAt, reason, at, words });
      assert.equal(await pause(one, 'client_secret_expired', now + 1), true);
      assert.equal(await pause(one, 'client_secret_wrong', now + 2), false);
      assert.deepEqual(
        revealed(await store.oauthClients.byId(one.id)),
        revealed({
          ...one,
          status: 'paused',
          pausedReason: 'client_secret_expired',
          pausedAt: now + 1,
          pausedWords: words,
        }),
      );
      const deleted = client({ deletedAt: now });
      await store.oauthClients.insert(deleted);
      assert.equal(await pause(deleted, 'client_unknown', now), false);
    });

    it('a refusal of the old secret does not pause an OAuth client that was changed meanwhile', async (store) => {
      const refused = client();
      await store.oauthClients.insert(refused);
      await store.oauthClients.update(refused.id, { credential: clientSecret('second'), updatedAt: now + 1 });
      const pause = {
        updatedAt: refused.updatedAt,
        reason: 'client_secret_wrong',
        at: now + 2,
        words: null,
      } as const;
      assert.equal(await store.oauthClients.pause(refused.id, pause), false);
      assert.equal((await store.oauthClients.byId(refused.id))?.status, 'active');
    });

    it("the workspace's newest active OAuth client is chosen before the newest shared one", async (store) => {
      const { workspaceId, oauthClientId: shared } = await storeOwner(store);
      const { workspaceId: stranger } = await storeOwner(store);
      const chosen = async () => (await store.oauthClients.choose(workspaceId, 'google'))?.id;
      const newerShared = client({ createdAt: now + 1 });
      await store.oauthClients.insert(newerShared);
      await store.oauthClients.insert(client({ workspaceId: stranger, createdAt: now + 9 }));
      await store.oauthClients.insert(client({ deletedAt: now, createdAt: now + 9 }));
      assert.equal(await chosen(), newerShared.id);
      await store.oauthClients.pause(newerShared.id, {
        updatedAt: newerShared.updatedAt,
        reason: 'client_unknown',
        at: now,
        words: null,
      });
      assert.notEqual(await chosen(), newerShared.id);
      assert.notEqual(shared, newerShared.id);
      const own = client({ workspaceId, createdAt: now - 9 });
      await store.oauthClients.insert(own);
      assert.equal(await chosen(), own.id);
      const pause = { updatedAt: own.updatedAt, reason: 'client_unknown', at: now, words: null } as const;
      await store.oauthClients.pause(own.id, pause);
      assert.equal(
        await chosen(),
        own.id,
        'nobody is led to a shared registration because the own one is paused',
      );
      assert.equal(await store.oauthClients.choose(workspaceId, 'microsoft'), null);
    });

    it('an OAuth client is chosen among those of the owner that is asked for', async (store) => {
      const { workspaceId, oauthClientId: shared } = await storeOwner(store);
      const choose = async (owner: 'any' | 'workspace' | 'installation') =>
        (await store.oauthClients.choose(workspaceId, 'google', owner))?.id ?? null;
      assert.deepEqual([await choose('workspace'), await choose('installation')], [null, shared]);
      const own = client({ workspaceId });
      await store.oauthClients.insert(own);
      assert.deepEqual(
        [await choose('any'), await choose('workspace'), await choose('installation')],
        [own.id, own.id, shared],
      );
    });

    it('an OAuth client that people consent to is found by its `client_id` in its own workspace, and not when it is deleted', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const find = async (of = workspaceId) =>
        (await store.oauthClients.byClientId(of, 'google', 'mine'))?.id ?? null;
      await store.oauthClients.insert(client({ clientId: 'mine' }));
      await store.oauthClients.insert(client({ clientId: 'mine', workspaceId, deletedAt: now }));
      await store.oauthClients.insert(client({ clientId: 'mine', workspaceId, provider: 'microsoft' }));
      for (const grantType of ['jwt_bearer', 'client_credentials'] as const) {
        await store.oauthClients.insert(client({ clientId: 'mine', workspaceId, grantType }));
      }
      assert.equal(await find(), null);
      const own = client({ clientId: 'mine', workspaceId });
      await store.oauthClients.insert(own);
      assert.equal(await find(), own.id);
      assert.equal(await find((await storeOwner(store)).workspaceId), null);
    });

    it('a workspace sees its own and the shared OAuth clients, not the deleted and not those of others', async (store) => {
      const { workspaceId, oauthClientId } = await storeOwner(store);
      const { workspaceId: stranger } = await storeOwner(store);
      const own = client({ workspaceId });
      await store.oauthClients.insert(own);
      await store.oauthClients.insert(client({ workspaceId: stranger }));
      await store.oauthClients.insert(client({ workspaceId, deletedAt: now }));
      const ids = async (of: string | null) =>
        (await allOf((page) => store.oauthClients.listVisible(of, page), 2)).map(({ id }) => id);
      assert.ok((await ids(workspaceId)).includes(oauthClientId));
      assert.equal((await ids(workspaceId)).length, 3);
      assert.equal((await ids(null)).length, 2);
    });

    it('the mailboxes of an OAuth client are counted through their grants', async (store) => {
      const owner = await storeOwner(store);
      const given = grant(owner);
      await store.grants.insert(given);
      assert.equal(await store.oauthClients.countMailboxes(owner.oauthClientId), 0);
      await store.mailboxes.insert(mailbox(given));
      await store.mailboxes.insert(mailbox(given));
      assert.equal(await store.oauthClients.countMailboxes(owner.oauthClientId), 2);
    });

    it('an event of every type is read as it was written', async (store) => {
      const written = wordsOf(eventTypes).map((type) => {
        return { id: newId(), workspaceId: null, type, objectId: newId(), data: {}, createdAt: now };
      });
      for (const each of written) await store.events.append(each);
      assert.deepEqual((await store.events.list(null, { after: null, limit: 100 })).items, written);
    });

    it("events are listed in order, per workspace, and the installation's own apart", async (store) => {
      const [one, two] = [newId(), newId()];
      const event = (workspaceId: string | null) => ({
        id: newId(),
        workspaceId,
        type: 'mailbox.connected' as const,
        objectId: newId(),
        data: { email: 'ada@mail.example', nested: { list: [1, null] } },
        createdAt: now,
      });
      const written = [event(one), event(null), event(two), event(one), event(null), event(one)];
      for (const each of written) await store.events.append(each);
      assert.deepEqual(
        await allOf((page) => store.events.list(one, page), 2),
        written.filter(({ workspaceId }) => workspaceId === one),
      );
      assert.deepEqual(
        await allOf((page) => store.events.list(null, page), 1),
        written.filter(({ workspaceId }) => workspaceId === null),
      );
    });
  });
