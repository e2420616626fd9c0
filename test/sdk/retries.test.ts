// What the client repeats and what it never does, against a server that fails in every way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Attempt, createClient, isMailgrantError } from '../../sdk/src/index.ts';
import { pauseMs, retryAfterOf } from '../../sdk/src/retries.ts';
import { type Scripted, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
before(async () => {
  server = await startScriptedServer();
});
after(() => server.close());

const client = (options: { retries?: number; timeoutMs?: number } = {}) =>
  createClient({ baseUrl: server.url, apiKey: 'mg_key', ...options });
const problem = (status: number, code: string, headers: Record<string, string> = {}): Scripted => ({
  status,
  body: { type: 'about:blank', title: code, status, detail: code, code, request_id: 'r1' },
  headers: { 'content-type': 'application/problem+json', ...headers },
});
const session: Scripted = { status: 201, body: { id: 's1', url: 'https://example.com/connect/1' } };
const mailbox: Scripted = { status: 200, body: { id: 'm1' } };
const soon = { 'retry-after': '0' };
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'fulfilled',
    (error: unknown) => (isMailgrantError(error) ? error.code : error),
  );

for (const [name, failure] of [
  ['a connection that is cut', 'cut'],
  ['a 500', problem(500, 'internal_error')],
  [
    "a proxy's 502 in HTML",
    { status: 502, text: '<h1>Bad gateway</h1>', headers: { 'content-type': 'text/html' } },
  ],
  ['a 503', problem(503, 'overloaded', soon)],
  ['a 429', problem(429, 'rate_limited', soon)],
] as const) {
  test(`a read is repeated after ${name}`, async () => {
    server.answer(failure, mailbox);
    assert.equal((await client().mailboxes.get('m1')).id, 'm1');
    assert.equal(server.received.length, 2);
  });
}

test('each attempt is told of, without key and query, and calls carry the name of the client', async () => {
  const told: Attempt[] = [];
  const watched = (onAttempt: (attempt: Attempt) => void) =>
    createClient({ baseUrl: server.url, apiKey: 'mg_key', onAttempt });
  server.answer('cut', {
    status: 200,
    body: { items: [], next_cursor: null },
    headers: { 'x-request-id': 'r2' },
  });
  await watched((attempt) => told.push(attempt)).mailboxes.list({ search: 'ada' });
  assert.deepEqual(
    told.map(({ milliseconds, ...rest }) => ({ ...rest, isTimed: milliseconds > 0 })),
    [
      { method: 'GET', path: '/v1/mailboxes', number: 1, status: null, requestId: null, isTimed: true },
      { method: 'GET', path: '/v1/mailboxes', number: 2, status: 200, requestId: 'r2', isTimed: true },
    ],
  );
  assert.match(String(server.received[0]?.headers['user-agent']), /^mailgrant-client\/\d+\.\d+\.\d+$/);
  server.answer(mailbox);
  const fails = watched(() => {
    throw new Error('a log that is full');
  });
  assert.equal((await fails.mailboxes.get('m1')).id, 'm1');
});

test('a token is read again after a 503, with the same body in full', async () => {
  server.answer(problem(503, 'provider_unavailable', soon), 'cut', {
    status: 200,
    body: { access_token: 't' },
  });
  await client().mailboxes.token('m1', { resource: 'imap', min_ttl_seconds: 300 });
  const bodies = server.received.map(({ body }) => body);
  assert.deepEqual(bodies, Array(3).fill('{"resource":"imap","min_ttl_seconds":300}'));
});

test('what makes something is repeated only when the server says that it was not done', async () => {
  const create = () => client().connectSessions.create({ provider: 'google' });
  for (const undone of [problem(429, 'rate_limited', soon), problem(503, 'provider_unavailable', soon)]) {
    server.answer(undone, session);
    assert.equal((await create()).id, 's1');
    assert.equal(server.received.length, 2);
  }
  for (const unknown of [
    'cut',
    problem(500, 'internal_error'),
    problem(502, 'provider_refused', soon),
    problem(503, 'provider_unavailable'),
    // With this one the server does not know either.
    problem(503, 'overloaded', soon),
  ] as const) {
    server.answer(unknown, session);
    assert.notEqual(await codeOf(create()), 'fulfilled');
    assert.equal(server.received.length, 1, JSON.stringify(unknown));
  }
});

test('what the server refuses for good is asked once', async () => {
  for (const code of ['invalid_request', 'unauthenticated', 'not_found', 'needs_reauthorization']) {
    server.answer(problem(code === 'not_found' ? 404 : 400, code));
    // The last one lacks its verdict: it is no answer of this server.
    const expected = code === 'needs_reauthorization' ? 'unreadable_answer' : code;
    assert.equal(await codeOf(client().mailboxes.get('m1')), expected);
    assert.equal(server.received.length, 1);
  }
});

test('a server that asks for a long pause is told to the caller at once', async () => {
  server.answer(problem(429, 'rate_limited', { 'retry-after': '120' }));
  const error: unknown = await client()
    .mailboxes.get('m1')
    .catch((reason: unknown) => reason);
  assert.ok(isMailgrantError(error));
  assert.equal(error.retryAfterSeconds, 120);
  assert.equal(server.received.length, 1);
});

