// Webhooks from a change to its receiver, by a real HTTP server that verifies with the specification's own library.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, it } from 'node:test';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { retrySeconds } from '../../src/core/webhooks/delivery.ts';
import { memberOf } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { answering, echoing, hanging, type Receiver } from '../support/webhook-receiver.ts';
import { dataOf, itemsOf, openStage, type Stage, typesOf } from './webhook-stage.ts';

let stage: Stage;
let mailboxId: string;
let sessionEndpoint: unknown;

before(async () => {
  stage = await openStage();
  mailboxId = await stage.mailbox('bob@corp.test');
});
after(() => stage.close());

const read = async (id: unknown) => (await stage.call('GET', `/v1/webhook-endpoints/${id}`)).body;
const remove = (id: unknown) => stage.call('DELETE', `/v1/webhook-endpoints/${id}`);
const verified = (receiver: Receiver, secret: unknown, index = -1): unknown => {
  const received = receiver.received.at(index);
  assert.ok(received, 'nothing was received');
  return new Webhook(String(secret)).verify(received.body, received.headers);
};

it("a connect session's own URL hears of that session and of nothing else", async () => {
  const receiver = await stage.receiver();
  const { session } = await stage.installation.connect(
    'google',
    { login: 'alice@gmail.test' },
    { webhook_url: receiver.url },
  );
  assert.equal(session.status, 'connected');
  await stage.switchTwice(mailboxId);
  await stage.turn();
  assert.deepEqual(typesOf(receiver), ['mailbox.connected']);
  assert.equal(dataOf(receiver).connect_session_id, session.id);
  const list = (query = '') => stage.call('GET', `/v1/webhook-endpoints${query}`);
  assert.deepEqual(itemsOf((await list()).body), []);
  const [made] = itemsOf((await list(`?connect_session_id=${session.id}`)).body);
  assert.equal(made?.connect_session_id, session.id);
  sessionEndpoint = made?.id;
  assert.equal(await stage.installation.gateway.core.webhooks.prune(), 0);
});

it('a dead grant is told with its verdict and a link that reconnects; the link is stored nowhere', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.needs_reauthorization'] });
  const id = await stage.mailbox('gina@corp.test');
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('gina@corp.test');
  const refused = await stage.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
  assert.equal(refused.status, 409, refused.text);
  await stage.turn();
  const data = dataOf(receiver);
  assert.equal(data.mailbox_id, id);
  assert.equal(memberOf(data.verdict, 'actor'), 'mailbox_owner');
  const page = await fetch(String(data.reconnect_url), { redirect: 'manual' });
  assert.ok(page.status < 400, String(page.status));
  const [delivery] = await stage.deliveries(made);
  const { text } = await stage.call('GET', `/v1/webhook-deliveries/${delivery?.id}`);
  assert.doesNotMatch(text, /\/reconnect\//);
  await remove(made.id);
});

it('what an endpoint says again of a link that opens something is not kept', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.needs_reauthorization'] });
  receiver.respond(echoing);
  const id = await stage.mailbox('alice@gmail.test');
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('alice@gmail.test');
  await stage.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
  await stage.turn();
  const token = String(dataOf(receiver).reconnect_url).split('/').at(-1) ?? '';
  assert.ok(token.length > 40);
  const [delivery] = await stage.deliveries(made);
  const { text } = await stage.call('GET', `/v1/webhook-deliveries/${delivery?.id}`);
  assert.ok(!text.includes(token.slice(0, 60)), text);
  assert.match(text, /reconnect\/\[redacted\]/);
  await remove(made.id);
});

it('a change is told once, signed, with an id that the events list knows', async () => {
  const { receiver, made } = await stage.endpoint({ description: 'all' });
  await stage.switchTwice(mailboxId);
  await stage.turn();
  await stage.turn();
  assert.deepEqual(typesOf(receiver).sort(), ['mailbox.disabled', 'mailbox.enabled']);
  verified(receiver, made.secret, 0);
  const { workspaceId } = stage.installation;
  assert.deepEqual(dataOf(receiver), {
    workspace_id: workspaceId,
    mailbox_id: mailboxId,
    email: 'bob@corp.test',
  });
  const events = itemsOf((await stage.call('GET', '/v1/events?limit=100')).body);
  for (const { headers } of receiver.received) {
    assert.ok(events.some(({ id }) => id === headers['webhook-id']));
    assert.equal(headers['content-type'], 'application/json');
  }
  const [delivery] = await stage.deliveries(made);
  assert.deepEqual([delivery?.status, delivery?.attempts, delivery?.next_attempt_at], ['delivered', 1, null]);
  await remove(made.id);
});

