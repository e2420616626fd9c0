// A node that dies while the provider works on its refreshes: somebody else takes them over when its leases end. Run
// for both engines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { assertTokenWorks, callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, leaseSeconds, renewed, startChaosWorld } from './support/world.ts';

type Engine = {
  engine: string;
  openDatabase: () => Promise<{ url: string | null; drop: () => Promise<void> }>;
};

const logins = Array.from({ length: 20 }, (_, index) => `left${index}@contoso.test`);
const day = 24 * 3600 * 1000;

export function takeovers({ engine, openDatabase }: Engine): void {
  const inWorld = async (environment: Record<string, string>, work: (world: ChaosWorld) => Promise<void>) => {
    const database = await openDatabase();
    const world = await startChaosWorld({
      databaseUrl: database.url,
      rotation: 'strict',
      logins,
      environment,
    });
    try {
      await work(world);
    } finally {
      await world.close();
      await database.drop();
    }
  };
  const isShared = engine === 'PostgreSQL';

  test(`${engine}: what a node was refreshing when it was killed is refreshed by another once its leases are over, each grant once`, async () => {
    await inWorld({}, async (world) => {
      const { sandbox, mailboxes } = world;
      const doomed = await world.start();
      const other = isShared ? await world.startBeside() : null;
      sandbox.microsoft.configure({ fault: { on: 'refresh', hang: true } });
      const reads = startReads(world.call, mailboxes, { callersEach: 1, body: renewed });
      await until(
        'the provider has all of them',
        () => callsAtProvider(sandbox).unanswered >= mailboxes.length,
      );
      const killedAt = performance.now();
      doomed.kill();
      await doomed.ended;
      await reads.stop();
      assert.equal(reads.cut(), mailboxes.length);
      sandbox.microsoft.configure({ fault: null });
      const before = sandbox.microsoft.stats().refreshes;

      const survivor = other ?? (await world.start());
      const call = world.callsTo(survivor.address);
      const answers = await Promise.all(
        mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)),
      );
      const seconds = (performance.now() - killedAt) / 1000;
      for (const [index, { status, text, body }] of answers.entries()) {
        assert.equal(status, 200, text);
        await assertTokenWorks(sandbox, String(body.access_token), logins[index] ?? '');
      }
      assert.equal(sandbox.microsoft.stats().refreshes - before, mailboxes.length);
      // Not before the leases end, which began somewhat before the kill; the upper bound is for a busy machine.
      assert.ok(seconds > leaseSeconds / 2 && seconds < leaseSeconds + 15, `after ${seconds} s`);
    });
  });

  test(`${engine}: the due refreshes of a node that was killed in the middle of them are done by another`, async () => {
    const entry = 'test/chaos/support/gateway-with-clock.ts';
    await inWorld({ MAILGRANT_JOBS: 'on' }, async (world) => {
      const { sandbox, mailboxes } = world;
      sandbox.journal.clear();
      // A week later all of them are due at once.
      const at = (ahead: number) =>
        ({ entry, environment: { CHAOS_CLOCK_AHEAD_MILLISECONDS: String(ahead) } }) as const;
      sandbox.microsoft.configure({ fault: { on: 'refresh', hang: true } });
      const doomed = await world.start(at(8 * day));
      await until('the provider has one of them', () => callsAtProvider(sandbox).unanswered > 0);
      doomed.kill();
      await doomed.ended;
      sandbox.microsoft.configure({ fault: null });
      const before = sandbox.microsoft.stats().refreshes;

      // Seconds later: it need not wait for the next turn of its loop until the leases are over.
      const later = at(8 * day + 2 * leaseSeconds * 1000);
      await (isShared ? world.startBeside(later) : world.start(later));
      const done = () =>
        new Set(sandbox.journal.entries({ kind: 'refresh', status: 200 }).map(({ login }) => login)).size;
      await until('all of them are done', () => done() >= mailboxes.length, 60);
      assert.equal(sandbox.microsoft.stats().refreshes - before, mailboxes.length, 'each of them once');
    });
  });
}
