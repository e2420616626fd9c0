// How things end while something is on its way: sessions, grants, processes, against a provider that answers late,
// refuses, or has forgotten.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { namedFaults } from '../../sandbox/faults.ts';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let aheadMilliseconds = 0;
const substitutes = { clock: { ...systemClock, now: () => Date.now() + aheadMilliseconds } };
before(async () => {
  installation = await startInstallation({ substitutes });
});
after(() => installation.close());
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null, accessTokenTtlSeconds: 3600 });
  }
});

const reasonOf = (session: Record<string, unknown>): unknown => memberOf(session.error, 'code');

/** Up to the callback, which is not requested. */
async function stopBeforeCallback(provider: 'google' | 'microsoft', login: string) {
  const { body } = await installation.call('POST', '/v1/connect-sessions', { provider });
  const { callbackUrl, cookies } = await approve(String(body.url), { login, stopBeforeCallback: true });
  const cookie = cookies.header(new URL(callbackUrl));
  return {
    id: String(body.id),
    callbackUrl,
    follow: (url: string = callbackUrl) => fetch(url, { headers: { cookie }, redirect: 'manual' }),
  };
}

test('a session that is cancelled while its code is redeemed connects nothing and hands the grant back', async () => {
  const { google } = installation.sandbox;
  const { id, follow } = await stopBeforeCallback('google', 'bob@corp.test');
  const before = google.stats();
  google.configure({ fault: namedFaults.slow('token', 1000) });
  const arriving = follow();
  await until('the code is on its way', () => google.stats().faultsServed > before.faultsServed);
  assert.equal((await installation.call('DELETE', `/v1/connect-sessions/${id}`)).status, 200);
  await arriving;
  assert.equal(google.stats().revocations, before.revocations + 1);
  const session = await installation.call('GET', `/v1/connect-sessions/${id}`);
  assert.equal(session.body.status, 'cancelled');
  assert.deepEqual((await installation.call('GET', '/v1/mailboxes')).body.items, []);
});

test('an altered code ends the session as code_refused', async () => {
  for (const [provider, login] of [
    ['google', 'bob@corp.test'],
    ['microsoft', 'erin@contoso.test'],
  ] as const) {
    const { id, callbackUrl, follow } = await stopBeforeCallback(provider, login);
    const altered = new URL(callbackUrl);
    altered.searchParams.set('code', 'not-the-code');
    await follow(altered.href);
    const session = await installation.call('GET', `/v1/connect-sessions/${id}`);
    assert.equal(reasonOf(session.body), 'code_refused', provider);
  }
});

test('an account that was disabled is told apart from a permission that was withdrawn', async () => {
  const { sandbox, call, connect } = installation;
  const { session } = await connect('microsoft', { login: 'frank@contoso.test' });
  // AADSTS50057: the user account is disabled.
  sandbox.microsoft.configure({ fault: namedFaults.aadsts('refresh', 50057, 'invalid_grant') });
  aheadMilliseconds += 11_000;
  const answer = await call('POST', `/v1/mailboxes/${session.mailbox_id}/token`, { force_refresh: true });
  assert.equal(answer.body.code, 'needs_reauthorization', answer.text);
  assert.equal(memberOf(answer.body.verdict, 'code'), 'account_disabled');
  assert.equal(memberOf(answer.body.verdict, 'actor'), 'mail_administrator');
});

test('disconnecting a mailbox whose Google grant is dead asks the provider and pretends nothing', async () => {
  const { sandbox, call, connect } = installation;
  const { session } = await connect('google', { login: 'gina@corp.test' });
  await sandbox.google.revokeUser('gina@corp.test');
  aheadMilliseconds += 11_000;
  const path = `/v1/mailboxes/${session.mailbox_id}`;
  assert.equal((await call('POST', `${path}/token`, { force_refresh: true })).status, 409);
  const before = sandbox.google.stats();
  sandbox.google.configure({ fault: { ...namedFaults.serverError('revoke'), times: 1 } });
  const gone = await call('DELETE', path);
  assert.equal(sandbox.google.stats().faultsServed, before.faultsServed + 1, 'it was asked');
  assert.equal(gone.body.at_provider, 'failed', gone.text);
});

test('stopping a gateway stores what a refresh in flight brings', async () => {
  const own = await startInstallation({
    sandbox: { mail: 'npm', rotation: { microsoft: 'strict' } },
    substitutes,
  });
  try {
    const { microsoft } = own.sandbox;
    const { session } = await own.connect('microsoft', { login: 'erin@contoso.test' });
    const path = `/v1/mailboxes/${session.mailbox_id}/token`;
    const first = await own.call('POST', path);
    aheadMilliseconds += 11_000;
    const before = microsoft.stats();
    microsoft.configure({ fault: { ...namedFaults.slow('refresh', 1500), times: 1 } });
    const caller = new AbortController();
    const reading = fetch(`${own.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${own.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ force_refresh: true }),
      signal: caller.signal,
    }).catch(() => null);
    await until('the provider is asked', () => microsoft.stats().faultsServed > before.faultsServed);
    // Nobody waits for the answer any more; what the provider gives must be kept all the same.
    caller.abort();
    await reading;
    await own.gateway.close();
    assert.equal(microsoft.stats().refreshes, before.refreshes + 1);

    const reopened = await createGateway(loadConfig(own.environment), substitutes);
    try {
      await reopened.start();
      const second = await own.call('POST', path);
      assert.equal(second.status, 200, second.text);
      assert.notEqual(second.body.access_token, first.body.access_token);
      assert.equal(microsoft.stats().refreshes, before.refreshes + 1, 'the stored one, no further');
      aheadMilliseconds += 11_000;
      assert.equal((await own.call('POST', path, { force_refresh: true })).status, 200, 'the grant lives');
    } finally {
      await reopened.close();
    }
  } finally {
    await own.close();
  }
});

test('disconnecting a mailbox revokes nothing while the same person is connected elsewhere: Google would end both', async () => {
  const { sandbox, call, connect, addWorkspace } = installation;
  sandbox.google.addUser({ login: 'twice@gmail.test', name: 'Twice' });
  const other = await addWorkspace('With the same person');
  const here = await connect('google', { login: 'twice@gmail.test' });
  const there = await connect('google', { login: 'twice@gmail.test' }, {}, other.call);
  const before = sandbox.google.stats().revocations;
  const gone = await call('DELETE', `/v1/mailboxes/${here.session.mailbox_id}`);
  assert.equal(gone.body.at_provider, 'kept', gone.text);
  assert.equal(sandbox.google.stats().revocations, before);
  const path = `/v1/mailboxes/${there.session.mailbox_id}`;
  aheadMilliseconds += 11_000;
  const token = await other.call('POST', `${path}/token`, { force_refresh: true });
  assert.equal(token.status, 200, token.text);
  const last = await other.call('DELETE', path);
  assert.equal(last.body.at_provider, 'revoked', last.text);
});