it('an endpoint hears of the types that it named, of what came after it, and of its own workspace', async () => {
  await stage.switchTwice(mailboxId);
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.disabled'] });
  const stranger = await stage.installation.addWorkspace('Stranger');
  const foreign = await stage.endpoint({}, stranger.call);
  await stage.turn();
  assert.equal(receiver.received.length, 0, 'it heard of what was before it');
  stage.wait(1);
  await stage.switchTwice(mailboxId);
  await stage.turn();
  assert.deepEqual(typesOf(receiver), ['mailbox.disabled']);
  assert.equal(foreign.receiver.received.length, 0);
  const [delivery] = await stage.deliveries(made);
  for (const [method, path] of [
    ['GET', `/v1/webhook-endpoints/${made.id}`],
    ['DELETE', `/v1/webhook-endpoints/${made.id}`],
    ['POST', `/v1/webhook-endpoints/${made.id}/rotate-secret`],
    ['POST', `/v1/webhook-endpoints/${made.id}/test`],
    ['GET', `/v1/webhook-deliveries/${delivery?.id}`],
    ['POST', `/v1/webhook-deliveries/${delivery?.id}/replay`],
  ] as const) {
    assert.equal((await stranger.call(method, path)).status, 404, `${method} ${path}`);
  }
  assert.deepEqual(itemsOf((await stranger.call('GET', '/v1/webhook-deliveries')).body), []);
  await remove(made.id);
});

it('while a secret is rotated both sign; afterwards, or when it is at once, only the new one', async () => {
  const { receiver, made } = await stage.endpoint();
  const rotate = async (body: object) =>
    (await stage.call('POST', `/v1/webhook-endpoints/${made.id}/rotate-secret`, body)).body;
  const second = await rotate({});
  assert.notEqual(second.secret, made.secret);
  const test = () => stage.call('POST', `/v1/webhook-endpoints/${made.id}/test`);
  assert.equal((await test()).body.status, 'delivered');
  verified(receiver, made.secret);
  verified(receiver, second.secret);
  const path = `/v1/webhook-endpoints/${made.id}/rotate-secret`;
  const early = await stage.call('POST', path, {});
  assert.equal(early.status, 409, 'the older one was promised a day');
  assert.match(early.text, new RegExp(String(second.previous_secret_until)));
  await test();
  for (const both of [made.secret, second.secret]) verified(receiver, both);
  const third = await rotate({ is_immediate: true });
  assert.deepEqual([third.previous_secret_until, third.public_key], [null, null]);
  await test();
  verified(receiver, third.secret);
  for (const old of [made.secret, second.secret]) {
    assert.throws(() => verified(receiver, old), WebhookVerificationError);
  }
  await rotate({});
  stage.wait(24 * 3600 + 1);
  await test();
  assert.equal(receiver.received.at(-1)?.headers['webhook-signature']?.split(' ').length, 1);
  assert.doesNotMatch(JSON.stringify(await read(made.id)), /whsec_/);
  await remove(made.id);
});

