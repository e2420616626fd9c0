// Webhook endpoints over the native API: what is answered, refused and written down. What is sent: test/e2e/webhooks.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { webhookEventTypes } from '../../src/core/index.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
const url = 'https://93.184.216.34/hook';
const unknownId = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';

before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

const create = (body: object) => installation.call('POST', '/v1/webhook-endpoints', body);
const fieldOf = (body: Record<string, unknown>): unknown =>
  Array.isArray(body.fields) ? memberOf(body.fields[0], 'field') : null;

it('an endpoint has every member from the beginning, and shows its secret once', async () => {
  const { status, body } = await create({ url, description: 'billing', event_types: ['mailbox.connected'] });
  assert.equal(status, 201);
  assert.match(String(body.secret), /^whsec_[A-Za-z0-9+/]{43}=$/);
  const { id, secret, created_at, updated_at, ...rest } = body;
  assert.deepEqual(rest, {
    workspace_id: installation.workspaceId,
    url,
    description: 'billing',
    event_types: ['mailbox.connected'],
    format: 'standard',
    signature: 'hmac',
    public_key: null,
    status: 'enabled',
    disabled_reason: null,
    disabled_at: null,
    failing_since: null,
    connect_session_id: null,
    mailbox_id: null,
    previous_secret_until: null,
  });
  const one = await installation.call('GET', `/v1/webhook-endpoints/${id}`);
  assert.deepEqual(one.body, { id, ...rest, created_at, updated_at });
  const list = await installation.call('GET', '/v1/webhook-endpoints');
  assert.deepEqual(list.body.items, [one.body]);
  const changed = await installation.call('PATCH', `/v1/webhook-endpoints/${id}`, {
    event_types: null,
    status: 'disabled',
  });
  assert.deepEqual([changed.body.event_types, changed.body.disabled_reason], [null, 'caller']);
  assert.equal((await installation.call('DELETE', `/v1/webhook-endpoints/${id}`)).status, 204);
  const audit = await installation.call('GET', `/v1/audit-entries?object_id=${id}`);
  const actions = Array.isArray(audit.body.items)
    ? audit.body.items.map((one) => memberOf(one, 'action'))
    : [];
  assert.deepEqual(actions, [
    'webhook_endpoint.deleted',
    'webhook_endpoint.updated',
    'webhook_endpoint.created',
  ]);
  assert.doesNotMatch(audit.text, /whsec_/);
});

it('a URL that may not be called is refused when it is entered, here and for a connect session', async () => {
  for (const bad of ['http://93.184.216.34/', 'https://127.0.0.1/', 'https://a:b@93.184.216.34/', 'no url']) {
    const { status, body } = await create({ url: bad });
    assert.deepEqual([status, body.code, fieldOf(body)], [400, 'invalid_request', '/url'], bad);
  }
  const { body: made } = await create({ url });
  const patch = { url: 'https://[::1]/' };
  assert.equal((await installation.call('PATCH', `/v1/webhook-endpoints/${made.id}`, patch)).status, 400);
  const session = { provider: 'google', webhook_url: 'https://10.0.0.1/' };
  const refused = await installation.call('POST', '/v1/connect-sessions', session);
  assert.deepEqual([refused.status, fieldOf(refused.body)], [400, '/webhook_url']);
  const plain = await installation.call('POST', '/v1/connect-sessions', { provider: 'google' });
  assert.equal(plain.body.webhook, null);
  const named = await installation.call('POST', '/v1/connect-sessions', {
    provider: 'google',
    webhook_url: url,
  });
  assert.match(String(memberOf(named.body.webhook, 'secret')), /^whsec_/);
  await installation.call('DELETE', `/v1/webhook-endpoints/${made.id}`);
});

it('what is not valid is named, and nothing is made of it', async () => {
  for (const body of [
    {},
    { url, event_types: [] },
    { url, event_types: ['mailbox.exploded'] },
    { url, signature: 'rsa' },
    { url, description: 'x'.repeat(201) },
    { url, secret: 'whsec_mine' },
  ]) {
    assert.equal((await create(body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual((await installation.call('GET', '/v1/webhook-endpoints')).body.items, []);
  for (const [method, path, body] of [
    ['GET', `/v1/webhook-endpoints/${unknownId}`],
    ['PATCH', `/v1/webhook-endpoints/${unknownId}`, { status: 'enabled' }],
    ['POST', `/v1/webhook-endpoints/${unknownId}/replay`, { since: '2026-01-01T00:00:00Z' }],
    ['GET', `/v1/webhook-deliveries/${unknownId}`],
  ] as const) {
    assert.equal((await installation.call(method, path, body)).body.code, 'not_found', path);
  }
  assert.equal((await installation.call('GET', '/v1/webhook-deliveries?status=lost')).status, 400);
});

it('a host with letters beyond ASCII is refused with the way to write it', async () => {
  const { status, text } = await create({ url: 'https://bücher.example/hook' });
  assert.equal(status, 400);
  assert.match(text, /a host with other letters begins with xn--/);
});

it('each operation needs its own scope', async () => {
  const key = await installation.issueKey(['webhooks:read']);
  const call = installation.callAs(key);
  assert.equal((await call('GET', '/v1/webhook-endpoints')).status, 200);
  assert.equal((await call('GET', '/v1/webhook-deliveries')).status, 200);
  for (const [method, path, body] of [
    ['POST', '/v1/webhook-endpoints', { url }],
    ['PATCH', `/v1/webhook-endpoints/${unknownId}`, { status: 'enabled' }],
    ['DELETE', `/v1/webhook-endpoints/${unknownId}`],
    ['POST', `/v1/webhook-endpoints/${unknownId}/rotate-secret`],
    ['POST', `/v1/webhook-endpoints/${unknownId}/test`],
    ['POST', `/v1/webhook-deliveries/${unknownId}/replay`],
  ] as const) {
    assert.equal((await call(method, path, body)).body.code, 'permission_denied', `${method} ${path}`);
  }
});

it('a key of the installation that names no workspace has endpoints of the installation', async () => {
  const call = installation.callAs(await installation.issueKey(['all'], null));
  const { body } = await call('POST', '/v1/webhook-endpoints', { url });
  assert.equal(body.workspace_id, null);
  assert.equal((await installation.call('GET', `/v1/webhook-endpoints/${body.id}`)).status, 404);
  const inWorkspace = { 'mailgrant-workspace': installation.workspaceId };
  const path = `/v1/webhook-endpoints/${body.id}`;
  assert.equal((await call('GET', path, undefined, inWorkspace)).status, 404);
  assert.equal((await call('DELETE', path)).status, 204);
});

it('a workspace has fifty endpoints at most; those of connect sessions do not count', async () => {
  const { call } = await installation.addWorkspace('Many');
  const made = await Promise.all(
    Array.from({ length: 55 }, () => call('POST', '/v1/webhook-endpoints', { url })),
  );
  assert.equal(made.filter(({ status }) => status === 201).length, 50);
  assert.equal(made.filter(({ body }) => body.code === 'conflict').length, 5);
  const session = await call('POST', '/v1/connect-sessions', { provider: 'google', webhook_url: url });
  assert.equal(session.status, 201, session.text);
});

it('the OpenAPI document tells what is posted for every type of event', async () => {
  const { body } = await installation.call('GET', '/v1/openapi.json');
  assert.deepEqual(Object.keys(Object(body.webhooks)), [...webhookEventTypes]);
});
