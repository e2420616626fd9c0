// The doctor over the whole of it: what fails in the sandbox is the step and the verdict that it names.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { type Diagnosis, GatewayError, type Principal, type ReasonCode } from '../../src/core/index.ts';
import { systemClock } from '../../src/system.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

const minute = 60_000;
const day = 24 * 3600 * 1000;
let installation: Installation;
let principal: Principal;
let offset = 0;
let hosts: string[] | null = ['aspmx.l.google.com', 'contoso-test.mail.protection.outlook.com'];
const printed: string[] = [];

before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + offset };
  const domains = { mx: async () => hosts, txt: async () => [] };
  installation = await startInstallation({
    substitutes: { clock, domains },
    environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2', MAILGRANT_PROBE_TIMEOUT_SECONDS: '5' },
  });
  principal = await installation.gateway.core.apiKeys.authenticate(installation.apiKey);
});
after(() => installation.close());
beforeEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
});

const mailboxOf = (provider: SandboxProvider, login: string): Promise<string> =>
  importMailbox(installation, provider, login);

async function examine(mailboxId: string): Promise<Diagnosis> {
  const diagnosis = await installation.gateway.core.doctor.examine(principal, mailboxId);
  printed.push(JSON.stringify(diagnosis));
  return diagnosis;
}

const resultsOf = ({ steps }: Diagnosis) =>
  Object.fromEntries(steps.map(({ step, result }): [string, string] => [step, result]));

/** The first failure, with what it is called; all that depends on it is skipped and nothing after it fails. */
function assertFailure(diagnosis: Diagnosis, step: string, code: ReasonCode): void {
  const failures = diagnosis.steps.filter(({ result }) => result === 'failed');
  assert.deepEqual(
    failures.map((one) => [one.step, one.verdict?.code]),
    [[step, code]],
    JSON.stringify(diagnosis.steps),
  );
  assert.equal(diagnosis.summary?.code, code);
}

test('a mailbox that works passes every step, and is renewed at most once a minute', async () => {
  const { sandbox } = installation;
  for (const [provider, login] of [
    ['google', 'bob@corp.test'],
    ['microsoft', 'erin@contoso.test'],
  ] as const) {
    const id = await mailboxOf(provider, login);
    offset += 2 * minute;
    const before = sandbox[provider].stats().refreshes;
    const first = await examine(id);
    const passed = 'passed';
    assert.deepEqual(resultsOf(first), {
      mailbox: passed,
      oauth_client: passed,
      grant: passed,
      refresh: passed,
      scope: passed,
      imap: passed,
      smtp: passed,
      domain: passed,
    });
    assert.equal(first.summary?.code, 'ok');
    assert.equal(first.reconnectUrl, null);
    const renewals = sandbox[provider].stats().refreshes - before;
    assert.ok(renewals >= 1);
    await examine(id);
    assert.equal(sandbox[provider].stats().refreshes - before, renewals);
  }
});

