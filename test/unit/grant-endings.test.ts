// Rows whose stored end is not the one that follows from them: what a release that knew no ends has left behind.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createGrantEndings } from '../../src/core/grant-endings.ts';
import type { Grant } from '../../src/core/grants.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { allOf, client, grant, mailbox, now, storeWorkspace, type TestDatabase } from '../stores/fixtures.ts';
import { createSqliteDatabase } from '../stores/sqlite-database.ts';

const day = 24 * 3600 * 1000;
let database: TestDatabase;
let store: OpenStore;
let owner: { workspaceId: string; oauthClientId: string };
let at = now;

beforeEach(async () => {
  database = await createSqliteDatabase();
  store = await database.open();
  const { id: workspaceId } = await storeWorkspace(store);
  const registered = client({ workspaceId });
  await store.oauthClients.insert(registered);
  owner = { workspaceId, oauthClientId: registered.id };
  at = now;
});
afterEach(() => database.drop());

const endings = () =>
  createGrantEndings({ store, random: systemRandom, clock: { ...systemClock, now: () => at } });

/** A grant with one mailbox, not due to be refreshed. */
async function add(more: Partial<Grant>): Promise<Grant> {
  const one = grant(owner, { keepAliveAt: now + 1_000 * day, ...more });
  await store.transaction(async (rows) => {
    await rows.grants.insert(one);
    await rows.mailboxes.insert(mailbox(one));
  });
  return one;
}

const stored = async ({ id }: Grant) => {
  const row = await store.grants.byId(id);
  return [row?.endsAt, row?.endWarnedDays];
};
const raised = async (): Promise<number> =>
  (await allOf((page) => store.events.list(owner.workspaceId, page), 500)).filter(
    ({ type }) => type === 'mailbox.grant_ending',
  ).length;

test('an end that nobody has worked out is worked out, and told of at the same look where it is near', async () => {
  const far = await add({ endsAt: 0 });
  const near = await add({ endsAt: 0, consentedAt: now - 28 * day, refreshTokenExpiresAt: now + 2 * day });
  const minted = await add({ endsAt: 0, refreshToken: null });
  assert.equal(await endings().warnOfEnding(), 1);
  assert.deepEqual(await stored(far), [now + 183 * day, null]);
  assert.deepEqual(await stored(near), [now + 2 * day, 3]);
  assert.deepEqual(await stored(minted), [null, null]);
  assert.equal(await endings().warnOfEnding(), 0);
  assert.equal(await raised(), 1);
});

test('an end that was put off by a node which did not note it is corrected, and nobody is told', async () => {
  const stale = await add({
    provider: 'microsoft',
    refreshedAt: now - day,
    endsAt: now + 2 * day,
    endWarnedDays: 3,
  });
  at = now + 1.5 * day;
  assert.equal(await endings().warnOfEnding(), 0);
  assert.deepEqual(await stored(stale), [now + 89 * day, null]);
  assert.equal(await raised(), 0);
});

test('a grant whose OAuth client is deleted, and one that is dead, is told of by other means', async () => {
  const near = { endsAt: now + day, consentedAt: now - 28 * day, refreshTokenExpiresAt: now + day };
  await add({ ...near, status: 'needs_reauthorization' });
  await add(near);
  await store.oauthClients.update(owner.oauthClientId, { deletedAt: now });
  assert.equal(await endings().warnOfEnding(), 0);
});

test('of many at once each is told of, also behind hundreds that are not', async () => {
  const near = { endsAt: now + day, consentedAt: now - 28 * day, refreshTokenExpiresAt: now + day };
  // Awaited: the loop that keeps alive is about to come.
  for (let index = 0; index < 250; index += 1) {
    await add({
      provider: 'microsoft',
      refreshedAt: now - 89.5 * day,
      endsAt: now + day / 2,
      keepAliveAt: now - 1,
    });
  }
  for (let index = 0; index < 250; index += 1) await add(near);
  assert.equal(await endings().warnOfEnding(), 250);
  assert.equal(await raised(), 250);
});

test('a look that is stopped stops', async () => {
  await add({ endsAt: now + day, consentedAt: now - 28 * day, refreshTokenExpiresAt: now + day });
  assert.equal(await endings().warnOfEnding(AbortSignal.abort()), 0);
  assert.equal(await endings().warnOfEnding(), 1);
});
