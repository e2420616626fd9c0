// The loop over due grants remembers what a provider has refused, as those who read do: it neither asks too soon nor
// gives a grant up too early. With an injected clock.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Answer, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { refreshesAsked } from '../support/provider-asked.ts';

let installation: Installation;
let ahead = 0;
const wait = (seconds: number): void => {
  ahead += seconds * 1000;
};
const week = 7 * 24 * 3600;

before(async () => {
  installation = await startInstallation({
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
    environment: { MAILGRANT_BREAKER_FAILURES: '1', MAILGRANT_BREAKER_OPEN_SECONDS: '30' },
  });
});
after(() => installation.close());
/** Each test has mailboxes of its own, and no others are due. */
beforeEach(async () => {
  installation.sandbox.microsoft.configure({ fault: null });
  const { body } = await installation.call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  for (const { id } of body.items) await installation.call('DELETE', `/v1/mailboxes/${id}`);
});

const asked = (): number => refreshesAsked(installation.sandbox, 'microsoft');
const due = (): Promise<number> => installation.gateway.core.dueRefreshes.refreshDueGrants();
const read = (id: string): Promise<Answer> => installation.call('POST', `/v1/mailboxes/${id}/token`);
const statusOf = async (id: string): Promise<unknown> =>
  (await installation.call('GET', `/v1/mailboxes/${id}`)).body.status;

async function dueMailbox(login: string): Promise<string> {
  const id = await importMailbox(installation, 'microsoft', login);
  wait(week);
  return id;
}

test('after AADSTS50196 a due grant is left alone for five minutes, then asked for, and never given up', async () => {
  const id = await dueMailbox('erin@contoso.test');
  installation.sandbox.microsoft.configure({ fault: namedFaults.aadsts('refresh', 50196, 'invalid_grant') });
  const before = asked();
  assert.equal(await due(), 1);
  assert.equal(asked(), before + 1);
  wait(295);
  assert.equal(await due(), 0);
  assert.equal((await read(id)).body.code, 'provider_rate_limited');
  assert.equal(asked(), before + 1);
  assert.notEqual(await statusOf(id), 'needs_reauthorization');
  installation.sandbox.microsoft.configure({ fault: null });
  wait(310);
  assert.equal(await due(), 1, 'within ten minutes, not an hour');
  assert.equal(asked(), before + 2);
  assert.equal((await read(id)).body.refreshed, false);
});

test('after AADSTS70000 a due grant is asked for once more, later; the second refusal ends it with one event', async () => {
  const id = await dueMailbox('frank@contoso.test');
  installation.sandbox.microsoft.configure({ fault: namedFaults.aadsts('refresh', 70000, 'invalid_grant') });
  const before = asked();
  assert.equal(await due(), 1);
  assert.equal(memberOf((await read(id)).body.verdict, 'code'), 'grant_refused_once');
  wait(59);
  assert.equal(await due(), 0);
  const first = asked() - before;
  assert.notEqual(await statusOf(id), 'needs_reauthorization');
  wait(600);
  assert.equal(await due(), 1);
  assert.equal(await statusOf(id), 'needs_reauthorization');
  const second = asked() - before;
  assert.ok(second > first);
  wait(week);
  await due();
  await read(id);
  assert.equal(asked() - before, second, 'a dead grant is not asked for');
  const { body } = await installation.call('GET', '/v1/events?limit=100');
  assert.ok(Array.isArray(body.items));
  const ends = body.items.filter(
    (event) =>
      memberOf(event, 'object_id') === id && memberOf(event, 'type') === 'mailbox.needs_reauthorization',
  );
  assert.equal(ends.length, 1);
});

test('due grants that a breaker holds back ask nobody, and are done soon after it is over', async () => {
  const ids = [
    await dueMailbox('erin@contoso.test'),
    await dueMailbox('frank@contoso.test'),
    await dueMailbox('dave@outlook.test'),
  ];
  wait(week);
  installation.sandbox.microsoft.configure({ fault: namedFaults.serverError('refresh') });
  assert.equal((await read(ids[0] ?? '')).status, 503);
  const before = asked();
  wait(10);
  assert.equal(await due(), 0, 'they are not even claimed');
  assert.equal(asked(), before);
  installation.sandbox.microsoft.configure({ fault: null });
  // The breaker's half minute and the minute over which they are spread; then what waited for the probe.
  wait(85);
  await due();
  wait(63);
  await due();
  assert.equal(asked(), before + 3);
  for (const id of ids) assert.equal(await statusOf(id), 'connected');
});
