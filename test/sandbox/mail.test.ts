// The npm-only mail servers, through the clients that Mailgrant uses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedFaults, type Sandbox, type SandboxProvider } from '../../sandbox/index.ts';
import { DEFAULT_LOGIN, GMAIL, OUTLOOK_IMAP, OUTLOOK_SMTP, sandboxFor } from './harness.ts';
import { imapClient, imapFailure, inboxCount, submit } from './mail-clients.ts';

const MAIL_SCOPE = { google: GMAIL, microsoft: OUTLOOK_IMAP } as const;
const SUBMIT_SCOPE = { google: GMAIL, microsoft: OUTLOOK_SMTP } as const;

async function mint(sandbox: Sandbox, provider: SandboxProvider, scope: string, login?: string) {
  const [grant] = await sandbox[provider].mint({ login: login ?? DEFAULT_LOGIN[provider], scope });
  assert.ok(grant);
  return grant.accessToken;
}

for (const provider of ['google', 'microsoft'] as const) {
  const login = DEFAULT_LOGIN[provider];
  const otherLogin = provider === 'google' ? 'carol@gmail.test' : 'frank@contoso.test';

  test(`${provider}: IMAP lets the owner of a good token in`, async (t) => {
    const sandbox = await sandboxFor(t, {});
    const token = await mint(sandbox, provider, MAIL_SCOPE[provider]);
    assert.equal(await inboxCount(sandbox, provider, login, token), 0);
    assert.equal(sandbox.journal.entries({ kind: 'imap', login, status: 200 }).length, 1);
  });

  test(`${provider}: IMAP refuses bad, expired, revoked, foreign and narrow tokens`, async (t) => {
    const sandbox = await sandboxFor(t, {});
    const good = await mint(sandbox, provider, MAIL_SCOPE[provider]);
    const narrow = await mint(sandbox, provider, 'openid');
    await imapFailure(sandbox, provider, login, 'garbage');
    await imapFailure(sandbox, provider, otherLogin, good);
    await imapFailure(sandbox, provider, login, narrow);
    await sandbox[provider].expireAccessTokens();
    await imapFailure(sandbox, provider, login, good);
    const fresh = await mint(sandbox, provider, MAIL_SCOPE[provider]);
    await sandbox[provider].revokeUser(login);
    await imapFailure(sandbox, provider, login, fresh);
    assert.equal(sandbox.journal.entries({ kind: 'imap', status: 401 }).length, 5);
  });

  test(`${provider}: a silent authorization server is not the token's fault`, async (t) => {
    const sandbox = await sandboxFor(t, {});
    const token = await mint(sandbox, provider, `${MAIL_SCOPE[provider]} ${SUBMIT_SCOPE[provider]}`.trim());
    sandbox[provider].configure({ fault: namedFaults.serverError('introspect') });
    const imap = await imapFailure(sandbox, provider, login, token);
    assert.equal(imap.serverResponseCode, 'UNAVAILABLE');
    await assert.rejects(submit(sandbox, provider, login, token), { responseCode: 454 });
    sandbox[provider].configure({ fault: null });
    assert.equal(await inboxCount(sandbox, provider, login, token), 0);
  });

  test(`${provider}: submitted mail reaches the recipient's INBOX`, async (t) => {
    const sandbox = await sandboxFor(t, {});
    const token = await mint(sandbox, provider, SUBMIT_SCOPE[provider]);
    await submit(sandbox, provider, login, token, otherLogin);
    const reader = await mint(sandbox, provider, MAIL_SCOPE[provider], otherLogin);
    assert.equal(await inboxCount(sandbox, provider, otherLogin, reader), 1);
    await assert.rejects(submit(sandbox, provider, login, token, 'someone@elsewhere.test'), {
      responseCode: 550,
    });
  });

  test(`${provider}: SMTP refuses bad, foreign and narrow tokens`, async (t) => {
    const sandbox = await sandboxFor(t, {});
    const good = await mint(sandbox, provider, SUBMIT_SCOPE[provider]);
    const narrow = await mint(sandbox, provider, provider === 'google' ? 'openid' : OUTLOOK_IMAP);
    await assert.rejects(submit(sandbox, provider, login, 'garbage'), { responseCode: 535 });
    await assert.rejects(submit(sandbox, provider, otherLogin, good), { responseCode: 535 });
    await assert.rejects(submit(sandbox, provider, login, narrow), { responseCode: 535 });
  });
}

test('google: a refused IMAP login explains itself in the SASL challenge', async (t) => {
  const sandbox = await sandboxFor(t, {});
  const failure = await imapFailure(sandbox, 'google', 'alice@gmail.test', 'garbage');
  assert.deepEqual(failure.oauthError, { status: '400', schemes: 'Bearer', scope: GMAIL });
  assert.equal(failure.serverResponseCode, 'AUTHENTICATIONFAILED');
});

test('microsoft: IMAP switched off shows after the login only', async (t) => {
  const sandbox = await sandboxFor(t, {});
  const token = await mint(sandbox, 'microsoft', OUTLOOK_IMAP);
  sandbox.microsoft.setUser('erin@contoso.test', { imapDisabled: true });
  await imapFailure(sandbox, 'microsoft', 'erin@contoso.test', token);
  assert.equal(sandbox.journal.entries({ kind: 'imap', status: 200 }).length, 1);
});

test('microsoft: SMTP AUTH switched off is 535 5.7.139', async (t) => {
  const sandbox = await sandboxFor(t, {});
  const token = await mint(sandbox, 'microsoft', OUTLOOK_SMTP);
  sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  await assert.rejects(submit(sandbox, 'microsoft', 'erin@contoso.test', token), {
    responseCode: 535,
    response: /5\.7\.139 .*SmtpClientAuthentication is disabled/,
  });
});

test('a mail fault replaces the verdict with its own line', async (t) => {
  const sandbox = await sandboxFor(t, {});
  const token = await mint(sandbox, 'google', GMAIL);
  sandbox.google.configure({
    fault: [
      { on: 'imap', times: 1, body: 'NO [LIMIT] Too many simultaneous connections. (Failure)' },
      { on: 'smtp', times: 2, body: '421 4.3.2 Service not active' },
    ],
  });
  const failure = await imapFailure(sandbox, 'google', 'alice@gmail.test', token);
  assert.equal(failure.serverResponseCode, 'LIMIT');
  await assert.rejects(submit(sandbox, 'google', 'alice@gmail.test', token), { responseCode: 421 });
  assert.equal(await inboxCount(sandbox, 'google', 'alice@gmail.test', token), 0);
});

test('closing the sandbox ends open IMAP connections', async (t) => {
  const sandbox = await sandboxFor(t, {});
  const client = imapClient(sandbox, 'google', 'alice@gmail.test', await mint(sandbox, 'google', GMAIL));
  await client.connect();
  const closed = new Promise((resolve) => client.once('close', resolve));
  await sandbox.close();
  await closed;
});
