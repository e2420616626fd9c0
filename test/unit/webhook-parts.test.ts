// The schedule, the signatures and the bodies of webhooks.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { secret } from '../../src/core/secret.ts';
import { judge, retrySeconds } from '../../src/core/webhooks/delivery.ts';
import { eventCatalogue, webhookEventTypes } from '../../src/core/webhooks/event-catalogue.ts';
import { webhookExample } from '../../src/core/webhooks/event-data.ts';
import { formats, type ToldEvent } from '../../src/core/webhooks/formats/index.ts';
import { newKeys } from '../../src/core/webhooks/keys.ts';
import { eventTypes } from '../../src/stores/words.ts';
import { systemRandom } from '../../src/system.ts';

const now = 1_790_000_000_000;
const late = { ...systemRandom, fraction: () => 1 };
const early = { ...systemRandom, fraction: () => 0 };
const answered = (status: number, retryAfter: string | null = null) => ({ status, retryAfter, excerpt: '' });
const after = (result: Parameters<typeof judge>[0], madeNow = 1, random = early) => {
  const { status, dueAt, heldUntil, isGone } = judge(result, { madeNow, now, random });
  return { status, in: (dueAt - now) / 1000, held: Math.max(0, heldUntil - now) / 1000, isGone };
};

test('ten attempts are made, with the pauses of the specification and some jitter, then it is given up', () => {
  const pauses = Array.from({ length: 9 }, (_unused, index) => after({ failure: 'timeout' }, index + 1).in);
  assert.deepEqual(pauses, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
  assert.deepEqual(pauses, retrySeconds);
  assert.equal(after(answered(500), 1, late).in, 5.5);
  assert.equal(after({ failure: 'timeout' }, 10).status, 'failed');
});

test('2xx is a success, and nothing else: a redirect neither', () => {
  for (const status of [200, 201, 204, 299]) assert.equal(after(answered(status)).status, 'delivered');
  for (const status of [301, 302, 304, 400, 404, 500]) {
    assert.deepEqual(after(answered(status)), { status: 'pending', in: 5, held: 0, isGone: false });
  }
});

test('410 ends it; 429, 502 and 504 hold the endpoint', () => {
  assert.deepEqual(after(answered(410)), { status: 'failed', in: 0, held: 0, isGone: true });
  for (const status of [429, 502, 504]) {
    assert.deepEqual(after(answered(status)), { status: 'pending', in: 30, held: 30, isGone: false });
  }
});

test('Retry-After is honoured in both forms, up to a day, and never shortens a pause', () => {
  assert.equal(after(answered(429, '120')).in, 120);
  assert.equal(after(answered(503, new Date(now + 90_000).toUTCString())).in, 90);
  assert.equal(after(answered(429, '999999')).in, 86_400);
  assert.equal(after(answered(429, '1'), 2).in, 300);
  assert.deepEqual(after(answered(500, 'soon')), { status: 'pending', in: 5, held: 0, isGone: false });
  assert.equal(after(answered(500, '0')).held, 0);
});

const told = (data: Record<string, unknown> = { mailbox_id: 'm1' }): ToldEvent => ({
  id: 'event-1',
  type: 'mailbox.connected',
  at: now,
  workspaceId: 'w1',
  objectId: 'm1',
  data,
  mailbox: null,
  origin: 'https://connect.example.com',
});
const unused = secret('');

test('a body is type, timestamp and data, and never as large as 20 kB', () => {
  const body = formats.standard.render(told({ mailbox_id: 'm1', email: 'ada@example.com' }), unused) ?? '';
  assert.deepEqual(JSON.parse(body), {
    type: 'mailbox.connected',
    timestamp: new Date(now).toISOString(),
    data: { workspace_id: 'w1', mailbox_id: 'm1', email: 'ada@example.com' },
  });
  const long = formats.standard.render(told({ mailbox_id: 'm1', words: 'x'.repeat(20_000) }), unused) ?? '';
  const expected = { workspace_id: 'w1', mailbox_id: 'm1', is_shortened: true };
  assert.deepEqual(JSON.parse(long).data, expected);
});

test('a shared secret signs as the library of the specification verifies, during a rotation with both', () => {
  const [current, previous, foreign] = [1, 2, 3].map(() => newKeys(systemRandom, 'hmac').secret.reveal());
  const body = formats.standard.render(told(), unused) ?? '';
  const secrets = [current, previous].map((text) => secret(text ?? ''));
  const headers = formats.standard.headers({ id: 'event-1', at: Date.now(), body, secrets });
  assert.match(current ?? '', /^whsec_/);
  for (const text of [current, previous]) new Webhook(text ?? '').verify(body, headers);
  assert.throws(() => new Webhook(foreign ?? '').verify(body, headers), WebhookVerificationError);
  assert.throws(() => new Webhook(current ?? '').verify(`${body} `, headers), WebhookVerificationError);
});

test('a key pair signs as its public half verifies', () => {
  const { secret: key, publicKey } = newKeys(systemRandom, 'ed25519');
  assert.match(key.reveal(), /^whsk_/);
  const headers = formats.standard.headers({ id: 'event-1', at: now, body: '{}', secrets: [key] });
  const [version, signature = ''] = String(headers['webhook-signature']).split(',');
  assert.equal(version, 'v1a');
  const x = Buffer.from((publicKey ?? '').slice('whpk_'.length), 'base64').toString('base64url');
  const half = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = (body: string) => Buffer.from(`event-1.${now / 1000}.${body}`);
  assert.equal(verify(null, content('{}'), half, Buffer.from(signature, 'base64')), true);
  assert.equal(verify(null, content('{ }'), half, Buffer.from(signature, 'base64')), false);
});

test('a text that is no key signs nothing, and is not told', () => {
  for (const text of ['', 'whsec_', 'whsk_c2hvcnQ=', 'nonsense']) {
    const signing = { id: 'event-1', at: now, body: '{}', secrets: [secret(text)] };
    assert.throws(
      () => formats.standard.headers(signing),
      (error) => error instanceof Error && (text === '' || !error.message.includes(text)),
    );
  }
});

test('every type of event that is raised is in the catalogue, with its words and an example', () => {
  for (const type of Object.keys(eventTypes))
    assert.ok(
      webhookEventTypes.some((known) => known === type),
      type,
    );
  for (const type of webhookEventTypes) {
    const { tells, objectName } = eventCatalogue[type];
    assert.ok(tells.endsWith('.'), type);
    const { data } = webhookExample(type);
    assert.ok(Object.hasOwn(Object(data), objectName), type);
  }
});
