// The webhook about a disconnected account, as a program written for Smartlead sets it and takes it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, it } from 'node:test';
import { openStage, type Stage } from '../e2e/webhook-stage.ts';
import type { Receiver } from '../support/webhook-receiver.ts';
import { save } from './smartlead-world.ts';

const path = '/api/v1/webhooks/notify-on-disconnect';

let stage: Stage;
let receiver: Receiver;
let secret = '';

before(async () => {
  stage = await openStage();
  receiver = await stage.receiver();
});
after(() => stage.close());

const set = (webhookUrl: unknown) => stage.call('POST', path, { notify_on_disconnect: { webhookUrl } });

it('the URL is set, told again, and its secret told once', async () => {
  const before = await stage.call('GET', path);
  assert.deepEqual(Object(before.body.data).notify_on_disconnect, { webhookUrl: null });
  const made = await set(receiver.url);
  assert.equal(made.status, 200, made.text);
  secret = String(Object(made.body.data).secret);
  assert.match(secret, /^[0-9a-f]{64}$/);
  const again = await set(receiver.url);
  assert.deepEqual(again.body.data, {
    notify_on_disconnect: { webhookUrl: receiver.url },
    is_enabled: true,
    event_types: ['EMAIL_ACCOUNT_DISCONNECTED'],
  });
  assert.deepEqual((await stage.call('GET', `${path}/`)).body, again.body);
  for (const wrong of ['http://10.1.2.3/hook', 'nonsense', 7]) {
    const { status, body } = await set(wrong);
    assert.ok(status === 422 || status === 400, String(status));
    assert.equal(typeof body.message, 'string');
  }
  assert.equal((await stage.call('POST', path, {})).status, 422);
});

it('an account that loses its grant is told once: with its number, the reason, a link, and a signature', async () => {
  const number = await save(stage.installation, 'gina@corp.test');
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('gina@corp.test');
  const { body } = await stage.call('GET', '/v1/mailboxes?search=gina@');
  const [mailbox] = Array.isArray(body.items) ? body.items : [];
  for (let time = 0; time < 3; time += 1) {
    await stage.call('POST', `/v1/mailboxes/${mailbox.id}/token`, { force_refresh: true });
  }
  await stage.turn();
  assert.equal(receiver.received.length, 1);
  const [{ body: text, headers } = { body: '', headers: {} as Record<string, string> }] = receiver.received;
  const told = JSON.parse(text);
  assert.deepEqual(
    { eventType: told.eventType, accountId: told.accountId, email: told.email },
    { eventType: 'EMAIL_ACCOUNT_DISCONNECTED', accountId: number, email: 'gina@corp.test' },
  );
  const { smtp_failure_error: shown } = (await stage.call('GET', `/api/v1/email-accounts/${number}`)).body;
  assert.equal(told.error, shown);
  for (const name of ['title', 'message', 'appUrl']) assert.match(told[name], /\w/);
  assert.equal((await fetch(told.reconnect_url)).status, 200);
  const expected = createHmac('sha256', secret).update(text).digest('hex');
  assert.equal(headers['x-smartlead-signature'], `sha256=${expected}`);
  assert.equal(headers['x-webhook-level'], 'user');
  assert.match(headers['x-request-id'] ?? '', /^[0-9a-f-]{36}$/);
});

it('an account that a mail server refuses is told, one that is added, suspended or deleted is not', async () => {
  const before = receiver.received.length;
  const number = await save(stage.installation, 'erin@contoso.test', { provider: 'microsoft' });
  await stage.call('PUT', `/api/v1/email-accounts/suspend/${number}`);
  await stage.turn();
  assert.equal(receiver.received.length, before);
  stage.installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  const { body } = await stage.call('GET', '/v1/mailboxes?search=erin@');
  const [mailbox] = Array.isArray(body.items) ? body.items : [];
  await stage.call('POST', `/v1/mailboxes/${mailbox.id}/verify`);
  await stage.turn();
  const told = JSON.parse(receiver.received.at(-1)?.body ?? '{}');
  assert.deepEqual([told.accountId, receiver.received.length], [number, before + 1]);
  assert.ok(!('reconnect_url' in told));
  await stage.call('DELETE', `/api/v1/email-accounts/${number}`);
  await stage.turn();
  assert.equal(receiver.received.length, before + 1);
});

it('without a URL nothing is told, and the key that signs stays for the next one', async () => {
  assert.equal((await set(null)).status, 200);
  assert.equal(Object((await stage.call('GET', path)).body.data).is_enabled, false);
  const next = await set(receiver.url);
  assert.ok(!('secret' in Object(next.body.data)));
});

it('webhooks about campaigns and leads are 501, and a key without the scope sets nothing', async () => {
  for (const other of ['/api/v1/webhook/create', '/api/v1/webhooks', '/api/v1/webhooks/other']) {
    assert.equal((await stage.call('POST', other, {})).status, 501, other);
  }
  const call = stage.installation.callAs(await stage.installation.issueKey(['mailboxes:read']));
  assert.equal((await call('POST', path, { notify_on_disconnect: { webhookUrl: null } })).status, 403);
  assert.equal((await call('GET', path)).status, 403);
});
