// A node that dies while the provider works on its refreshes: somebody else takes them over when its leases end. Run
// for both engines.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertWorksAgain } from './support/aftermath.ts';
import type { StartOptions } from './support/gateway-process.ts';
import { assertTokenWorks, callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, leaseSeconds, renewed, startChaosWorld } from './support/world.ts';

type Engine = {
  engine: string;
  openDatabase: () => Promise<{ url: string | null; drop: () => Promise<void> }>;
};

const logins = Array.from({ length: 20 }, (_, index) => `left${index}@contoso.test`);
const day = 24 * 3600 * 1000;

/** Leases that are over by the clock need not be short; on a busy machine the provider's answers may be late. */
const patient = { MAILGRANT_LEASE_SECONDS: '18', MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '13' };

export function takeovers({ engine, openDatabase }: Engine): void {
  const isShared = engine === 'PostgreSQL';
  let world: ChaosWorld;
  let dropDatabase: () => Promise<void>;
  before(async () => {
    const database = await openDatabase();
    dropDatabase = database.drop;
    world = await startChaosWorld({ databaseUrl: database.url, rotation: 'strict', logins });
  });
  after(async () => {
    await world.close();
    await dropDatabase();
  });
  beforeEach(() => {
    world.sandbox.journal.clear();
    world.sandbox.microsoft.configure({ fault: null });
  });
  afterEach(() => world.killAll());
  /** On SQLite the file has one process at a time. */
  const startSurvivor = (options: StartOptions = {}) =>
    isShared ? world.startBeside(options) : world.start(options);

  test(`${engine}: what a node was refreshing when it was killed is refreshed by another once its leases are over, each grant once`, async () => {
    const { sandbox, mailboxes } = world;
    const doomed = await world.start();
    const other = isShared ? await startSurvivor() : null;
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

    const survivor = other ?? (await startSurvivor());
    const call = world.callsTo(survivor.address);
    const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
    const seconds = (performance.now() - killedAt) / 1000;
    for (const [index, { status, text, body }] of answers.entries()) {
      assert.equal(status, 200, text);
      await assertTokenWorks(sandbox, String(body.access_token), logins[index] ?? '');
    }
    assert.equal(sandbox.microsoft.stats().refreshes - before, mailboxes.length);
    // Not before the leases end, which began somewhat before the kill. Their other bound is the time-out of a read.
    assert.ok(seconds > leaseSeconds / 2, `after ${seconds} s`);
  });

  test(`${engine}: a node that is killed while it asks whether a provider in trouble is well again keeps no other node from it`, async () => {
    const { sandbox, mailboxes, call } = world;
    const probing = { environment: { MAILGRANT_BREAKER_FAILURES: '3' } };
    const doomed = await world.start(probing);
    sandbox.microsoft.configure({ fault: namedFaults.serverError('refresh') });
    await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
    assert.ok(sandbox.microsoft.stats().faultsServed >= 3, 'the provider was found to be in trouble');
    sandbox.microsoft.configure({ fault: namedFaults.hanging('refresh') });
    const reads = startReads(call, mailboxes, { callersEach: 1, body: renewed });
    await until('the provider is asked again', () => callsAtProvider(sandbox).unanswered > 0);
    doomed.kill();
    await doomed.ended;
    await reads.stop();
    sandbox.microsoft.configure({ fault: null });

    const survivor = await startSurvivor(probing);
    await assertWorksAgain({ ...world, call: world.callsTo(survivor.address) });
  });

  // The last one: what it stores is of a week from now.
  test(`${engine}: the due refreshes of a node that was killed in the middle of them are done by another`, async () => {
    const entry = 'test/chaos/support/gateway-with-clock.ts';
    const { sandbox, mailboxes } = world;
    // A week later all of them are due at once.
    const at = (ahead: number) => ({
      entry,
      environment: { ...patient, MAILGRANT_JOBS: 'on', CHAOS_CLOCK_AHEAD_MILLISECONDS: String(ahead) },
    });
    sandbox.microsoft.configure({ fault: { on: 'refresh', hang: true } });
    const doomed = await world.start(at(8 * day));
    await until('the provider has one of them', () => callsAtProvider(sandbox).unanswered > 0);
    doomed.kill();
    await doomed.ended;
    sandbox.microsoft.configure({ fault: null });
    const before = sandbox.microsoft.stats().refreshes;

    // A minute later: it need not wait for the next turn of its loop until the leases are over.
    const later = at(8 * day + 60_000);
    await startSurvivor(later);
    const done = () =>
      new Set(sandbox.journal.entries({ kind: 'refresh', status: 200 }).map(({ login }) => login)).size;
    await until('all of them are done', () => done() >= mailboxes.length, 60);
    assert.equal(sandbox.microsoft.stats().refreshes - before, mailboxes.length, 'each of them once');
  });
}
