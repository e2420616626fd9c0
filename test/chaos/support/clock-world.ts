// A gateway whose clock a test moves, beside a provider that rotates strictly and keeps its own time.
import assert from 'node:assert/strict';
import { assertTokenWorks } from './provider-side.ts';
import { tokenPath } from './reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './world.ts';

export const jump = 6 * 3600 * 1000;

export const at = (aheadMilliseconds: number) => ({
  entry: 'test/chaos/support/gateway-with-clock.ts',
  environment: { CHAOS_CLOCK_AHEAD_MILLISECONDS: String(aheadMilliseconds) },
});

export function startClockWorld(): Promise<ChaosWorld> {
  const logins = Array.from({ length: 8 }, (_, index) => `clock${index}@contoso.test`);
  return startChaosWorld({ databaseUrl: null, rotation: 'strict', logins });
}

/** Within the time of a read, and by a refresh: a grant that was lost could not. */
export async function assertAllRenewed({ sandbox, mailboxes, call }: ChaosWorld): Promise<void> {
  const answers = await Promise.all(mailboxes.map((mailbox) => call('POST', tokenPath(mailbox), renewed)));
  for (const [index, { status, text, body }] of answers.entries()) {
    assert.deepEqual([status, body.refreshed], [200, true], text);
    await assertTokenWorks(sandbox, String(body.access_token), mailboxes[index]?.login ?? '');
  }
}
