// What an import of somebody else's tokens may and may not do to those who are connected already.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { namedFaults } from '../../sandbox/faults.ts';
import type { ImportRequest, Principal } from '../../src/core/index.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const mailScope = 'https://mail.google.com/';
let installation: Installation;
let principal: Principal;

before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' } });
  principal = await installation.gateway.core.apiKeys.authenticate(installation.apiKey);
});
after(() => installation.close());
beforeEach(() => installation.sandbox.google.configure({ fault: null }));

async function tokensOf(login: string): Promise<string> {
  const [minted] = await installation.sandbox.google.mint({ login, scope: mailScope });
  assert.ok(minted);
  return minted.refreshToken;
}

const request = async (login: string, changes: Partial<ImportRequest> = {}): Promise<ImportRequest> => ({
  provider: 'google',
  oauthClient: { kind: 'chosen', owner: 'any' },
  refreshToken: await tokensOf(login),
  scope: mailScope,
  email: login,
  name: null,
  customer: null,
  externalId: null,
  mailboxId: null,
  settings: {},
  exclusive: true,
  ...changes,
});

test('an address that is only claimed is not believed while a mail server is busy', async () => {
  const { core } = installation.gateway;
  installation.sandbox.google.configure({
    fault: { on: 'smtp', body: '454 4.7.0 Too many login attempts, please try again later.' },
  });
  const refused = await core.imports.import(
    principal,
    await request('bob@corp.test', { email: 'gina@corp.test' }),
  );
  assert.ok(!refused.ok);
  assert.equal(refused.reason, 'authentication_refused');
  installation.sandbox.google.configure({
    fault: [namedFaults.hanging('imap'), namedFaults.hanging('smtp')],
  });
  const unproved = await core.imports.import(
    principal,
    await request('gina@corp.test', { withinSeconds: 3 }),
  );
  assert.ok(!unproved.ok);
  assert.equal(unproved.reason, 'server_timeout');
  const { body } = await installation.call('GET', '/v1/mailboxes');
  assert.deepEqual(body.items, []);
});

test('a connect session that is refused ends no grant that another workspace has imported', async () => {
  const { gateway, addWorkspace, connect, call } = installation;
  const imported = await gateway.core.imports.import(principal, await request('bob@corp.test'));
  assert.ok(imported.ok);
  const other = await addWorkspace('Other');
  const { session } = await connect('google', { login: 'bob@corp.test' }, { exclusive: true }, other.call);
  assert.equal(memberOf(session.error, 'code'), 'mailbox_in_other_workspace');
  const token = await call('POST', `/v1/mailboxes/${imported.mailbox.id}/token`, { min_ttl_seconds: 3000 });
  assert.equal(token.status, 200, token.text);
  const proof = await call('POST', `/v1/mailboxes/${imported.mailbox.id}/verify`);
  assert.equal(proof.body.status, 'connected');
});

test('errors that a browser types into callbacks do not open the breaker of the provider', async () => {
  const { call, gateway } = installation;
  for (let count = 0; count < 12; count += 1) {
    const invitation = await call('POST', '/v1/connect-sessions', { provider: 'google' });
    const stopped = await approve(String(invitation.body.url), {
      login: 'carol@gmail.test',
      stopBeforeCallback: true,
    });
    const typed = new URL(stopped.callbackUrl);
    typed.searchParams.delete('code');
    typed.searchParams.set('error', 'temporarily_unavailable');
    const cookie = stopped.cookies.header(typed);
    await fetch(typed, { headers: { cookie }, redirect: 'manual' });
    const session = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
    assert.equal(session.body.status, 'failed');
  }
  await gateway.core.breakers.check('google');
});

test('a dead grant is found out by the next proof, however young the refused token is', async () => {
  const { sandbox, connect, call } = installation;
  const { session } = await connect('google', { login: 'gina@corp.test' });
  await sandbox.google.revokeUser('gina@corp.test');
  const proof = await call('POST', `/v1/mailboxes/${session.mailbox_id}/verify`);
  assert.equal(proof.body.status, 'needs_reauthorization', proof.text);
  assert.equal((await call('POST', `/v1/mailboxes/${session.mailbox_id}/token`)).status, 409);
});

test('stopping waits for an import whose caller has left', async () => {
  const own = await startInstallation();
  const { core } = own.gateway;
  const key = await core.apiKeys.authenticate(own.apiKey);
  own.sandbox.google.configure({ fault: namedFaults.slow('refresh', 600) });
  const [minted] = await own.sandbox.google.mint({ login: 'bob@corp.test', scope: mailScope });
  assert.ok(minted);
  const importing = core.imports.import(key, {
    ...(await request('bob@corp.test')),
    refreshToken: minted.refreshToken,
  });
  await until('the provider was asked', () => own.sandbox.google.stats().faultsServed > 0);
  await own.close();
  const outcome = await importing;
  assert.ok(outcome.ok, JSON.stringify(outcome));
});
