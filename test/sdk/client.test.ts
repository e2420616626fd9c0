// The published client against a running gateway and its own document.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createClient, isMailgrantError, type MailgrantClient } from '../../sdk/src/index.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
/** Milliseconds that the gateway's clock is ahead. */
let ahead = 0;
let client: MailgrantClient;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
  client = createClient({ baseUrl: installation.address, apiKey: installation.apiKey });
});
after(() => installation.close());

const failure = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(isMailgrantError(error), String(error));
  return error;
};

test('says who calls, and makes, changes, lists and ends what the key may', async () => {
  const who = await client.whoami();
  assert.equal(who.workspace_id, installation.workspaceId);
  const key = await client.apiKeys.create({ name: 'By the client', scopes: ['mailboxes:read'] });
  assert.match(key.key, /^mg_/);
  const { items } = await client.apiKeys.list({ limit: 100 });
  assert.ok(items.some(({ id }) => id === key.id));
  assert.equal(await client.apiKeys.revoke(key.id), undefined);
  const settings = await client.settings.update({ return_urls: ['https://app.example.com/done'] });
  assert.deepEqual((await client.settings.get()).return_urls, settings.return_urls);
});

test('walks over all pages of a list, each item once and in order', async () => {
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  await installation.connect('microsoft', { login: 'erin@contoso.test' });
  await installation.connect('google', { login: 'alice@gmail.test' });
  const emails: string[] = [];
  for await (const { email } of client.mailboxes.iterate({ limit: 1 })) emails.push(email);
  assert.deepEqual(emails, ['bob@corp.test', 'erin@contoso.test', 'alice@gmail.test']);
  const behind: string[] = [];
  for await (const { email } of client.mailboxes.iterate({ limit: 1, skip: 1 })) behind.push(email);
  assert.deepEqual(behind, ['erin@contoso.test', 'alice@gmail.test']);
  assert.equal((await client.mailboxes.get(String(session.mailbox_id))).status, 'connected');
  const found = await client.mailboxes.list({ email: 'erin@contoso.test', provider: undefined });
  assert.deepEqual(
    found.items.map(({ provider }) => provider),
    ['microsoft'],
  );
});

test('an error tells its code, fields, request id and status', async () => {
  const wrong = await failure(
    client.connectSessions.create({ provider: 'google', expected_email: 'nobody' }),
  );
  assert.equal(wrong.code, 'invalid_request');
  assert.equal(wrong.status, 400);
  assert.deepEqual(
    wrong.fields.map(({ field }) => field),
    ['/expected_email'],
  );
  assert.match(wrong.requestId ?? '', /./);
  const missing = await failure(client.mailboxes.get(randomUUID()));
  assert.equal(missing.code, 'not_found');
  const stranger = createClient({ baseUrl: `${installation.address}/v1/`, apiKey: 'mg_wrong' });
  assert.equal((await failure(stranger.whoami())).code, 'unauthenticated');
});

test('a dead grant is an error that has the verdict and the link that mends it', async () => {
  const { items } = await client.mailboxes.list({ email: 'alice@gmail.test' });
  const id = String(items[0]?.id);
  await installation.sandbox.google.revokeUser('alice@gmail.test');
  // A token that is only seconds old is given again.
  ahead = 120_000;
  const error = await failure(client.mailboxes.token(id, { force_refresh: true }));
  assert.ok(error.code === 'needs_reauthorization');
  // By its code alone the type has both, and neither may be null.
  assert.equal(error.verdict.actor satisfies string, 'mailbox_owner');
  assert.match(error.reconnectUrl satisfies string, /\/reconnect\//);
});

test('an empty id is refused before it reads a list in place of an object', async () => {
  await assert.rejects(async () => client.mailboxes.get(''), TypeError);
  await assert.rejects(async () => client.mailboxes.disconnect('..'), TypeError);
  assert.throws(() => createClient({ baseUrl: 'mailgrant.example.com' }), TypeError);
  assert.throws(() => createClient({ baseUrl: 'https://user:word@example.com' }), TypeError);
});

test('a connect session is waited for until it is over', async () => {
  const session = await client.connectSessions.create({ provider: 'google' });
  const over = client.connectSessions.waitUntilOver(session.id);
  await client.connectSessions.cancel(session.id);
  assert.equal((await over).status, 'cancelled');
});
