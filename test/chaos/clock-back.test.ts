// The clock of a machine that is put back by hours: what was written before lies in the future. The provider rotates
// strictly and keeps its own time.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertWorksAgain } from './support/aftermath.ts';
import { assertAllRenewed, at, jump, startClockWorld } from './support/clock-world.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { assertTokenWorks, callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, tokenSeconds } from './support/world.ts';

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

/** Tokens that need a refresh whatever the time is, stored at the true time. */
async function letTokensEnd(): Promise<void> {
  await gateway.send({ aheadMilliseconds: 0 });
  world.sandbox.microsoft.configure({ accessTokenTtlSeconds: 30 });
  await assertAllRenewed(world);
  world.sandbox.microsoft.configure({ accessTokenTtlSeconds: tokenSeconds });
}

test('leases of a process that was killed before the clock went back by hours hold nobody up', async () => {
  const { sandbox, mailboxes, call } = world;
  await letTokensEnd();
  await gateway.send({ aheadMilliseconds: jump });
  sandbox.journal.clear();
  sandbox.microsoft.configure({ fault: namedFaults.hanging('refresh') });
  const reads = startReads(call, mailboxes, { callersEach: 1, body: renewed });
  await until('all are on their way', () => callsAtProvider(sandbox).unanswered >= mailboxes.length);
  gateway.kill();
  await gateway.ended;
  await reads.stop();
  sandbox.microsoft.configure({ fault: null });
  gateway = await world.start(at(0));
  await assertAllRenewed(world);
});

test('a failure that was remembered before the clock went back by hours is forgotten as soon as without it', async () => {
  const { sandbox, mailboxes, call } = world;
  await letTokensEnd();
  await gateway.send({ aheadMilliseconds: jump });
  sandbox.microsoft.configure({ fault: namedFaults.serverError('refresh') });
  await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox))));
  sandbox.microsoft.configure({ fault: null });
  await gateway.send({ aheadMilliseconds: 0 });
  await assertWorksAgain(world, { withinSeconds: 20 });
});

test('a token that was stored before the clock went back by hours is replaced when its holder saw it refused', async () => {
  const { sandbox, mailboxes, call } = world;
  await gateway.send({ aheadMilliseconds: jump });
  await assertAllRenewed(world);
  await gateway.send({ aheadMilliseconds: 0 });
  await sandbox.microsoft.expireAccessTokens();
  for (const mailbox of mailboxes) {
    const { status, text, body } = await call('POST', tokenPath(mailbox), { force_refresh: true });
    assert.equal(status, 200, text);
    await assertTokenWorks(sandbox, String(body.access_token), mailbox.login);
  }
});
