// All probes with tokens of real OAuth engines against the sandbox's mail servers and APIs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { ReasonCode } from '../../src/core/diagnosis.ts';
import type { Probes, TransportTarget } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { createEgress } from '../../src/egress.ts';
import { createProbes } from '../../src/mail/index.ts';
import { createProviders, parseEndpointFile } from '../../src/providers/index.ts';
import { oauthClient } from '../providers/helpers.ts';
import { clock, soon } from './helpers.ts';

const egress = createEgress();
let sandbox: Sandbox;
let probes: Probes;
let targetOf: (provider: 'google' | 'microsoft', transport: TransportTarget['transport']) => TransportTarget;
before(async () => {
  sandbox = await startSandbox();
  probes = createProbes({ egressFetch: egress.fetch, clock, ca: sandbox.caPem ?? null });
  const endpoints = parseEndpointFile(sandbox.endpoints);
  const providers = createProviders({ endpoints, egressFetch: egress.fetch, egressPost: egress.post, clock });
  targetOf = (provider, transport) => providers[provider].target(oauthClient(provider), transport);
});
after(async () => {
  await egress.close();
  await sandbox?.close();
});

const scopes = {
  google: 'openid email https://mail.google.com/',
  imap: 'https://outlook.office.com/IMAP.AccessAsUser.All',
  smtp: 'https://outlook.office.com/SMTP.Send',
  graph: 'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.ReadWrite',
};

const probe = async (
  provider: 'google' | 'microsoft',
  transport: TransportTarget['transport'],
  { user, scope, email = user }: { user: string; scope: string; email?: string },
): Promise<ReasonCode> => {
  const [grant] = await sandbox[provider].mint({ login: user, scope: `openid ${scope}` });
  assert.ok(grant);
  const accessToken = secret(grant.accessToken);
  const login = { email, accessToken, scope: grant.scope, names: 'own', isAppOnly: false } as const;
  const result = await probes[transport](targetOf(provider, transport), login, soon());
  assert.equal(result.ok, result.reason === 'ok');
  assert.ok(!(result.detail ?? '').includes(grant.accessToken));
  return result.reason;
};

test('a full Google token opens IMAP, SMTP and the API', async () => {
  const alice = { user: 'alice@gmail.test', scope: scopes.google };
  assert.equal(await probe('google', 'imap', alice), 'ok');
  assert.equal(await probe('google', 'smtp', alice), 'ok');
  assert.equal(await probe('google', 'gmail_api', alice), 'ok');
});

test('a Microsoft token opens what it is for', async () => {
  const user = 'erin@contoso.test';
  assert.equal(await probe('microsoft', 'imap', { user, scope: `${scopes.imap} ${scopes.smtp}` }), 'ok');
  assert.equal(await probe('microsoft', 'smtp', { user, scope: `${scopes.imap} ${scopes.smtp}` }), 'ok');
  assert.equal(await probe('microsoft', 'graph', { user, scope: scopes.graph }), 'ok');
  assert.equal(await probe('microsoft', 'imap', { user, scope: scopes.graph }), 'authentication_refused');
  assert.equal(await probe('microsoft', 'graph', { user, scope: scopes.imap }), 'authentication_refused');
});

test("a token does not open somebody else's mailbox", async () => {
  const stranger = { user: 'alice@gmail.test', scope: scopes.google, email: 'carol@gmail.test' };
  assert.equal(await probe('google', 'imap', stranger), 'authentication_refused');
  assert.equal(await probe('google', 'smtp', stranger), 'authentication_refused');
  assert.equal(await probe('google', 'gmail_api', stranger), 'wrong_mailbox');
});

test('a mailbox that IMAP or SMTP is switched off for is told apart from a bad token', async () => {
  sandbox.microsoft.addUser({ login: 'off@contoso.test', imapDisabled: true, smtpAuthDisabled: true });
  const user = 'off@contoso.test';
  assert.equal(await probe('microsoft', 'imap', { user, scope: scopes.imap }), 'imap_disabled');
  assert.equal(await probe('microsoft', 'smtp', { user, scope: scopes.smtp }), 'smtp_auth_disabled');
});

test('an account without a mailbox is found out by the API', async () => {
  sandbox.microsoft.addUser({ login: 'none@contoso.test', mailbox: 'missing' });
  sandbox.google.addUser({ login: 'none@corp.test', mailbox: 'missing' });
  const none = { user: 'none@contoso.test', scope: scopes.graph };
  assert.equal(await probe('microsoft', 'graph', none), 'mailbox_not_found');
  const google = { user: 'none@corp.test', scope: scopes.google };
  assert.equal(await probe('google', 'gmail_api', google), 'mailbox_not_found');
});

test('a token that may only send is proved without sending, and by its own permission alone', async () => {
  const gmail = { user: 'alice@gmail.test', scope: 'https://www.googleapis.com/auth/gmail.send' };
  assert.equal(await probe('google', 'gmail_api', gmail), 'ok');
  const send = 'https://graph.microsoft.com/Mail.Send';
  const user = 'erin@contoso.test';
  assert.equal(await probe('microsoft', 'graph', { user, scope: send }), 'ok');
  const whose = `${send} https://graph.microsoft.com/User.Read`;
  assert.equal(await probe('microsoft', 'graph', { user, scope: whose }), 'ok');
  const stranger = { user, scope: whose, email: 'frank@contoso.test' };
  assert.equal(await probe('microsoft', 'graph', stranger), 'wrong_mailbox');
  sandbox.google.addUser({ login: 'nomail@corp.test', mailbox: 'missing' });
  assert.equal(
    await probe('google', 'gmail_api', { ...gmail, user: 'nomail@corp.test' }),
    'mailbox_not_found',
  );
});
