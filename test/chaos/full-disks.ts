// What a full disk must not cost: no refresh token is spent for a token that could not be stored, and a process that
// dies meanwhile starts again. Run for each way in which a disk refuses to take a further byte.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertProblem, assertWorksAgain } from './support/aftermath.ts';
import type { GatewayProcess, StartOptions } from './support/gateway-process.ts';
import { callsAtProvider } from './support/provider-side.ts';
import { type Reads, startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './support/world.ts';

export type Disk = {
  /** How a gateway is started whose database lies on it. */
  start: StartOptions;
  databasePath: string;
  /** From now on it takes no further byte of that process. */
  fill(gateway: GatewayProcess): void;
  /** May be repeated. */
  makeRoom(gateway: GatewayProcess): void;
  remove(): void;
};

type FullDisks = {
  name: string;
  /** What SQLite says of it: proof that the disk was full in this very way. */
  words: RegExp;
  openDisk: (world: ChaosWorld) => Disk;
};

export function fullDisks({ name, words, openDisk }: FullDisks): void {
  let world: ChaosWorld;
  let disk: Disk;
  let gateway: GatewayProcess;
  before(async () => {
    const logins = Array.from({ length: 8 }, (_, index) => `disk${index}@contoso.test`);
    world = await startChaosWorld({ databaseUrl: null, rotation: 'strict', logins });
    disk = openDisk(world);
    gateway = await world.start(disk.start);
  });
  after(async () => {
    await world.close();
    disk.remove();
  });
  beforeEach(() => {
    world.sandbox.journal.clear();
    gateway.forgetLog();
  });

  const assertSaid = (): void => assert.match(gateway.logged(), words);

  /** Every mailbox's provider has done its work, and nothing of it can be stored. */
  async function fillInMidRefresh(isOnce: boolean): Promise<Reads> {
    const { sandbox, mailboxes, call } = world;
    sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 1000) });
    const reads = startReads(call, mailboxes, { callersEach: 1, body: renewed, isOnce });
    await until('all are on their way', () => callsAtProvider(sandbox).unanswered >= mailboxes.length);
    disk.fill(gateway);
    await until('the answers have arrived', () => callsAtProvider(sandbox).unanswered === 0);
    await until('storing one has failed', () => gateway.logged().includes('could not be stored'));
    sandbox.microsoft.configure({ fault: null });
    assertSaid();
    return reads;
  }

  test(`${name}: no refresh token is spent, stored tokens are served, and callers get an error in time`, async () => {
    const { sandbox, mailboxes, call } = world;
    disk.fill(gateway);
    try {
      const started = performance.now();
      const answers = await Promise.all(
        mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)),
      );
      for (const answer of answers) assertProblem(answer);
      assert.ok(performance.now() - started < 25_000);
      assert.equal(callsAtProvider(sandbox).begun, 0, 'what could not be stored must not be asked for');
      for (const mailbox of mailboxes) {
        const stored = await call('POST', tokenPath(mailbox));
        assert.equal(stored.status, 200, stored.text);
      }
      assertSaid();
    } finally {
      disk.makeRoom(gateway);
    }
    await assertWorksAgain(world);
  });

  test(`${name} for a moment while the provider answers: no grant is lost, every caller has a token`, async () => {
    const reads = await fillInMidRefresh(false);
    disk.makeRoom(gateway);
    await until('every caller has a token', () =>
      [...reads.received.values()].every((tokens) => tokens.length > 0),
    );
    await reads.stop();
    await assertWorksAgain(world);
  });

  test(`${name}, and the process is killed while it tries to write: nobody was given what is not stored, the database is whole, and all works once there is room`, async () => {
    // What the provider gave last is gone with the process. Its predecessor still works at a provider like this one.
    world.sandbox.microsoft.configure({ rotation: 'lenient' });
    const reads = await fillInMidRefresh(true);
    gateway.kill();
    await gateway.ended;
    await reads.stop();
    assert.equal(reads.cut(), world.mailboxes.length, 'every caller was still waiting');
    assert.deepEqual([...reads.received.values()].flat(), []);
    assert.deepEqual(reads.refused, []);
    disk.makeRoom(gateway);
    assert.deepEqual(faultsOf(disk.databasePath), ['ok']);
    gateway = await world.start(disk.start);
    await assertWorksAgain(world);
  });
}

function faultsOf(path: string): unknown[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare('pragma integrity_check')
      .all()
      .map((row) => row.integrity_check);
  } finally {
    database.close();
  }
}
