import assert from 'node:assert/strict';
import type { GrantFailure } from '../../../src/core/grants.ts';
import { secret } from '../../../src/core/secret.ts';
import {
  type CreateDatabase,
  client,
  grant,
  mailbox,
  newId,
  now,
  revealed,
  storeGrant,
  storeOwner,
  tokenSet,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const failure: GrantFailure = {
  reason: 'grant_revoked',
  provider: {
    httpStatus: 400,
    error: 'invalid_grant',
    suberror: null,
    description: 'Token has been expired or revoked.',
    errorCodes: [700082],
    traceId: null,
    correlationId: null,
  },
};

const refreshed = (grantId: string, version: number) => ({
  version,
  refreshToken: secret('refresh-token-2'),
  refreshTokenExpiresAt: now + 99,
  tokenSet: tokenSet(grantId, { accessToken: secret('access-token-2') }),
  at: now + 5,
  keepAliveAt: now + 50,
  endsAt: null,
});

export const grantGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('grants and token sets', createDatabase, (it) => {
    it('a grant is found by id and by person, as it was written', async (store) => {
      const written = await storeGrant(store, { entraTenantId: 't-1', failure, retryAt: now });
      assert.deepEqual(revealed(await store.grants.byId(written.id)), revealed(written));
      assert.deepEqual(revealed(await store.grants.bySubject(written)), revealed(written));
      assert.equal(await store.grants.bySubject({ ...written, subject: 'another' }), null);
      assert.equal(await store.grants.byId(newId()), null);
    });

    it('one person has one grant per workspace and OAuth client', async (store) => {
      const written = await storeGrant(store);
      await assert.rejects(store.grants.insert({ ...written, id: newId() }), { code: 'conflict' });
      const { workspaceId } = await storeOwner(store);
      await store.grants.insert({ ...written, id: newId(), workspaceId });
    });

    it('a new consent replaces the grant, raises its version and drops lease and failure', async (store) => {
      const written = await storeGrant(store, { version: 7, leaseOwner: 'node', leaseUntil: now, failure });
      await store.grants.markDead(written.id, { version: 7, failure, at: now });
      const consent = {
        ...written,
        scope: 'new',
        refreshToken: secret('new'),
        version: 1,
        updatedAt: now + 1,
      };
      assert.equal(await store.grants.replace(consent), true);
      assert.deepEqual(
        revealed(await store.grants.byId(written.id)),
        revealed({
          ...consent,
          status: 'active',
          failure: null,
          leaseOwner: null,
          leaseUntil: 0,
          version: 9,
        }),
      );
      assert.equal(await store.grants.replace(grant(written)), false);
    });

    it('a saved refresh stores tokens and due time, raises the version and drops lease and failure', async (store) => {
      const written = await storeGrant(store, { retryAt: now, failure });
      await store.grants.claim(written.id, { owner: 'node', now, until: now + 10 });
      assert.equal(await store.grants.saveRefreshed(written.id, refreshed(written.id, 1)), true);
      assert.deepEqual(
        revealed(await store.grants.byId(written.id)),
        revealed({
          ...written,
          refreshToken: secret('refresh-token-2'),
          refreshTokenExpiresAt: now + 99,
          version: 2,
          failure: null,
          retryAt: null,
          refreshedAt: now + 5,
          keepAliveAt: now + 50,
          updatedAt: now + 5,
        }),
      );
      const stored = await store.tokenSets.find(written.id, 'https://mail.google.com/');
      assert.equal(stored?.accessToken.reveal(), 'access-token-2');
    });

    it('a grant whose tokens are minted has no refresh token, until a consent brings one', async (store) => {
      const written = await storeGrant(store, { refreshToken: null, consentedAt: now - 9 });
      const stored = async () => revealed(await store.grants.byId(written.id));
      assert.deepEqual(await stored(), revealed(written));
      assert.deepEqual(revealed(await store.grants.bySubject(written)), revealed(written));
      const kept = { ...refreshed(written.id, 1), refreshToken: null, refreshTokenExpiresAt: null };
      assert.equal(await store.grants.saveRefreshed(written.id, kept), true);
      assert.equal((await store.grants.byId(written.id))?.refreshToken, null);
      const consent = { ...written, refreshToken: secret('given'), consentedAt: now, lostScopes: [] };
      assert.equal(await store.grants.replace(consent), true);
      assert.deepEqual(await stored(), revealed({ ...consent, version: 3 }));
      assert.equal(await store.grants.replace(written), true);
      assert.deepEqual(await stored(), revealed({ ...written, version: 4 }));
    });

    it('lost scopes are noted by a refresh that names them, and stay through one that does not', async (store) => {
      const written = await storeGrant(store, { lostScopes: ['openid', 'ünknown scope'] });
      const lost = async () => (await store.grants.byId(written.id))?.lostScopes;
      assert.deepEqual(await lost(), written.lostScopes);
      assert.equal(await store.grants.saveRefreshed(written.id, refreshed(written.id, 1)), true);
      assert.deepEqual(await lost(), written.lostScopes);
      const found = { ...refreshed(written.id, 2), lostScopes: ['https://mail.google.com/'] };
      assert.equal(await store.grants.saveRefreshed(written.id, { ...found, version: 1 }), false);
      assert.deepEqual(await lost(), written.lostScopes);
      assert.equal(await store.grants.saveRefreshed(written.id, found), true);
      assert.deepEqual(await lost(), found.lostScopes);
      const back = { ...refreshed(written.id, 3), lostScopes: [] };
      assert.equal(await store.grants.saveRefreshed(written.id, back), true);
      assert.deepEqual(await lost(), []);
    });

    it('a refresh that brought no refresh token keeps the stored one and its end', async (store) => {
      const written = await storeGrant(store, { refreshTokenExpiresAt: now + 77 });
      const kept = { ...refreshed(written.id, 1), refreshToken: null, refreshTokenExpiresAt: null };
      assert.equal(await store.grants.saveRefreshed(written.id, kept), true);
      const stored = await store.grants.byId(written.id);
      assert.equal(stored?.refreshToken?.reveal(), 'refresh-token-1');
      assert.equal(stored?.refreshTokenExpiresAt, now + 77);
    });

    it('a refresh that lost to a newer version changes nothing at all', async (store) => {
      const written = await storeGrant(store, { version: 2 });
      await store.tokenSets.save(tokenSet(written.id));
      assert.equal(await store.grants.saveRefreshed(written.id, refreshed(written.id, 1)), false);
      assert.equal(await store.grants.saveRefreshed(newId(), refreshed(newId(), 1)), false);
      assert.deepEqual(revealed(await store.grants.byId(written.id)), revealed(written));
      const stored = await store.tokenSets.find(written.id, 'https://mail.google.com/');
      assert.equal(stored?.accessToken.reveal(), 'access-token-1');
    });

    it('a refresh can be saved inside a transaction, and loses there, too', async (store) => {
      const written = await storeGrant(store);
      const outcomes = await store.transaction(async (rows) => [
        await rows.grants.saveRefreshed(written.id, refreshed(written.id, 1)),
        await rows.grants.saveRefreshed(written.id, refreshed(written.id, 1)),
      ]);
      assert.deepEqual(outcomes, [true, false]);
    });

    it('a grant dies once, only from active, and only at the version that was read', async (store) => {
      const written = await storeGrant(store, { leaseOwner: 'node', leaseUntil: now });
      assert.equal(await store.grants.markDead(written.id, { version: 0, failure, at: now }), false);
      assert.equal(await store.grants.markDead(written.id, { version: 1, failure, at: now + 1 }), true);
      assert.equal(await store.grants.markDead(written.id, { version: 2, failure, at: now }), false);
      const stored = await store.grants.byId(written.id);
      assert.equal(stored?.status, 'needs_reauthorization');
      assert.deepEqual(stored?.failure, failure);
      assert.equal(stored?.version, 2);
      assert.equal(stored?.leaseOwner, null);
    });

    it('a lease is held until its end, released by its holder only, and never given on a dead grant', async (store) => {
      const { id } = await storeGrant(store);
      assert.equal((await store.grants.claim(id, { owner: 'a', now, until: now + 10 })) !== null, true);
      assert.equal(
        (await store.grants.claim(id, { owner: 'b', now: now + 9, until: now + 20 })) !== null,
        false,
      );
      const retry = { at: now + 1, failure };
      await store.grants.releaseLease(id, { owner: 'b', retry });
      const held = await store.grants.byId(id);
      assert.deepEqual([held?.leaseOwner, held?.retryAt, held?.failure], ['a', null, null]);
      await store.grants.releaseLease(id, { owner: 'a', retry });
      const released = await store.grants.byId(id);
      assert.deepEqual([released?.leaseOwner, released?.leaseUntil], [null, 0]);
      assert.equal((await store.grants.claim(id, { owner: 'b', now, until: now + 10 })) !== null, true);
      assert.equal(
        (await store.grants.claim(id, { owner: 'c', now: now + 10, until: now + 20 })) !== null,
        true,
      );
      await store.grants.markDead(id, { version: 1, failure, at: now });
      assert.equal(
        (await store.grants.claim(id, { owner: 'd', now: now + 99, until: now + 100 })) !== null,
        false,
      );
    });

    it('what a clock that was put back has left behind holds no grant back', async (store) => {
      const day = 24 * 3600 * 1000;
      const lease = { owner: 'node', now, until: now + 10 };
      const leased = await storeGrant(store, { leaseOwner: 'gone', leaseUntil: now + day });
      assert.ok(await store.grants.claim(leased.id, lease));
      const held = await storeGrant(store, { leaseOwner: 'here', leaseUntil: now + 120_000 });
      assert.equal(await store.grants.claim(held.id, lease), null);
      const failed = await storeGrant(store, { keepAliveAt: now, retryAt: now + day });
      await storeGrant(store, { keepAliveAt: now, retryAt: now + 3_600_000 });
      const { grants } = await store.grants.claimDue(lease, 10);
      assert.deepEqual(
        grants.map((each) => each.grant.id),
        [failed.id],
      );
      const far = await storeGrant(store, { keepAliveAt: now + 9 * day });
      assert.equal(await store.grants.pullForward({ latest: now + 8 * day, to: now, limit: 10 }), 1);
      assert.equal((await store.grants.byId(far.id))?.keepAliveAt, now);
    });

    it('a lease that is released with a failure notes it and when to try again', async (store) => {
      const written = await storeGrant(store);
      await store.grants.claim(written.id, { owner: 'a', now, until: now + 10 });
      await store.grants.releaseLease(written.id, { owner: 'a', retry: { at: now + 1, failure } });
      assert.deepEqual(
        revealed(await store.grants.byId(written.id)),
        revealed({ ...written, retryAt: now + 1, failure }),
      );
    });

    it("a release without a failure of its own keeps another one's failure and retry time", async (store) => {
      const written = await storeGrant(store, { retryAt: now + 7, failure });
      await store.grants.claim(written.id, { owner: 'a', now, until: now + 10 });
      await store.grants.releaseLease(written.id, { owner: 'a', retry: null });
      assert.deepEqual(revealed(await store.grants.byId(written.id)), revealed(written));
    });

    it('a locked grant is read as it was written, and a missing one as null', async (store) => {
      const written = await storeGrant(store);
      const [found, missing] = await store.transaction(async (rows) => [
        await rows.grants.lock(written.id),
        await rows.grants.lock(newId()),
      ]);
      assert.deepEqual(revealed(found ?? null), revealed(written));
      assert.equal(missing, null);
    });

    it('a grant that cannot be opened is due like the others, and does not stop them', async (store, database) => {
      const [broken, whole] = [
        await storeGrant(store, { keepAliveAt: now - 1 }),
        await storeGrant(store, { keepAliveAt: now }),
      ];
      await database.raw('update grants set refresh_token = ? where id = ?', Uint8Array.of(0), broken.id);
      const lease = { owner: 'node', now, until: now + 10 };
      const { grants } = await store.grants.claimDue(lease, 10);
      assert.deepEqual(
        grants.map((each) => each.grant.id),
        [broken.id, whole.id],
      );
      assert.throws(() => grants[0]?.grant.refreshToken?.reveal());
      assert.equal(grants[1]?.grant.refreshToken?.reveal(), 'refresh-token-1');
    });

    it('due grants are active, unleased, not held back, and come oldest first', async (store) => {
      const owner = await storeOwner(store);
      const make = async (more: Parameters<typeof grant>[1]) => {
        const each = grant(owner, { keepAliveAt: now, ...more });
        await store.grants.insert(each);
        return each.id;
      };
      const late = await make({ keepAliveAt: now });
      const early = await make({ keepAliveAt: now - 2 });
      const middle = await make({ keepAliveAt: now - 1, retryAt: now, leaseOwner: 'x', leaseUntil: now });
      await make({ keepAliveAt: now + 1 });
      await make({ leaseOwner: 'x', leaseUntil: now + 1 });
      await make({ retryAt: now + 1 });
      await make({ status: 'needs_reauthorization' });
      const owner1 = { owner: 'first', now, until: now + 10 };
      const ids = ({ grants }: Awaited<ReturnType<typeof store.grants.claimDue>>) =>
        grants.map((each) => each.grant.id);
      assert.deepEqual(ids(await store.grants.claimDue(owner1, 2)), [early, middle]);
      // What is claimed is not found by the next one; what is put off is not due.
      assert.deepEqual(ids(await store.grants.claimDue({ ...owner1, owner: 'second' }, 10)), [late]);
      assert.equal((await store.grants.byId(early))?.leaseOwner, 'first');
      await store.grants.releaseLease(early, { owner: 'first', retry: null });
      await store.grants.postponeKeepAlive(middle, { now, until: now + 5 });
      await store.grants.releaseLease(middle, { owner: 'first', retry: null });
      assert.deepEqual(ids(await store.grants.claimDue(owner1, 10)), [early]);
    });

    it('of due grants those of providers and OAuth clients that are left out are left', async (store) => {
      const [one, other] = [
        await storeGrant(store, { keepAliveAt: now }),
        await storeGrant(store, { keepAliveAt: now }),
      ];
      const lease = { owner: 'node', now, until: now + 10 };
      const none = await store.grants.claimDue(lease, 10, { providers: ['google'], oauthClients: [] });
      assert.deepEqual(none.grants, []);
      const leftOut = { providers: ['microsoft'] as const, oauthClients: [one.oauthClientId, newId()] };
      const { grants } = await store.grants.claimDue(lease, 10, leftOut);
      assert.deepEqual(
        grants.map((each) => each.grant.id),
        [other.id],
      );
    });

    it('leases are dropped together, of their owner alone, and only what is still due is put off', async (store) => {
      const due = { keepAliveAt: now, leaseOwner: 'node', leaseUntil: now + 10 };
      const [back, off, saved, taken] = [
        await storeGrant(store, due),
        await storeGrant(store, due),
        await storeGrant(store, { ...due, keepAliveAt: now + 1 }),
        await storeGrant(store, { ...due, leaseOwner: 'other' }),
      ];
      const dropped = [back, off, saved, taken].map(({ id }) => ({
        id,
        postponedUntil: id === back.id ? null : now + 9,
      }));
      await store.grants.dropLeases('node', { now, grants: dropped });
      const after = await Promise.all([back, off, saved, taken].map(({ id }) => store.grants.byId(id)));
      assert.deepEqual(
        after.map((each) => [each?.leaseOwner, each?.keepAliveAt]),
        [
          [null, now],
          [null, now + 9],
          [null, now + 1],
          ['other', now],
        ],
      );
    });

    it('a grant that is not due any more is not put off', async (store) => {
      const { id } = await storeGrant(store, { keepAliveAt: now + 1 });
      await store.grants.postponeKeepAlive(id, { now, until: now + 60 });
      assert.equal((await store.grants.byId(id))?.keepAliveAt, now + 1);
    });

    it('siblings are active grants of the same person at the same registration, in any workspace', async (store) => {
      const one = await storeGrant(store);
      const { workspaceId } = await storeOwner(store);
      assert.equal(await store.grants.countSiblings(one), 0);
      // The other workspace entered the same registration as an OAuth client of its own.
      const sameRegistration = client({ workspaceId });
      const another = client({ workspaceId, clientId: 'client-2.apps.example' });
      await store.oauthClients.insert(sameRegistration);
      await store.oauthClients.insert(another);
      const sibling = grant({ workspaceId, oauthClientId: sameRegistration.id }, { subject: one.subject });
      await store.grants.insert(sibling);
      await store.grants.insert(grant({ workspaceId, oauthClientId: another.id }, { subject: one.subject }));
      await store.grants.insert(grant({ workspaceId, oauthClientId: sameRegistration.id }));
      assert.equal(await store.grants.countSiblings(one), 1);
      assert.equal(await store.grants.countOfPerson(sameRegistration, one), 2);
      await store.grants.markDead(sibling.id, { version: 1, failure, at: now });
      assert.equal(await store.grants.countSiblings(one), 0);
      assert.equal(await store.grants.countOfPerson(sameRegistration, one), 1);
    });

    it('token sets are kept per resource, overwritten, and forgotten together', async (store) => {
      const { id } = await storeGrant(store);
      const graph = tokenSet(id, { resource: 'https://graph.microsoft.com' });
      await store.tokenSets.save(tokenSet(id));
      await store.tokenSets.save(graph);
      await store.tokenSets.save({ ...graph, accessToken: secret('second'), expiresAt: now + 9 });
      const stored = await store.tokenSets.find(id, graph.resource);
      assert.equal(stored?.accessToken.reveal(), 'second');
      assert.equal(stored?.expiresAt, now + 9);
      assert.equal(await store.tokenSets.find(id, 'https://outlook.office.com'), null);
      await store.tokenSets.removeAll(id);
      assert.equal(await store.tokenSets.find(id, graph.resource), null);
      assert.equal(await store.tokenSets.find(id, tokenSet(id).resource), null);
    });

    it('a removed grant takes its token sets along, but not while a mailbox needs it', async (store) => {
      const written = await storeGrant(store);
      const box = mailbox(written);
      await store.tokenSets.save(tokenSet(written.id));
      await store.mailboxes.insert(box);
      await assert.rejects(store.grants.remove(written.id), { code: 'conflict' });
      await store.mailboxes.remove(box.id);
      await store.grants.remove(written.id);
      assert.equal(await store.grants.byId(written.id), null);
      assert.equal(await store.tokenSets.find(written.id, tokenSet(written.id).resource), null);
      await store.grants.remove(written.id);
    });
  });
