// The budgets of calls to providers, as callers of the API see them.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Answer, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { refreshesAsked } from '../support/provider-asked.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let ids: string[];
/** Reads of the same people's mailboxes in another workspace. */
const others: (() => Promise<Answer>)[] = [];
let ahead = 0;
const wait = (seconds: number): void => {
  ahead += seconds * 1000;
};

before(async () => {
  installation = await startInstallation({
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
    environment: { MAILGRANT_CLIENT_CALLS: '2', MAILGRANT_PROVIDER_CALLS_WAITING: '2' },
  });
  ids = [];
  for (const login of ['erin@contoso.test', 'frank@contoso.test', 'dave@outlook.test']) {
    ids.push(await importMailbox(installation, 'microsoft', login));
  }
  const other = await installation.addWorkspace('Other');
  for (const login of ['erin@contoso.test', 'frank@contoso.test']) {
    const id = await importMailbox(installation, 'microsoft', login, { apiKey: other.apiKey });
    others.push(() => other.call('POST', `/v1/mailboxes/${id}/token`));
  }
});
after(() => installation.close());
beforeEach(() => {
  installation.sandbox.microsoft.configure({ fault: null });
  wait(3_601);
});

const read = (id: string): Promise<Answer> => installation.call('POST', `/v1/mailboxes/${id}/token`);
const asked = (): number => refreshesAsked(installation.sandbox, 'microsoft');

test('readers beyond the budget wait for their turn and get their tokens', async () => {
  installation.sandbox.microsoft.configure({ fault: { on: 'refresh', answerDelayMs: 300 } });
  const before = asked();
  const answers = await Promise.all(ids.map(read));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(asked(), before + 3);
});

test('one more than may wait is told so at once, with a time to come back, and its grant is as it was', async () => {
  installation.sandbox.microsoft.configure({ fault: { on: 'refresh', answerDelayMs: 500 } });
  // Two under way, one of this OAuth client may wait.
  const answers = await Promise.all([...ids.map(read), ...others.map((other) => other())]);
  const refused = answers.filter(({ status }) => status !== 200);
  assert.equal(refused.length, 2, JSON.stringify(answers.map(({ body }) => body)));
  for (const { status, headers, body } of refused) {
    assert.equal(status, 503);
    assert.equal(memberOf(body.verdict, 'code'), 'gateway_busy');
    assert.ok(Number(headers.get('retry-after')) >= 1);
  }
  installation.sandbox.microsoft.configure({ fault: null });
  for (const answer of await Promise.all(ids.map(read))) assert.equal(answer.status, 200);
});

test('a flood of due grants leaves room for a reader, who does not wait for it', async () => {
  wait(7 * 24 * 3600);
  const { microsoft } = installation.sandbox;
  const served = microsoft.stats().faultsServed;
  microsoft.configure({ fault: { on: 'refresh', hang: true, times: 1 } });
  const flood = installation.gateway.core.dueRefreshes.refreshDueGrants();
  await until('the first of the flood hangs', () => microsoft.stats().faultsServed > served);
  const answers = await Promise.all(ids.map(read));
  const good = answers.filter(({ status }) => status === 200).length;
  assert.ok(good >= 2, 'all but the one whose grant hangs');
  await flood;
});
