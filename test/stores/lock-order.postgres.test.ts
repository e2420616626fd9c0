// Several rows of grants and token sets are held in one order by everybody: whoever writes many never waits in a ring.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import pg from 'pg';
import { secret } from '../../src/core/secret.ts';
import { grant, now, storeOwner, tokenSet } from './fixtures.ts';
import { withPostgres } from './postgres-database.ts';

const rounds = 60;
const resource = tokenSet('').resource;

/** Each other one, from both ends: an order that nobody else would come by. */
const mixed = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index * 37 + by) % items.length]).filter((item) => item !== undefined);

it('saves, notes of reads and the removal of a workspace on two nodes never wait for each other in a ring', () =>
  withPostgres(async ({ openTwo, url }) => {
    const [store, other] = await openTwo();
    const owner = await storeOwner(store);
    const grants = Array.from({ length: 100 }, () => grant(owner));
    for (const each of grants) await store.grants.insert(each);
    for (const { id } of mixed(grants, 0)) await store.tokenSets.save(tokenSet(id));
    const ids = grants.map(({ id }) => id);

    const versions = new Map(ids.map((id) => [id, 1]));
    const saveAll = async (): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const saves = mixed(ids, round).map(async (id) => {
          const version = versions.get(id) ?? 0;
          const isSaved = await store.grants.saveRefreshed(id, {
            version,
            refreshToken: null,
            refreshTokenExpiresAt: null,
            tokenSet: tokenSet(id, { accessToken: secret(`token ${round}`) }),
            at: now,
            keepAliveAt: now + 1_000_000,
            endsAt: null,
          });
          assert.equal(isSaved, true);
          versions.set(id, version + 1);
        });
        await Promise.all(saves);
      }
    };
    const noteAll = async (): Promise<void> => {
      for (let round = 0; round < rounds * 3; round += 1) {
        const read = { resource, obtainedAt: now, readAt: now + round, dueAt: null };
        await other.grants.noteReads(mixed(ids, round).map((grantId) => ({ ...read, grantId })));
      }
    };
    await Promise.all([saveAll(), noteAll()]);

    await store.workspaces.leave(owner.workspaceId, now);
    const removeAll = async (): Promise<void> => {
      while ((await store.workspaces.removeSome(owner.workspaceId, 40)).removed > 0);
    };
    await Promise.all([removeAll(), noteAll()]);
    assert.equal(await deadlocksOf(url), 0);
  }));

/** The server writes its counts down when a connection ends, those of whoever was its victim too. */
async function deadlocksOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client
    .query('select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()')
    .finally(() => client.end());
  return Number(rows[0]?.deadlocks);
}