test('retries end: by their number, and by the budget that all calls share', async () => {
  server.answer('cut');
  assert.equal(await codeOf(client({ retries: 1 }).mailboxes.get('m1')), 'network_error');
  assert.equal(server.received.length, 2);
  server.answer(problem(503, 'overloaded', soon));
  const shared = client({ retries: 10 });
  await Promise.all(Array.from({ length: 8 }, () => codeOf(shared.mailboxes.get('m1'))));
  // 8 first attempts, and 20 retries in all.
  assert.equal(server.received.length, 28);
});

test('an answer that does not come is a time-out, and the caller can end a call at any moment', async () => {
  server.answer('hang');
  assert.equal(await codeOf(client({ retries: 0, timeoutMs: 50 }).mailboxes.get('m1')), 'timed_out');
  const controller = new AbortController();
  const ended = codeOf(client().mailboxes.get('m1', { signal: controller.signal }));
  controller.abort();
  assert.equal(await ended, 'aborted');
  server.answer(problem(503, 'overloaded', { 'retry-after': '20' }));
  const paused = new AbortController();
  const waiting = codeOf(client().mailboxes.get('m1', { signal: paused.signal }));
  while (server.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
  paused.abort();
  assert.equal(await waiting, 'aborted');
});

test('a redirect is not followed, so that the key goes nowhere else', async () => {
  server.answer({ status: 302, headers: { location: `${server.url}/elsewhere` } }, mailbox);
  assert.equal(await codeOf(client().mailboxes.get('m1')), 'unreadable_answer');
  assert.equal(server.received.length, 1);
});

test('a code of a newer server is an unknown one, with the problem as it came', async () => {
  server.answer(problem(409, 'something_new'));
  const error: unknown = await client()
    .mailboxes.get('m1')
    .catch((reason: unknown) => reason);
  assert.ok(isMailgrantError(error));
  assert.equal(error.code, 'unknown_code');
  assert.equal(error.problem?.code, 'something_new');
});

test('headers, workspace and key go with each call; a key may be fetched for each', async () => {
  server.answer(mailbox);
  const caller = createClient({
    baseUrl: `${server.url}/`,
    apiKey: async () => 'mg_fetched',
    workspaceId: 'w1',
    headers: { 'mailgrant-console': '1' },
  });
  await caller.mailboxes.get('a/b', { workspaceId: 'w2' });
  const [request] = server.received;
  assert.equal(request?.url, '/v1/mailboxes/a%2Fb');
  assert.equal(request?.headers.authorization, 'Bearer mg_fetched');
  assert.equal(request?.headers['mailgrant-workspace'], 'w2');
  assert.equal(request?.headers['mailgrant-console'], '1');
});

test('Retry-After is read as seconds and as a date, and anything else is none', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  assert.equal(retryAfterOf('7', now), 7);
  assert.equal(retryAfterOf('Sun, 01 Mar 2026 12:00:30 GMT', now), 30);
  assert.equal(retryAfterOf('Sun, 01 Mar 2026 11:00:00 GMT', now), 0);
  for (const text of ['-1', '1.5', 'soon', '']) assert.equal(retryAfterOf(text, now), null);
});

test('pauses grow, differ, and keep to what the server asked for', () => {
  assert.ok(Number(pauseMs(3, null, () => 0)) > Number(pauseMs(0, null, () => 0.99)));
  assert.ok(Number(pauseMs(30, null, () => 1)) <= 30_000);
  assert.equal(
    pauseMs(0, 5, () => 0),
    5000,
  );
  assert.ok(Number(pauseMs(0, 5, () => 1)) > 5000);
  assert.equal(
    pauseMs(0, 31, () => 0),
    null,
  );
});

test('a time-out that is none is refused before anything is sent', async () => {
  server.answer(mailbox);
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    await assert.rejects(client().mailboxes.get('m1', { timeoutMs }), TypeError);
    assert.throws(() => client({ timeoutMs }), TypeError);
  }
  await assert.rejects(client().mailboxes.get('m1', { retries: Number.NaN }), TypeError);
  assert.equal(server.received.length, 0);
  // As long as timers can count, and a wait on top of that.
  server.answer({ status: 200, body: { id: 's1', status: 'connected' } });
  const longest = { timeoutMs: 2 ** 31 - 1 };
  assert.equal((await client().connectSessions.get('s1', { wait: 30 }, longest)).status, 'connected');
});

test('a key that does not come in time ends the call; one that cannot be had is its own error', async () => {
  server.answer(mailbox);
  const withKey = (apiKey: () => Promise<string>) =>
    createClient({ baseUrl: server.url, apiKey, timeoutMs: 50, retries: 0 }).mailboxes.get('m1');
  assert.equal(await codeOf(withKey(() => new Promise(() => {}))), 'timed_out');
  const lost = new Error('the vault is sealed');
  assert.equal(await codeOf(withKey(() => Promise.reject(lost))), lost);
  await assert.rejects(
    withKey(async () => 'mg_ключ'),
    (error) => error instanceof TypeError && !error.message.includes('ключ'),
  );
  assert.equal(server.received.length, 0);
});

test('the message of a refused request names the fields, as many as a log line holds', async () => {
  const fields = ['/a', '/b', '/c', '/d'].map((field) => ({ field, message: 'must be a text' }));
  const refused = problem(400, 'invalid_request');
  server.answer(
    'status' in Object(refused) ? { ...Object(refused), body: { ...Object(refused).body, fields } } : refused,
  );
  await assert.rejects(client().mailboxes.get('m1'), {
    message: 'invalid_request /a: must be a text. /b: must be a text. /c: must be a text. (invalid_request)',
  });
});
