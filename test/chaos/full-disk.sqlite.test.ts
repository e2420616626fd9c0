// A disk that is full: the process may write no further byte (a limit on the size of its files, set and lifted from
// outside while it runs). The provider rotates strictly.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertProblem, assertWorksAgain } from './support/aftermath.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './support/world.ts';

let world: ChaosWorld;
let gateway: GatewayProcess;
before(async () => {
  const logins = Array.from({ length: 8 }, (_, index) => `disk${index}@contoso.test`);
  world = await startChaosWorld({ databaseUrl: null, rotation: 'strict', logins });
  gateway = await world.start({ entry: 'test/chaos/support/gateway-on-full-disk.ts' });
});
after(() => world.close());

/** Of the largest file, in bytes; the soft limit alone, so that it can be lifted again. */
const limitFiles = (limit: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(gateway.pid), `--fsize=${limit}:`]);
};

test('with a full disk no refresh token is spent, stored tokens are served, and callers get an error in time', async () => {
  const { sandbox, mailboxes, call } = world;
  sandbox.journal.clear();
  limitFiles(1);
  try {
    const started = performance.now();
    const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
    for (const answer of answers) assertProblem(answer);
    assert.ok(performance.now() - started < 25_000);
    assert.equal(callsAtProvider(sandbox).begun, 0, 'what could not be stored must not be asked for');
    for (const mailbox of mailboxes) {
      const stored = await call('POST', tokenPath(mailbox));
      assert.equal(stored.status, 200, stored.text);
    }
  } finally {
    limitFiles('unlimited');
  }
  await assertWorksAgain(world);
});

test('a disk that is full for a moment while the provider answers costs no grant', async () => {
  const { sandbox, mailboxes, call } = world;
  sandbox.journal.clear();
  sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 1000) });
  const reads = startReads(call, mailboxes, { callersEach: 1, body: renewed });
  await until('all are on their way', () => callsAtProvider(sandbox).unanswered >= mailboxes.length);
  limitFiles(1);
  try {
    await until('the answers have arrived', () => callsAtProvider(sandbox).unanswered === 0);
    await until('storing one has failed', () => gateway.logged().includes('could not be stored'));
  } finally {
    limitFiles('unlimited');
    sandbox.microsoft.configure({ fault: null });
  }
  await until('every caller has a token', () => [...reads.received.values()].every((one) => one.length > 0));
  await reads.stop();
  assert.deepEqual(
    reads.refused.map(({ answer }) => answer.text),
    [],
  );
  await assertWorksAgain(world);
});

test('a process that is killed on a full disk starts again when there is room', async () => {
  const { mailboxes, call } = world;
  limitFiles(1);
  await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
  gateway.kill();
  await gateway.ended;
  gateway = await world.start({ entry: 'test/chaos/support/gateway-on-full-disk.ts' });
  await assertWorksAgain(world);
});
