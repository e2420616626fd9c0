// The circuit breaker of a provider: what opens it, what callers see, and that it closes by itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Answer, type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
let ahead = 0;

before(async () => {
  installation = await startInstallation({
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
    environment: { MAILGRANT_BREAKER_FAILURES: '3', MAILGRANT_BREAKER_OPEN_SECONDS: '30' },
  });
});
after(() => installation.close());
afterEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
  ahead += 3_600_000;
});

const init = (provider: 'google' | 'microsoft'): Promise<Answer> =>
  installation.call('POST', `/api/v2/oauth/${provider}/init`);

async function fail(provider: 'google' | 'microsoft', times: number): Promise<void> {
  const login = provider === 'google' ? 'bob@corp.test' : 'erin@contoso.test';
  for (let time = 0; time < times; time++) {
    const { session } = await installation.connect(provider, { login });
    assert.equal(session.status, 'failed');
  }
}

function assertOpen(answer: Answer, secondsMax: number): void {
  assert.equal(answer.status, 503, answer.text);
  assertGolden('instantly', 'unavailable', answer.body);
  const seconds = Number(answer.headers.get('retry-after'));
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= secondsMax, `${seconds} s`);
}

// First, because a sign-in succeeds only while this clock and the provider's agree.
it('any answer in between begins the count anew, and so does the end of the window', async () => {
  const { google } = installation.sandbox;
  google.configure({ fault: { on: 'token', status: 503 } });
  await fail('google', 2);
  google.configure({ fault: null });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  assert.equal(session.status, 'connected');
  google.configure({ fault: { on: 'token', status: 503 } });
  await fail('google', 2);
  assert.equal((await init('google')).status, 200);
  ahead += 61_000;
  await fail('google', 2);
  assert.equal((await init('google')).status, 200);
});

it("a provider's 503s open its breaker, the other provider goes on, and it closes by itself", async () => {
  installation.sandbox.google.configure({ fault: { on: 'token', status: 503 } });
  await fail('google', 2);
  assert.equal((await init('google')).status, 200, 'two are not enough');
  await fail('google', 1);
  assertOpen(await init('google'), 30);
  assert.equal((await init('microsoft')).status, 200);
  installation.sandbox.google.configure({ fault: null });
  ahead += 31_000;
  assert.equal((await init('google')).status, 200);
});

it("a provider's 429s open it, at least for the time that the provider names", async () => {
  installation.sandbox.microsoft.configure({ fault: namedFaults.rateLimited('token', 90) });
  await fail('microsoft', 3);
  const answer = await init('microsoft');
  assertOpen(answer, 90);
  assert.ok(Number(answer.headers.get('retry-after')) > 60);
  assert.equal((await init('google')).status, 200);
});

it('while it is open no code is exchanged, but what must be revoked is', async () => {
  const { sandbox, call, connect } = installation;
  const id = await importMailbox(installation, 'google', 'gina@corp.test');
  sandbox.google.configure({ fault: { on: 'token', status: 503 } });
  await fail('google', 3);
  sandbox.google.configure({ fault: null });
  const exchanges = () => sandbox.journal.entries({ provider: 'google', kind: 'token' }).length;
  const before = exchanges();
  const { session } = await connect('google', { login: 'bob@corp.test' });
  assert.equal(session.status, 'failed');
  assert.equal(exchanges(), before);
  const { revocations } = sandbox.google.stats();
  const removed = await call('DELETE', `/v1/mailboxes/${id}`);
  assert.ok(removed.status < 300, removed.text);
  assert.equal(sandbox.google.stats().revocations, revocations + 1);
});
