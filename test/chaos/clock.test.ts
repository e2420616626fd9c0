// The clock of a machine that jumps by hours, forward and back, with refreshes on their way. The provider rotates
// strictly and keeps its own time.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { assertTokenWorks, callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './support/world.ts';

const jump = 6 * 3600 * 1000;
const entry = 'test/chaos/support/gateway-with-clock.ts';
const at = (aheadMilliseconds: number) => ({
  entry,
  environment: { CHAOS_CLOCK_AHEAD_MILLISECONDS: String(aheadMilliseconds) },
});

let world: ChaosWorld;
let gateway: GatewayProcess;
before(async () => {
  const logins = Array.from({ length: 8 }, (_, index) => `clock${index}@contoso.test`);
  world = await startChaosWorld({ databaseUrl: null, rotation: 'strict', logins });
  gateway = await world.start(at(0));
});
after(() => world.close());
beforeEach(async () => {
  world.sandbox.journal.clear();
  world.sandbox.microsoft.configure({ fault: null });
});

/** The work is done and its answers are on their way, of all mailboxes. */
async function inMidRefresh() {
  const { sandbox, mailboxes, call } = world;
  sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 1500) });
  const reads = startReads(call, mailboxes, { callersEach: 2, body: renewed });
  await until('all are on their way', () => callsAtProvider(sandbox).unanswered >= mailboxes.length);
  sandbox.microsoft.configure({ fault: null });
  return reads;
}

/** Within the time of a read, and by a refresh: a grant that was lost could not. */
async function assertAllRenewed(): Promise<void> {
  const { sandbox, mailboxes, call } = world;
  const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
  for (const [index, { status, text, body }] of answers.entries()) {
    assert.deepEqual([status, body.refreshed], [200, true], text);
    await assertTokenWorks(sandbox, String(body.access_token), mailboxes[index]?.login ?? '');
  }
}

for (const [name, from, to] of [
  ['forward', 0, jump],
  ['back', jump, 0],
] as const) {
  test(`a clock that jumps ${name} by hours in mid-refresh costs no caller the answer and no grant its life`, async () => {
    await gateway.send({ aheadMilliseconds: from });
    await assertAllRenewed();
    const reads = await inMidRefresh();
    await gateway.send({ aheadMilliseconds: to });
    await until('every caller has an answer', () =>
      [...reads.received.values()].every((one) => one.length > 0),
    );
    await reads.stop();
    assert.deepEqual(
      reads.refused.map(({ answer }) => answer.text),
      [],
    );
    await assertAllRenewed();
  });
}
