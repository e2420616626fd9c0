// Mailboxes that others open, and addresses beyond the first.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Sandbox } from '../../sandbox/index.ts';
import {
  clientOf,
  GMAIL,
  GRAPH_READ,
  GRAPH_USER,
  getWithToken,
  OUTLOOK_IMAP,
  OUTLOOK_SMTP,
  sandboxFor,
} from './harness.ts';
import { imapFailure, inboxCount, submit } from './mail-clients.ts';

const SHARED = 'office@contoso.test';

async function withShared(t: TestContext, mail: 'npm' | 'none' = 'none') {
  const sandbox = await sandboxFor(t, { mail });
  sandbox.microsoft.addSharedMailbox({ address: SHARED, delegates: ['erin@contoso.test'] });
  return sandbox;
}

async function mint(sandbox: Sandbox, login: string, scope: string): Promise<string> {
  const provider = login.endsWith('contoso.test') ? 'microsoft' : 'google';
  const [grant] = await sandbox[provider].mint({ login, scope });
  assert.ok(grant);
  return grant.accessToken;
}

test('a delegate opens the shared mailbox over IMAP and SMTP, and still their own', async (t) => {
  const sandbox = await withShared(t, 'npm');
  const imap = await mint(sandbox, 'erin@contoso.test', OUTLOOK_IMAP);
  await submit(sandbox, 'microsoft', SHARED, await mint(sandbox, 'erin@contoso.test', OUTLOOK_SMTP));
  assert.equal(await inboxCount(sandbox, 'microsoft', SHARED, imap), 1);
  assert.equal(await inboxCount(sandbox, 'microsoft', 'erin@contoso.test', imap), 0);
});

test('anybody else is refused as Exchange refuses', async (t) => {
  const sandbox = await withShared(t, 'npm');
  const failure = await imapFailure(
    sandbox,
    'microsoft',
    SHARED,
    await mint(sandbox, 'frank@contoso.test', OUTLOOK_IMAP),
  );
  assert.match(String(failure.responseText), /AUTHENTICATE failed\./);
  const smtp = submit(sandbox, 'microsoft', SHARED, await mint(sandbox, 'frank@contoso.test', OUTLOOK_SMTP));
  await assert.rejects(smtp, /535 5\.7\.3 Authentication unsuccessful/);
});

test('a shared mailbox cannot sign in and has no grants of its own', async (t) => {
  const sandbox = await withShared(t);
  const client = clientOf(sandbox, 'microsoft');
  await assert.rejects(client.authorize({ login: SHARED }), /does not offer/);
  await assert.rejects(sandbox.microsoft.mint({ login: SHARED, scope: OUTLOOK_IMAP }));
});

test('Graph opens it to delegates with a shared permission only', async (t) => {
  const sandbox = await withShared(t);
  const inbox = `${sandbox.microsoft.origin}/v1.0/users/${SHARED}/mailFolders/inbox`;
  const shared = 'https://graph.microsoft.com/Mail.Read.Shared';
  const ask = async (login: string, scope: string) => {
    const { status, body } = await getWithToken(inbox, await mint(sandbox, login, scope));
    return [status, Object(body.error).code];
  };
  assert.deepEqual(await ask('erin@contoso.test', shared), [200, undefined]);
  assert.deepEqual(await ask('erin@contoso.test', GRAPH_READ), [403, 'ErrorAccessDenied']);
  assert.deepEqual(await ask('frank@contoso.test', shared), [403, 'ErrorAccessDenied']);
  assert.deepEqual(await ask('erin@contoso.test', OUTLOOK_IMAP), [401, 'InvalidAuthenticationToken']);
});

test('Graph lets people name themselves in place of me', async (t) => {
  const sandbox = await withShared(t);
  const url = `${sandbox.microsoft.origin}/v1.0/users/erin@contoso.test/mailFolders/inbox`;
  assert.equal((await getWithToken(url, await mint(sandbox, 'erin@contoso.test', GRAPH_READ))).status, 200);
});

test('Gmail lists primary address and aliases to whoever may see settings', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.google.setUser('alice@gmail.test', { aliases: ['sales@corp.test'] });
  const url = `${sandbox.google.origin}/gmail/v1/users/me/settings/sendAs`;
  const scope = (name: string) => `https://www.googleapis.com/auth/gmail.${name}`;
  for (const enough of [GMAIL, scope('modify'), scope('settings.basic')]) {
    const { status, body } = await getWithToken(url, await mint(sandbox, 'alice@gmail.test', enough));
    assert.equal(status, 200);
    const list: Record<string, unknown>[] = JSON.parse(JSON.stringify(body.sendAs));
    assert.deepEqual(
      list.map(({ sendAsEmail, isPrimary = false }) => [sendAsEmail, isPrimary]),
      [
        ['alice@gmail.test', true],
        ['sales@corp.test', false],
      ],
    );
  }
  const narrow = await getWithToken(url, await mint(sandbox, 'alice@gmail.test', scope('send')));
  assert.equal(narrow.status, 403);
  assert.match(JSON.stringify(narrow.body), /ACCESS_TOKEN_SCOPE_INSUFFICIENT/);
  assert.equal((await getWithToken(url, 'garbage')).status, 401);
});

test('Graph tells the addresses of a mailbox when they are selected', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.microsoft.setUser('erin@contoso.test', { aliases: ['sales@contoso.test'] });
  const me = `${sandbox.microsoft.origin}/v1.0/me`;
  const url = `${me}?$select=mail,userPrincipalName,proxyAddresses,otherMails`;
  const token = await mint(sandbox, 'erin@contoso.test', GRAPH_USER);
  const { body } = await getWithToken(url, token);
  assert.deepEqual(
    { ...body, '@odata.context': undefined },
    {
      '@odata.context': undefined,
      mail: 'erin@contoso.test',
      userPrincipalName: 'erin@contoso.test',
      proxyAddresses: ['SMTP:erin@contoso.test', 'smtp:sales@contoso.test'],
      otherMails: [],
    },
  );
  assert.equal('proxyAddresses' in (await getWithToken(me, token)).body, false);
  const denied = await getWithToken(url, await mint(sandbox, 'erin@contoso.test', GRAPH_READ));
  assert.equal(denied.status, 403);
});