test('a withdrawn grant fails where a token is renewed, in the words of the provider, and is reconnected', async () => {
  const id = await mailboxOf('google', 'gina@corp.test');
  offset += 2 * minute;
  await installation.sandbox.google.revokeUser('gina@corp.test');
  const found = await examine(id);
  assertFailure(found, 'refresh', 'grant_revoked');
  assert.equal(found.steps.find(({ step }) => step === 'refresh')?.provider?.error, 'invalid_grant');
  assert.deepEqual([resultsOf(found).imap, resultsOf(found).scope], ['skipped', 'skipped']);
  assert.match(String(found.reconnectUrl), /\/reconnect\//);

  const again = await examine(id);
  assertFailure(again, 'grant', 'grant_revoked');
  assert.equal(resultsOf(again).refresh, 'skipped');
});

test('a grant that was withdrawn a moment ago is found out, however young its token is', async () => {
  const id = await mailboxOf('google', 'alice@gmail.test');
  await installation.sandbox.google.revokeUser('alice@gmail.test');
  const found = await examine(id);
  assertFailure(found, 'refresh', 'grant_revoked');
  assert.equal(resultsOf(found).imap, 'skipped');
});

test('a mail server that keeps the mailbox closed is named, with its reply, and by that way alone', async () => {
  const { sandbox } = installation;
  const id = await mailboxOf('microsoft', 'frank@contoso.test');
  sandbox.microsoft.setUser('frank@contoso.test', { smtpAuthDisabled: true });
  const found = await examine(id);
  assertFailure(found, 'smtp', 'smtp_auth_disabled');
  assert.equal(resultsOf(found).imap, 'passed');
  assert.match(String(found.steps.find(({ step }) => step === 'smtp')?.detail), /5\.7\.139/);
  assert.equal(found.summary?.actor, 'mail_administrator');
  assert.equal(found.reconnectUrl, null);

  sandbox.microsoft.setUser('frank@contoso.test', { smtpAuthDisabled: false, imapDisabled: true });
  const closed = await examine(id);
  assertFailure(closed, 'imap', 'imap_disabled');
  assert.equal(resultsOf(closed).smtp, 'passed');
  sandbox.microsoft.setUser('frank@contoso.test', { imapDisabled: false });
});

test('a permission that the provider stopped giving fails the comparison, not the renewal', async () => {
  const { sandbox } = installation;
  const id = await mailboxOf('microsoft', 'dave@outlook.test');
  offset += 2 * minute;
  sandbox.microsoft.configure({
    fault: {
      on: 'refresh',
      body: {
        token_type: 'Bearer',
        access_token: 'an-access-token-with-a-narrower-scope',
        expires_in: 3600,
        scope: 'https://outlook.office.com/SMTP.Send',
      },
    },
  });
  const found = await examine(id);
  assert.equal(resultsOf(found).refresh, 'passed');
  assert.equal(resultsOf(found).scope, 'failed', JSON.stringify(found.steps));
  const scope = found.steps.find(({ step }) => step === 'scope');
  assert.equal(scope?.verdict?.code, 'scope_missing');
  assert.match(String(scope?.detail), /IMAP\.AccessAsUser\.All/);
  assert.equal(resultsOf(found).imap, 'skipped', 'a way that is not open any more is not tried');
  assert.equal(found.summary?.code, 'scope_missing');
  assert.match(String(found.reconnectUrl), /\/reconnect\//);
});

test('a provider that is down fails the renewal, heals by itself and is no reason to reconnect', async () => {
  const id = await mailboxOf('microsoft', 'admin@contoso.test');
  offset += 2 * minute;
  installation.sandbox.microsoft.configure({ fault: namedFaults.serverError('refresh') });
  const found = await examine(id);
  assertFailure(found, 'refresh', 'provider_unavailable');
  assert.deepEqual([found.summary.healsItself, found.reconnectUrl], [true, null]);
  assert.equal(resultsOf(found).imap, 'skipped');
  const status = await installation.call('GET', `/v1/mailboxes/${id}`);
  assert.equal(status.body.status, 'connected', 'the mailbox itself is as it was');
});

test('a mailbox that is switched off is asked nothing', async () => {
  const { sandbox, call } = installation;
  const id = await mailboxOf('google', 'bob@corp.test');
  await call('PATCH', `/v1/mailboxes/${id}`, { disabled: true });
  offset += 2 * minute;
  const before = sandbox.google.stats().tokenRequests;
  const found = await examine(id);
  assert.deepEqual([resultsOf(found).mailbox, resultsOf(found).refresh], ['failed', 'skipped']);
  assert.equal(found.summary.code, 'mailbox_switched_off');
  assert.equal(sandbox.google.stats().tokenRequests, before);
  await call('PATCH', `/v1/mailboxes/${id}`, { disabled: false });
});

test('a domain whose mail goes elsewhere is worth a word and no failure', async () => {
  const id = await mailboxOf('google', 'carol@gmail.test');
  const domainStep = async () => (await examine(id)).steps.find(({ step }) => step === 'domain');
  hosts = ['mx.filter.test'];
  const elsewhere = await domainStep();
  assert.equal(elsewhere?.result, 'warned');
  assert.match(String(elsewhere?.detail), /mx\.filter\.test/);
  hosts = [];
  assert.match(String((await domainStep())?.detail), /names no mail server/);
  hosts = null;
  assert.equal((await domainStep())?.result, 'skipped');
  assert.equal((await examine(id)).summary?.code, 'ok');
});

test('a link shows the same without a key, once a minute, and only to whoever has it', async () => {
  const { gateway } = installation;
  const id = await mailboxOf('google', 'carol@gmail.test');
  const { url } = await examine(id);
  const token = new URL(url).pathname.split('/').at(-1) ?? '';
  assert.equal(await gateway.core.doctor.examineByLink(`${token}x`), null);
  offset += minute - ((Date.now() + offset) % minute);
  const shown = await gateway.core.doctor.examineByLink(token);
  assert.equal(shown?.summary?.code, 'ok', JSON.stringify(shown?.steps));
  assert.equal(shown?.url, url, 'the link does not make itself last');
  await assert.rejects(gateway.core.doctor.examineByLink(token), (error: unknown) => {
    assert.ok(error instanceof GatewayError);
    return error.code === 'rate_limited';
  });
  offset += minute;
  assert.ok(await gateway.core.doctor.examineByLink(token));
});

test("another workspace's mailbox is not found", async () => {
  const { addWorkspace, gateway } = installation;
  const id = await mailboxOf('google', 'carol@gmail.test');
  const other = await gateway.core.apiKeys.authenticate((await addWorkspace('Other')).apiKey);
  await assert.rejects(gateway.core.doctor.examine(other, id), /mailbox/);
  assert.deepEqual(await gateway.core.doctor.find(other, 'carol@gmail.test'), []);
  assert.equal((await gateway.core.doctor.find(principal, 'Carol@gmail.test')).length, 1);
});

test('an end that is near is a warning; a paused OAuth client is where it fails, and no token is asked for', async () => {
  const { sandbox, gateway, call } = installation;
  const id = await mailboxOf('google', 'carol@gmail.test');
  const { body } = await call('GET', '/v1/oauth-clients');
  assert.ok(Array.isArray(body.items));
  const client = body.items.find(({ provider }) => provider === 'google');
  const operator = { ...principal, workspaceId: null, isInstallation: true };
  const { clientSecret } = sandbox.google.clients.confidential;
  const credential = {
    kind: 'secret',
    value: clientSecret,
    expiresAt: Date.now() + offset + 5 * day,
  } as const;
  await gateway.core.oauthClients.update(operator, client.id, { credential });
  const warned = await examine(id);
  assert.equal(resultsOf(warned).oauth_client, 'warned');
  assert.equal(
    warned.steps.find(({ step }) => step === 'oauth_client')?.verdict?.code,
    'client_secret_expiring',
  );
  assert.equal(warned.summary?.code, 'ok');

  sandbox.google.removeClient(client.client_id);
  offset += 2 * minute;
  assertFailure(await examine(id), 'refresh', 'client_unknown');
  const before = sandbox.google.stats().tokenRequests;
  const paused = await examine(id);
  assertFailure(paused, 'oauth_client', 'client_unknown');
  assert.equal(sandbox.google.stats().tokenRequests, before);
  assert.equal(paused.reconnectUrl, null);
});

test('no secret is in any diagnosis', () => {
  const secrets = installation.sandbox.mintedSecrets().filter(({ length }) => length >= 8);
  assert.ok(secrets.length > 20 && printed.length > 10);
  const all = printed.join('\n');
  for (const secret of secrets) assert.ok(!all.includes(secret));
});
