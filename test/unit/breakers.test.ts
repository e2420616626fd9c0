// What the row of a breaker may cost those who call its provider, when somebody holds it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../src/core/ports.ts';
import { type CoreWorld, createCoreWorld, transientFailure } from '../support/core-world.ts';
import { until } from '../support/until.ts';

const key = 'provider:google';

/** Writes of the provider's row are held from when it is said until it is freed. */
function holdable() {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  let begun = 0;
  return {
    begun: () => begun,
    hold: () => {
      gate = Promise.withResolvers<void>();
    },
    free: () => gate.resolve(),
    of: (store: Store): Store => ({
      ...store,
      breakers: {
        ...store.breakers,
        replace: async (each, change) => {
          if (each === key) begun += 1;
          if (each === key) await gate.promise;
          return store.breakers.replace(each, change);
        },
      },
    }),
  };
}

const failOnce = async (
  { store }: CoreWorld,
  more: { trips?: number; openUntil?: number } = {},
): Promise<void> => {
  const next = { key, failures: 1, windowStart: Date.now(), openUntil: 0, trips: 0, probeUntil: 0, ...more };
  await store.breakers.replace(key, { known: null, next });
};

test('while its row is held, tokens are stored and handed out, and a drain waits for the note', async () => {
  const row = holdable();
  const world = await createCoreWorld({ store: row.of });
  const { mailboxId, grantId } = await world.addMailbox(await world.addClient());
  await failOnce(world);
  row.hold();
  assert.equal((await world.force(mailboxId)).refreshed, true);
  assert.equal((await world.store.grants.byId(grantId))?.version, 2);
  assert.equal(row.begun(), 1);
  assert.equal(await world.core.drain(50), false, 'the note is still under way');
  row.free();
  assert.equal(await world.core.drain(5_000), true);
  assert.deepEqual(await world.store.breakers.find([key]), []);
  await world.close();
});

test('however many calls end while its row is held, two notes are written: one under way and one behind it', async () => {
  const row = holdable();
  const world = await createCoreWorld({ store: row.of });
  const oauthClient = await world.addClient();
  const boxes = await Promise.all(Array.from({ length: 20 }, () => world.addMailbox(oauthClient)));
  await failOnce(world, { trips: 1, openUntil: Date.now() - 1 });
  row.hold();
  // The first is the probe, and has to write its claim.
  const first = world.force(boxes[0]?.mailboxId ?? '');
  await until('the probe is claimed', () => row.begun() === 1);
  row.free();
  await first;
  await world.core.drain(5_000);
  assert.deepEqual(await world.store.breakers.find([key]), [], 'the end of the probe has closed it');
  await failOnce(world);
  row.hold();
  const before = row.begun();
  for (const answer of await Promise.all(boxes.slice(1).map(({ mailboxId }) => world.force(mailboxId)))) {
    assert.equal(answer.refreshed, true);
  }
  row.free();
  assert.equal(await world.core.drain(5_000), true);
  assert.ok(row.begun() - before <= 2, `${row.begun() - before} notes`);
  await world.close();
});

test('who is told of trouble waits a moment for the note, and no longer than that', async () => {
  const row = holdable();
  const world = await createCoreWorld({
    store: row.of,
    refresh: async () => transientFailure,
    settings: { breakerFailuresMax: 1 },
  });
  const oauthClient = await world.addClient();
  const [one, two] = [await world.addMailbox(oauthClient), await world.addMailbox(oauthClient)];
  row.hold();
  await assert.rejects(world.force(one.mailboxId), { code: 'provider_unavailable' });
  assert.deepEqual(await world.store.breakers.find([key]), []);
  row.free();
  await world.core.drain(5_000);
  await assert.rejects(world.force(two.mailboxId), { code: 'provider_unavailable' });
  assert.equal(world.calls(), 1, 'the breaker is open');
  await world.close();
});
