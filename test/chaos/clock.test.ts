// The clock of a machine that jumps by hours, forward and back, with refreshes on their way. The provider rotates
// strictly and keeps its own time.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertAllRenewed, at, jump, startClockWorld } from './support/clock-world.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { callsAtProvider } from './support/provider-side.ts';
import { startReads } from './support/reads.ts';
import { type ChaosWorld, renewed } from './support/world.ts';

let world: ChaosWorld;
let gateway: GatewayProcess;
before(async () => {
  world = await startClockWorld();
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

for (const [name, from, to] of [
  ['forward', 0, jump],
  ['back', jump, 0],
] as const) {
  test(`a clock that jumps ${name} by hours in mid-refresh costs no caller the answer and no grant its life`, async () => {
    await gateway.send({ aheadMilliseconds: from });
    await assertAllRenewed(world);
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
    await assertAllRenewed(world);
  });
}
