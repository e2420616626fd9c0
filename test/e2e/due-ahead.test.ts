// Due grants are claimed ahead of the calls that there is room for. What that must not cost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { refreshesAsked } from '../support/provider-asked.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let ahead = 0;
before(async () => {
  installation = await startInstallation({
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
    // Room for one call that nobody waits for.
    environment: { MAILGRANT_PROVIDER_CALLS: '2' },
  });
  for (const login of ['erin@contoso.test', 'frank@contoso.test', 'dave@outlook.test']) {
    await importMailbox(installation, 'microsoft', login);
  }
});
after(() => installation.close());

const asked = (): number => refreshesAsked(installation.sandbox, 'microsoft');

test('who is told to stop begins no further call, and gives back what it claimed ahead at once', async () => {
  const { microsoft } = installation.sandbox;
  const { dueRefreshes } = installation.gateway.core;
  ahead += 8 * 24 * 3600 * 1000;
  const before = asked();
  microsoft.configure({ fault: { on: 'refresh', answerDelayMs: 1_000 } });
  const stop = new AbortController();
  const stopped = dueRefreshes.refreshDueGrants(stop.signal);
  await until('the first call is under way', () => asked() === before + 1);
  stop.abort();
  const found = await stopped;
  assert.equal(asked(), before + 1);
  microsoft.configure({ fault: null });
  assert.equal(await dueRefreshes.refreshDueGrants(), 2, `of ${found} claimed, one was refreshed`);
  assert.equal(asked(), before + 3);
  assert.equal(await dueRefreshes.refreshDueGrants(), 0);
});
