// Entra's client credentials: tokens of a client that acts for itself, and the mailboxes Exchange lets it into.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { clientOf, getWithToken, postForm, REDIRECT_URI, sandboxFor } from './harness.ts';
import { imapFailure, inboxCount, submit } from './mail-clients.ts';

const CLIENT = { clientId: '22222222-3333-4444-8555-666666666666', clientSecret: 'app-secret' };
const EXCHANGE = 'https://outlook.office365.com/.default';
const OUTLOOK = 'https://outlook.office.com/.default';
const GRAPH = 'https://graph.microsoft.com/.default';
const ROLES = ['IMAP.AccessAsApp', 'SMTP.SendAsApp', 'Mail.ReadWrite'];

async function appOnly(t: TestContext, mail: 'npm' | 'none' = 'none', roles: string[] = ROLES) {
  const sandbox = await sandboxFor(t, { mail });
  sandbox.microsoft.addClient({
    ...CLIENT,
    redirectUris: [REDIRECT_URI],
    applicationPermissions: { 'contoso.test': roles },
  });
  const ask = (scope = EXCHANGE, tenant = 'contoso.test', extra: Record<string, string> = {}) =>
    postForm(`${sandbox.microsoft.origin}/${tenant}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
      scope,
      ...extra,
    });
  const token = async (scope?: string) => String((await ask(scope)).body.access_token);
  return { sandbox, ask, token };
}

test('the token names client and directory and nobody else', async (t) => {
  const { sandbox, ask } = await appOnly(t);
  const { status, body } = await ask();
  assert.equal(status, 200);
  assert.equal('refresh_token' in body, false);
  const told = await clientOf(sandbox, 'microsoft').introspect(body.access_token);
  assert.equal(told.active, true);
  assert.equal(told.client_id, CLIENT.clientId);
  assert.equal(typeof told.tid, 'string');
  assert.deepEqual(told.roles, ['IMAP.AccessAsApp', 'SMTP.SendAsApp']);
  assert.equal('email' in told || 'sub' in told, false);
  assert.ok(sandbox.mintedSecrets().includes(String(body.access_token)));
  await sandbox.microsoft.expireAccessTokens();
  assert.equal((await clientOf(sandbox, 'microsoft').introspect(body.access_token)).active, false);
});

test('IMAP and SMTP open for a mailbox that Exchange was told about, and for no other', async (t) => {
  const { sandbox, token } = await appOnly(t, 'npm');
  const [office365, office] = [await token(EXCHANGE), await token(OUTLOOK)];
  await imapFailure(sandbox, 'microsoft', 'erin@contoso.test', office365);
  sandbox.microsoft.allowAppOnMailbox(CLIENT.clientId, 'erin@contoso.test');
  await submit(sandbox, 'microsoft', 'erin@contoso.test', office365);
  assert.equal(await inboxCount(sandbox, 'microsoft', 'erin@contoso.test', office365), 1);
  assert.equal(await inboxCount(sandbox, 'microsoft', 'erin@contoso.test', office), 1);
  await imapFailure(sandbox, 'microsoft', 'frank@contoso.test', office365);
  await assert.rejects(submit(sandbox, 'microsoft', 'frank@contoso.test', office365), { responseCode: 535 });
});

test('a token for another resource or without the role opens no mailbox', async (t) => {
  const { sandbox, token } = await appOnly(t, 'npm', ['SMTP.SendAsApp', 'Mail.ReadWrite']);
  sandbox.microsoft.allowAppOnMailbox(CLIENT.clientId, 'erin@contoso.test');
  for (const scope of [EXCHANGE, GRAPH]) {
    await imapFailure(sandbox, 'microsoft', 'erin@contoso.test', await token(scope));
  }
  const legacy = await token('https://ps.outlook.com/.default');
  await assert.rejects(submit(sandbox, 'microsoft', 'erin@contoso.test', legacy), { responseCode: 535 });
});

test('Graph opens the mailboxes of the directory, and none of another', async (t) => {
  const { sandbox, token } = await appOnly(t);
  sandbox.microsoft.addUser({ login: 'zoe@fabrikam.test' });
  const graph = await token(GRAPH);
  const inbox = (login: string) => `${sandbox.microsoft.origin}/v1.0/users/${login}/mailFolders/inbox`;
  assert.equal((await getWithToken(inbox('erin@contoso.test'), graph)).status, 200);
  assert.equal((await getWithToken(inbox('zoe@fabrikam.test'), graph)).status, 403);
  assert.equal((await getWithToken(inbox('erin@contoso.test'), await token(EXCHANGE))).status, 401);
  assert.equal((await getWithToken(`${sandbox.microsoft.origin}/v1.0/me`, graph)).status, 401);
});

test('Graph refuses an app-only token without the permission', async (t) => {
  const { sandbox, token } = await appOnly(t, 'none', ['IMAP.AccessAsApp']);
  const inbox = `${sandbox.microsoft.origin}/v1.0/users/erin@contoso.test/mailFolders/inbox`;
  const { status, body } = await getWithToken(inbox, await token(GRAPH));
  assert.equal(status, 403);
  assert.match(JSON.stringify(body), /ErrorAccessDenied/);
});

test('a known client without any permission gets a token without roles', async (t) => {
  const { sandbox, ask } = await appOnly(t, 'none', []);
  const { status, body } = await ask();
  assert.equal(status, 200);
  assert.deepEqual((await clientOf(sandbox, 'microsoft').introspect(body.access_token)).roles, []);
});

test('every mistake has its own answer', async (t) => {
  const { sandbox, ask } = await appOnly(t);
  sandbox.microsoft.setDirectory('fabrikam.test', {});
  const facts = async (...request: Parameters<typeof ask>) => {
    const { status, body } = await ask(...request);
    return [status, body.error, Object(body.error_codes)[0]];
  };
  for (const alias of ['common', 'organizations', 'consumers']) {
    assert.deepEqual(await facts(EXCHANGE, alias), [400, 'invalid_request', 50059]);
  }
  assert.deepEqual(await facts(EXCHANGE, 'fabrikam.test'), [400, 'unauthorized_client', 700016]);
  assert.deepEqual(await facts(EXCHANGE, 'nowhere.test'), [400, 'invalid_request', 90002]);
  assert.deepEqual(await facts('https://graph.microsoft.com/Mail.Read'), [400, 'invalid_scope', 70011]);
  assert.deepEqual(await facts(`${EXCHANGE} ${GRAPH}`), [400, 'invalid_scope', 70011]);
  const wrong = { client_secret: 'wrong' };
  assert.deepEqual(await facts(EXCHANGE, 'contoso.test', wrong), [401, 'invalid_client', 7000215]);
});

test('Google has no such grant', async (t) => {
  const sandbox = await sandboxFor(t);
  const { body } = await clientOf(sandbox, 'google').token({ grant_type: 'client_credentials' });
  assert.equal(body.access_token, undefined);
});
