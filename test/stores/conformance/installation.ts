import assert from 'node:assert/strict';
import type { Grant } from '../../../src/core/grants.ts';
import { type Mailbox, type ReasonCode, statusOf, type TransportResult } from '../../../src/core/index.ts';
import type { ProviderWords, StatusCount } from '../../../src/core/ports.ts';
import { type CreateDatabase, client, grant, mailbox, now, workspace } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const minute = 60_000;

export const installationGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('the installation as a whole', createDatabase, (it) => {
    it('the refresh queue is counted by what is due, overdue and leased, and not beyond the bound', async (store) => {
      const owner = workspace();
      const oauthClient = client();
      await store.workspaces.insert(owner);
      await store.oauthClients.insert(oauthClient);
      const dues = [now - 20 * minute, now - 15 * minute, now - 1, now, now + 1];
      for (const keepAliveAt of dues) {
        await store.grants.insert(
          grant({ workspaceId: owner.id, oauthClientId: oauthClient.id }, { keepAliveAt }),
        );
      }
      const dead = { status: 'needs_reauthorization', keepAliveAt: now - 90 * minute } as const;
      await store.grants.insert(grant({ workspaceId: owner.id, oauthClientId: oauthClient.id }, dead));
      const ask = { now, overdueBefore: now - 10 * minute, most: 100 };
      assert.deepEqual(await store.installation.refreshQueue(ask), {
        due: 4,
        overdue: 2,
        leased: 0,
        oldestDueAt: now - 20 * minute,
      });
      await store.grants.claimDue({ owner: 'a process', now, until: now + minute }, 1);
      assert.equal((await store.installation.refreshQueue(ask)).leased, 1);
      assert.equal((await store.installation.refreshQueue({ ...ask, most: 3 })).due, 3);
      const early = await store.installation.refreshQueue({ ...ask, now: now - 90 * minute });
      assert.deepEqual(early, { due: 0, overdue: 0, leased: 0, oldestDueAt: null });
    });

    it('OAuth clients and workspaces are named by id, deleted ones and those of other workspaces too', async (store) => {
      const [one, other] = [workspace({ name: 'One' }), workspace({ name: 'Other' })];
      await store.workspaces.insert(one);
      await store.workspaces.insert(other);
      const shared = client({ name: 'Shared' });
      const owned = client({ name: 'Owned', workspaceId: other.id, deletedAt: now });
      await store.oauthClients.insert(shared);
      await store.oauthClients.insert(owned);
      const named = await store.installation.oauthClientNames([shared.id, owned.id, 'unknown']);
      assert.deepEqual(
        new Map(named.map((each) => [each.id, each])),
        new Map(
          [shared, owned].map(({ id, name, provider, workspaceId, deletedAt }) => [
            id,
            { id, name, provider, workspaceId, deletedAt },
          ]),
        ),
      );
      assert.deepEqual(await store.installation.oauthClientNames([]), []);
      const owners = await store.installation.workspaceNames([other.id, 'unknown']);
      assert.deepEqual(owners, [{ id: other.id, name: 'Other' }]);
      assert.deepEqual(await store.installation.workspaceNames([]), []);
    });

    it('grants and mailboxes are counted in slices, each row once', async (store) => {
      const owner = workspace();
      const oauthClient = client();
      await store.workspaces.insert(owner);
      await store.oauthClients.insert(oauthClient);
      for (let index = 0; index < 7; index += 1) {
        const status = index < 2 ? 'needs_reauthorization' : 'active';
        const owned = grant({ workspaceId: owner.id, oauthClientId: oauthClient.id }, { status });
        await store.grants.insert(owned);
        await store.mailboxes.insert(mailbox(owned));
      }
      const sums = new Map<string, number>();
      let after: string | null = null;
      let slices = 0;
      do {
        const { counts, next } = await store.installation.countGrants(after, 3);
        for (const { status, count } of counts) sums.set(status, (sums.get(status) ?? 0) + count);
        after = next;
        slices += 1;
      } while (after !== null && slices < 10);
      assert.deepEqual(Object.fromEntries(sums), { needs_reauthorization: 2, active: 5 });
      assert.equal(slices, 3);
      const { counts, next } = await store.installation.countMailboxes(null, 100);
      assert.equal(next, null);
      assert.equal(
        counts.reduce((sum, { count }) => sum + count, 0),
        7,
      );
    });

    it('a mailbox counts under the status that it is shown with', async (store) => {
      const owner = workspace();
      const [living, deleted] = [client(), client({ clientId: 'client-2', deletedAt: now })];
      await store.workspaces.insert(owner);
      await store.oauthClients.insert(living);
      await store.oauthClients.insert(deleted);
      const ok: TransportResult = {
        transport: 'imap',
        ok: true,
        reason: 'ok',
        detail: null,
        durationMilliseconds: 1,
      };
      const provider: ProviderWords = {
        httpStatus: 400,
        error: 'x',
        suberror: null,
        // Words of a provider must not pass for members.
        description: '"ok":false and "reason":"grant_revoked"',
        errorCodes: [],
        traceId: null,
        correlationId: null,
      };
      const failure = (reason: ReasonCode): Partial<Grant> => ({ failure: { reason, provider } });
      const proved = (...results: TransportResult[]): Partial<Mailbox> => ({
        verification: { verifiedAt: now, results },
      });
      const refused: TransportResult = {
        ...ok,
        ok: false,
        reason: 'authentication_refused',
        detail: 'no "ok":true',
      };
      const cases: readonly [Partial<Grant>, Partial<Mailbox>][] = [
        [{}, {}],
        [{}, proved(ok)],
        [{}, proved(ok, refused)],
        [{}, { ...proved({ ...ok, detail: '"ok":false' }) }],
        [{}, { ...proved(ok), disabledAt: now }],
        [{ status: 'needs_reauthorization', ...failure('grant_revoked') }, proved(ok)],
        [{ oauthClientId: deleted.id }, proved(ok)],
        [{ lostScopes: ['a'] }, proved(ok)],
        [failure('provider_unavailable'), proved(ok)],
        [failure('scope_missing'), proved(ok)],
      ];
      const expected = new Map<string, number>();
      for (const [grantPart, mailboxPart] of cases) {
        const owned = grant({ workspaceId: owner.id, oauthClientId: living.id }, grantPart);
        const box = mailbox(owned, mailboxPart);
        await store.grants.insert(owned);
        await store.mailboxes.insert(box);
        const joined = await store.mailboxes.withGrant(box.id);
        assert.ok(joined);
        const { status } = statusOf(joined);
        expected.set(status, (expected.get(status) ?? 0) + 1);
      }
      const { counts } = await store.installation.countMailboxes(null, 100);
      assert.deepEqual(byStatus(counts), Object.fromEntries([...expected].sort()));
      assert.deepEqual([...expected.keys()].sort(), [
        'connected',
        'degraded',
        'disabled',
        'needs_reauthorization',
        'verifying',
      ]);
    });

    it('one of several processes counts, and not again before its time', async (store, _, other) => {
      assert.equal(await store.installation.totals(), null);
      const claims = await Promise.all([
        store.installation.claimCounting(now, now + minute),
        other.installation.claimCounting(now, now + minute),
      ]);
      assert.deepEqual(claims.sort(), [false, true]);
      assert.equal(await store.installation.totals(), null);
      const grants = [{ provider: 'google', status: 'active', count: 3 }];
      await store.installation.saveTotals({ grants, mailboxes: [], countedAt: now }, now + 2 * minute);
      assert.deepEqual(await other.installation.totals(), { grants, mailboxes: [], countedAt: now });
      assert.equal(await other.installation.claimCounting(now + minute, now + 3 * minute), false);
      assert.equal(await other.installation.claimCounting(now + 2 * minute, now + 3 * minute), true);
      // A clock that was far ahead when it was written must not stop the counting for good.
      const put = now - 48 * 60 * minute;
      assert.equal(await store.installation.claimCounting(put, put + minute), true);
    });

    it('blocks that hold are listed and lifted, those that are over are neither', async (store) => {
      const holding = {
        key: 'init:google:203.0.113.7',
        level: 2,
        until: now + 10,
        rememberedUntil: now + 50,
      };
      const over = { key: 'init:google:203.0.113.8', level: 1, until: now - 1, rememberedUntil: now + 90 };
      await store.limits.saveBlock(holding);
      await store.limits.saveBlock(over);
      assert.deepEqual(await store.installation.blocks(now, 10), [holding]);
      assert.equal(await store.installation.removeBlock(over.key, now), false);
      assert.equal(await store.installation.removeBlock(holding.key, now), true);
      assert.deepEqual(await store.installation.blocks(now, 10), []);
    });
  });

const byStatus = (counts: readonly StatusCount[]): Record<string, number> =>
  Object.fromEntries(counts.map(({ status, count }) => [status, count] as const).sort());