it('with ed25519 the public key verifies, and no secret is shown', async () => {
  const { receiver, made } = await stage.endpoint({ signature: 'ed25519' });
  assert.equal(made.secret, null);
  await stage.call('POST', `/v1/webhook-endpoints/${made.id}/test`);
  const received = receiver.received[0];
  const {
    'webhook-id': id,
    'webhook-timestamp': at,
    'webhook-signature': signed = '',
  } = received?.headers ?? {};
  const x = Buffer.from(String(made.public_key).slice('whpk_'.length), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${id}.${at}.${received?.body}`);
  assert.equal(verify(null, content, key, Buffer.from(signed.slice('v1a,'.length), 'base64')), true);
  await remove(made.id);
});

it('a test event of any type is sent now, and keeps what came back', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.disabled'] });
  receiver.respond(answering(418, {}, 'teapot'));
  const { status, body } = await stage.call('POST', `/v1/webhook-endpoints/${made.id}/test`, {
    event_type: 'mailbox.needs_reauthorization',
  });
  assert.equal(status, 200);
  assert.equal(body.status, 'failed');
  const [attempt] = Array.isArray(body.attempts) ? body.attempts : [];
  assert.equal(memberOf(attempt, 'response_status'), 418);
  assert.equal(memberOf(attempt, 'response_body'), 'teapot');
  assert.deepEqual(typesOf(receiver), ['mailbox.needs_reauthorization']);
  assert.equal(dataOf(receiver).is_test, true);
  assert.equal((await read(made.id)).failing_since, null);
  await remove(made.id);
});

it('a test event that was not taken is not sent again, and is none of those that were given up', async () => {
  const { receiver, made } = await stage.endpoint();
  receiver.respond(answering(500));
  const { failed } = (await stage.installation.gateway.core.installation.figures()).webhooks;
  const { body } = await stage.call('POST', `/v1/webhook-endpoints/${made.id}/test`, {
    event_type: 'mailbox.connected',
  });
  assert.deepEqual([body.status, body.is_test], ['failed', true]);
  const again = await stage.call('POST', `/v1/webhook-deliveries/${body.id}/replay`);
  assert.equal(again.status, 409, again.text);
  const since = '2020-01-01T00:00:00Z';
  const all = await stage.call('POST', `/v1/webhook-endpoints/${made.id}/replay`, { since });
  assert.equal(all.body.replayed, 0);
  await stage.turn();
  assert.equal(receiver.received.length, 1);
  stage.wait(10);
  assert.equal((await stage.installation.gateway.core.installation.figures()).webhooks.failed, failed);
  await remove(made.id);
});

it('an endpoint that answers 410 is switched off, what waits is cancelled, others and the audit log hear of it', async () => {
  const { receiver, made } = await stage.endpoint();
  const witness = await stage.endpoint({ event_types: ['webhook_endpoint.disabled'] });
  receiver.respond(answering(500));
  await stage.switchTwice(mailboxId);
  await stage.turn();
  receiver.respond(answering(410));
  stage.wait(6);
  await stage.turn();
  const now = await read(made.id);
  assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'gone']);
  const heard = receiver.received.length;
  await stage.switchTwice(mailboxId);
  stage.wait(600);
  await stage.turn();
  assert.equal(receiver.received.length, heard);
  assert.ok(!(await stage.deliveries(made)).some(({ status }) => status === 'pending'));
  assert.deepEqual(typesOf(witness.receiver), ['webhook_endpoint.disabled']);
  assert.equal(dataOf(witness.receiver).endpoint_id, made.id);
  const path = `/v1/audit-entries?object_id=${made.id}&action=webhook_endpoint.disabled`;
  const [entry] = itemsOf((await stage.call('GET', path)).body);
  assert.equal(memberOf(entry?.actor, 'kind'), 'gateway');
  await remove(made.id);
  await remove(witness.made.id);
});

it('an endpoint that asks for time gets it, for everything that waits for it', async () => {
  const { receiver, made } = await stage.endpoint();
  receiver.respond(answering(429, { 'retry-after': '120' }));
  await stage.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: true });
  await stage.turn();
  await stage.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: false });
  stage.wait(100);
  await stage.turn();
  assert.equal(receiver.received.length, 1);
  const { pending, oldestDueAt } = (await stage.installation.gateway.core.installation.figures()).webhooks;
  assert.deepEqual([pending, oldestDueAt], [2, null], 'what waits on its wish is not late');
  receiver.respond(answering(200));
  stage.wait(25);
  await stage.turn();
  // One place while it fails, so that one is tried first.
  await stage.turn();
  assert.equal(receiver.received.length, 3);
  assert.equal((await read(made.id)).failing_since, null);
  await remove(made.id);
});

it('after the last attempt a delivery is kept as failed; a replay has the same id and the whole schedule', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.disabled'] });
  receiver.respond(answering(302, { location: 'http://127.0.0.1:1/' }));
  await stage.switchTwice(mailboxId);
  for (const seconds of [...retrySeconds, 86_400]) {
    await stage.turn();
    stage.wait(seconds * 1.1 + 1);
  }
  assert.equal(receiver.received.length, 10);
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
  assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1);
  const [dead] = await stage.deliveries(made, '&status=failed');
  assert.equal(dead?.attempts, 10);
  assert.equal((await read(made.id)).status, 'enabled');
  receiver.respond(answering(500));
  assert.equal((await stage.call('POST', `/v1/webhook-deliveries/${dead?.id}/replay`)).status, 202);
  await stage.turn();
  receiver.respond(answering(200));
  stage.wait(6);
  await stage.turn();
  const { body } = await stage.call('GET', `/v1/webhook-deliveries/${dead?.id}`);
  assert.equal(body.status, 'delivered');
  assert.equal(Array.isArray(body.attempts) && body.attempts.length, 12);
  assert.equal(receiver.received.at(-1)?.headers['webhook-id'], receiver.received[0]?.headers['webhook-id']);
  await remove(made.id);
});

it('an endpoint that took nothing for five days is switched off, and says since when', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.disabled'] });
  receiver.respond(answering(500));
  await stage.switchTwice(mailboxId);
  await stage.turn();
  stage.wait(5 * 24 * 3600);
  await stage.switchTwice(mailboxId);
  await stage.turn();
  const now = await read(made.id);
  assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'failing']);
  assert.ok(Date.parse(String(now.failing_since)) <= stage.clock.now() - 5 * 24 * 3600 * 1000);
  assert.equal(receiver.received.length, 2);
  const [delivery] = await stage.deliveries(made);
  assert.equal((await stage.call('POST', `/v1/webhook-deliveries/${delivery?.id}/replay`)).status, 409);
  const enabled = await stage.call('PATCH', `/v1/webhook-endpoints/${made.id}`, { status: 'enabled' });
  assert.deepEqual([enabled.body.failing_since, enabled.body.disabled_reason], [null, null]);
  await remove(made.id);
});

it('what an endpoint missed while it was off can be replayed from a moment on', async () => {
  const { receiver, made } = await stage.endpoint();
  receiver.respond(answering(500));
  const since = new Date(stage.clock.now()).toISOString();
  await stage.switchTwice(mailboxId);
  await stage.turn();
  await stage.call('PATCH', `/v1/webhook-endpoints/${made.id}`, { status: 'disabled' });
  assert.deepEqual(
    (await stage.deliveries(made)).map(({ status }) => status),
    ['cancelled', 'cancelled'],
  );
  await stage.call('PATCH', `/v1/webhook-endpoints/${made.id}`, { status: 'enabled' });
  receiver.respond(answering(200));
  const before = receiver.received.length;
  const path = `/v1/webhook-endpoints/${made.id}/replay`;
  assert.deepEqual((await stage.call('POST', path, { since })).body, {
    replayed: 2,
    is_complete: true,
    next_cursor: null,
  });
  await stage.turn();
  assert.equal(receiver.received.length, before + 2);
  assert.deepEqual((await stage.call('POST', path, { since })).body, {
    replayed: 0,
    is_complete: true,
    next_cursor: null,
  });
  await remove(made.id);
});

it('an endpoint that hangs does not hold up the others, and takes only its share', async () => {
  const slow = await stage.endpoint();
  slow.receiver.respond(hanging);
  for (let count = 0; count < 10; count += 1) await stage.switchTwice(mailboxId);
  const quick = await stage.endpoint();
  stage.wait(1);
  await stage.switchTwice(mailboxId);
  const turning = stage.turn();
  await until('the quick one has both', () => quick.receiver.received.length === 2);
  assert.ok(slow.receiver.waiting() > 0, 'the slow one has ended before');
  await turning;
  assert.equal(slow.receiver.waitingMost(), 8);
  await remove(slow.made.id);
  await remove(quick.made.id);
});

it('refused connections and time-outs are told in the attempts', async () => {
  const { receiver, made } = await stage.endpoint();
  receiver.respond(hanging);
  await stage.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: true });
  await stage.turn();
  await receiver.close();
  stage.wait(6);
  await stage.turn();
  const [delivery] = await stage.deliveries(made);
  const { body } = await stage.call('GET', `/v1/webhook-deliveries/${delivery?.id}`);
  const attempts: unknown[] = Array.isArray(body.attempts) ? body.attempts : [];
  assert.deepEqual(
    attempts.map((attempt) => memberOf(attempt, 'failure')),
    ['timeout', 'connection_refused'],
  );
  await stage.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: false });
  await remove(made.id);
});

it('the endpoint of a connect session goes away with it', async () => {
  const { core } = stage.installation.gateway;
  stage.wait(2 * 24 * 3600);
  await core.retention.pruneConnectSessions();
  await core.webhooks.prune();
  assert.equal((await stage.call('GET', `/v1/webhook-endpoints/${sessionEndpoint}`)).status, 404);
});
