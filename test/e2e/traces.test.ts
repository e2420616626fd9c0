// Traces as a collector gets them: what happened for whose sake, going on with a caller's trace, and nothing in them
// that is nobody's business.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import { createLog } from '../../src/log.ts';
import { freePort, type Installation, startInstallation } from '../support/installation.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { until } from '../support/until.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let installation: Installation;
let mailboxId: string;
const lines: string[] = [];
const logged = (): string => lines.join('');

before(async () => {
  receiver = await startOtlpReceiver();
  installation = await startInstallation({
    substitutes: { log: createLog('info', { write: (line) => lines.push(line) }) },
    environment: {
      MAILGRANT_ABUSE_REFUSALS: '1',
      MAILGRANT_INIT_ADDRESS_PER_MINUTE: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20receiver-key',
      MAILGRANT_WEBHOOK_HTTP: 'on',
      MAILGRANT_WEBHOOK_NETWORKS: '127.0.0.0/8',
      OTEL_SERVICE_NAME: 'mailgrant-test',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    },
  });
  const { google } = installation.sandbox;
  // Too short to be handed out, so that the read refreshes.
  google.configure({ accessTokenTtlSeconds: 30 });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  mailboxId = String(session.mailbox_id);
  google.configure({ accessTokenTtlSeconds: 3600 });
});
after(async () => {
  await installation.close();
  await receiver.close();
});

const spanOf = (name: string, trace: string) =>
  receiver.spans.find((span) => span.name === name && span.traceId === trace);

test("a caller's trace goes on through the request, the refresh and the call to the provider", async () => {
  const answer = await installation.call(
    'POST',
    `/v1/mailboxes/${mailboxId}/token?`,
    { resource: 'imap' },
    { traceparent },
  );
  assert.equal(answer.status, 200, answer.text);
  await until('the spans have come', () => spanOf('POST /v1/mailboxes/:id/token', traceId) !== undefined);
  const request = spanOf('POST /v1/mailboxes/:id/token', traceId);
  const refresh = spanOf('refresh grant', traceId);
  const call = spanOf('provider call', traceId);
  assert.equal(request?.parentSpanId, '00f067aa0ba902b7');
  assert.equal(refresh?.parentSpanId, request?.spanId);
  assert.equal(call?.parentSpanId, refresh?.spanId);
  assert.equal(call?.attributes['mailgrant.outcome'], 'ok');
  assert.equal(request?.attributes['http.response.status_code'], 200);
  assert.deepEqual(
    [receiver.resources[0]?.['service.name'], receiver.resources[0]?.['deployment.environment']],
    ['mailgrant-test', 'test'],
  );
  assert.equal(receiver.headers[0]?.authorization, 'Bearer receiver-key');
});

test('a header that is no traceparent begins a new trace, and harms nothing', async () => {
  for (const odd of [
    '00-0-0-0',
    `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-00f067aa0ba902b7-01`,
    'x',
  ]) {
    const seen = receiver.spans.length;
    const answer = await installation.call('GET', '/v1/whoami', undefined, { traceparent: odd });
    assert.equal(answer.status, 200);
    await until('a span came', () => receiver.spans.length > seen);
    const span = receiver.spans.at(-1);
    assert.equal(span?.parentSpanId, null);
    assert.notEqual(span?.traceId, traceId);
  }
});

test('a caller who traces without keeping is not kept here either', async () => {
  const other = '0af7651916cd43dd8448eb211c80319c';
  await installation.call('GET', '/v1/whoami', undefined, { traceparent: `00-${other}-b7ad6b7169203331-00` });
  const seen = receiver.spans.length;
  await installation.call('GET', '/v1/whoami');
  await until('a later span came', () => receiver.spans.length > seen);
  assert.equal(
    receiver.spans.some((span) => span.traceId === other),
    false,
  );
});

test('no secret, address, id, header or query is in what is sent', async () => {
  const word = 'canary-4711';
  await installation.call('GET', `/v1/mailboxes?search=${word}`, undefined, { 'x-canary': word });
  await installation.call('GET', `/${word}?${word}`);
  await until('their spans came', () => receiver.spans.some(({ name }) => name === 'no route'));
  const text = receiver.text();
  assert.match(text, /refresh grant/);
  for (const secret of [
    word,
    installation.apiKey,
    mailboxId,
    installation.workspaceId,
    'bob@corp.test',
    '127.0.0.1',
  ]) {
    assert.ok(!text.includes(secret), secret);
  }
});

test('a receiver that fails costs one line in the log and no request', async () => {
  receiver.answerWith(400);
  assert.equal((await installation.call('GET', '/v1/whoami')).status, 200);
  const told = (): number => logged().split('traces cannot be sent').length - 1;
  await until('the log says so', () => told() > 0);
  assert.equal((await installation.call('GET', '/v1/whoami')).status, 200);
  receiver.answerWith(200);
  await until('it is over', () => logged().includes('traces can be sent again'));
  assert.equal(told(), 1);
  assert.ok(!logged().includes('receiver-key'));
});

test('a webhook takes its trace along', async () => {
  const heard: IncomingHttpHeaders[] = [];
  const port = await freePort();
  const server = createServer((request, response) => {
    heard.push(request.headers);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const trace = '11112222333344445555666677778888';
  try {
    const endpoint = await installation.call('POST', '/v1/webhook-endpoints', {
      url: `http://127.0.0.1:${port}/hook`,
    });
    assert.equal(endpoint.status, 201, endpoint.text);
    const tested = await installation.call(
      'POST',
      `/v1/webhook-endpoints/${endpoint.body.id}/test`,
      {},
      { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    );
    assert.equal(tested.status, 200, tested.text);
    await until('the span has come', () => spanOf('webhook delivery', trace) !== undefined);
    const span = spanOf('webhook delivery', trace);
    assert.equal(heard[0]?.traceparent, `00-${trace}-${span?.spanId}-01`);
    assert.equal(span?.attributes['mailgrant.outcome'], '2xx');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('a line that is written deep inside names its request and its trace, after a body too', async () => {
  const trace = '99998888777766665555444433332222';
  const begin = () =>
    installation.call(
      'POST',
      '/api/v2/oauth/google/init',
      {},
      { 'x-request-id': 'request-of-this-test', traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    );
  await begin();
  assert.equal((await begin()).status, 429);
  const entries = lines.map((line): Record<string, unknown> => JSON.parse(line));
  const blocked = entries.find(({ msg }) => msg === 'an address is blocked');
  assert.deepEqual([blocked?.requestId, blocked?.traceId], ['request-of-this-test', trace]);
  assert.equal(entries.find(({ msg }) => msg === 'listening')?.requestId, undefined);
});
