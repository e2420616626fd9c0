// A thundering herd over several processes: every caller wants the same expired tokens at the same moment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { isFull } from './support/extent.ts';
import { assertTokenWorks } from './support/provider-side.ts';
import { tokenPath } from './support/reads.ts';
import { tell } from './support/summary.ts';
import { startChaosWorld } from './support/world.ts';

const mailboxCount = 100;
const processCount = 4;
const callersEach = 200;
/** How many of the tokens each caller reads, one after another, beginning with its own one. */
const readsEach = isFull ? mailboxCount : 5;

test(`${processCount} processes x ${callersEach} callers on ${mailboxCount} expired tokens at once ask a strictly rotating provider ${mailboxCount} times`, async (t) => {
  const database = await counterparts().createDatabase();
  const world = await startChaosWorld({
    databaseUrl: database.url,
    rotation: 'strict',
    logins: Array.from({ length: mailboxCount }, (_, index) => `herd${index}@contoso.test`),
    // What lives less than a minute counts as expired.
    firstTokenSeconds: 30,
    // A herd on two cores: the callers' patience, not the provider's or the lease's, is tried here.
    environment: {
      MAILGRANT_LEASE_SECONDS: '40',
      MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '30',
      MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS: '60',
    },
  });
  try {
    const { sandbox, mailboxes } = world;
    const nodes = await Promise.all(Array.from({ length: processCount }, () => world.startBeside()));
    const before = sandbox.microsoft.stats().tokenRequests;
    const given = new Map<string, Set<unknown>>(mailboxes.map(({ id }) => [id, new Set()]));
    const statuses = new Map<string, number>();

    const caller = async (node: number, number: number): Promise<void> => {
      const call = world.callsTo(nodes[node]?.address ?? '', { withinSeconds: 100 });
      // The same token is asked for at all nodes at the same time.
      for (let step = 0; step < readsEach; step += 1) {
        const mailbox = mailboxes[(number + step * 7) % mailboxCount];
        assert.ok(mailbox);
        const { status, body } = await call('POST', tokenPath(mailbox));
        const what = status === 200 ? '200' : `${status} ${String(body.code)}`;
        statuses.set(what, (statuses.get(what) ?? 0) + 1);
        if (status === 200) given.get(mailbox.id)?.add(body.access_token);
      }
    };
    const callers = nodes.flatMap((_, node) =>
      Array.from({ length: callersEach }, (_each, number) => caller(node, number)),
    );
    await Promise.all(callers);

    const calls = sandbox.microsoft.stats().tokenRequests - before;
    tell(t, 'herd', { reads: callers.length * readsEach, 'provider calls': calls });
    assert.deepEqual(Object.fromEntries(statuses), { 200: callers.length * readsEach });
    assert.equal(calls, mailboxCount);
    for (const { id, login } of mailboxes) {
      const tokens = [...(given.get(id) ?? [])];
      assert.equal(tokens.length, 1, `${login} has one token for all`);
      await assertTokenWorks(sandbox, String(tokens[0]), login);
    }
  } finally {
    await world.close();
    await database.drop();
  }
});
