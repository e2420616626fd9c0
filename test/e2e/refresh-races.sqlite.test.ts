// One refresh for any number of callers, on the embedded database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
let aheadMilliseconds = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + aheadMilliseconds };
  installation = await startInstallation({
    sandbox: { mail: 'npm', rotation: { microsoft: 'strict' } },
    substitutes: { clock },
  });
});
after(() => installation.close());

test('50 parallel reads of an expired token reach a strictly rotating authorization server exactly once', async () => {
  const { sandbox, call, connect } = installation;
  // Every token that lives less than a minute counts as expired.
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 30 });
  const { session } = await connect('microsoft', { login: 'erin@contoso.test' });
  assert.equal(session.status, 'connected');
  sandbox.microsoft.configure({ accessTokenTtlSeconds: 3600 });
  const before = sandbox.microsoft.stats().refreshes;

  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call('POST', `/v1/mailboxes/${session.mailbox_id}/token`)),
  );

  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ body }) => body.access_token)).size, 1);
  assert.equal(sandbox.microsoft.stats().refreshes - before, 1);
});

test('after that the grant is alive: the rotated refresh token was stored', async () => {
  const { sandbox, call } = installation;
  const list = await call('GET', '/v1/mailboxes');
  const [mailbox] = list.body.items as { id: string }[];
  const before = sandbox.microsoft.stats().refreshes;
  const first = await call('POST', `/v1/mailboxes/${mailbox?.id}/token`);
  // A token that is only seconds old is not refreshed again at once.
  aheadMilliseconds += 11_000;
  const second = await call('POST', `/v1/mailboxes/${mailbox?.id}/token`, { force_refresh: true });
  assert.equal(second.status, 200, second.text);
  assert.notEqual(second.body.access_token, first.body.access_token);
  assert.equal(sandbox.microsoft.stats().refreshes - before, 1);
});
