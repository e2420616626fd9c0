// The clock of a machine that is put back by hours: what was written before lies in the future. The provider rotates
// strictly and keeps its own time.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { assertWorksAgain } from './support/aftermath.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { assertTokenWorks, callsAtProvider } from './support/provider-side.ts';
import { startReads, tokenPath } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld, tokenSeconds } from './support/world.ts';

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

/** Within the time of a read, and by a refresh: a grant that was lost could not. */
async function assertAllRenewed(): Promise<void> {
  const { sandbox, mailboxes, call } = world;
  const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
  for (const [index, { status, text, body }] of answers.entries()) {
    assert.deepEqual([status, body.refreshed], [200, true], text);
    await assertTokenWorks(sandbox, String(body.access_token), mailboxes[index]?.login ?? '');
  }
}

/** Tokens that need a refresh whatever the time is, stored at the true time. */
async function letTokensEnd(): Promise<void> {
  await gateway.send({ aheadMilliseconds: 0 });
  world.sandbox.microsoft.configure({ accessTokenTtlSeconds: 30 });
  await assertAllRenewed();
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
  await assertAllRenewed();
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
  await assertAllRenewed();
  await gateway.send({ aheadMilliseconds: 0 });
  await sandbox.microsoft.expireAccessTokens();
  for (const mailbox of mailboxes) {
    const { status, text, body } = await call('POST', tokenPath(mailbox), { force_refresh: true });
    assert.equal(status, 200, text);
    await assertTokenWorks(sandbox, String(body.access_token), mailbox.login);
  }
});
