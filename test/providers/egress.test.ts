import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EgressError, type EgressErrorCode } from '../../src/core/ports.ts';
import { createEgress } from '../../src/egress.ts';
import { isPublicAddress } from '../../src/egress-addresses.ts';
import { hanging, json, type Respond, startServer } from './helpers.ts';

const egress = createEgress({ totalTimeout: 400, bytesMax: 1000 });
after(() => egress.close());

const serve = async (respond: Respond, context: { after(run: () => Promise<void>): void }) => {
  const server = await startServer(respond);
  context.after(() => server.close());
  return server;
};

const failsWith = (code: EgressErrorCode) => (error: unknown) =>
  error instanceof EgressError && error.code === code;

test('an answer arrives with status, headers and body', async (t) => {
  const server = await serve(json(201, { a: 1 }, { 'x-one': '1' }), t);
  const response = await egress.fetch(`${server.origin}/p?q=1`, {
    method: 'post',
    headers: new Headers({ 'x-two': '2' }),
    body: new URLSearchParams({ a: 'b c' }),
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get('x-one'), '1');
  assert.deepEqual(await response.json(), { a: 1 });
  const [request] = server.requests;
  assert.equal(request?.body, 'a=b+c');
  assert.equal(request?.headers['x-two'], '2');
  assert.match(String(request?.headers['content-type']), /^application\/x-www-form-urlencoded/);
});

test('a server that never answers ends by the time limit', async (t) => {
  const server = await serve(hanging, t);
  await assert.rejects(egress.fetch(server.origin, { method: 'GET' }), failsWith('timeout'));
});

test('a body that stops half-way ends by the time limit', async (t) => {
  const server = await serve((response) => void response.writeHead(200).write('{'), t);
  await assert.rejects(egress.fetch(server.origin, { method: 'GET' }), failsWith('timeout'));
});

test('an abort ends the call at once', async (t) => {
  const controller = new AbortController();
  const server = await serve(() => controller.abort(), t);
  const call = egress.fetch(server.origin, { method: 'GET', signal: controller.signal });
  await assert.rejects(call, failsWith('aborted'));
});

test('a signal that was aborted before sends nothing', async (t) => {
  const server = await serve(json(200, {}), t);
  const call = egress.fetch(server.origin, { method: 'GET', signal: AbortSignal.abort() });
  await assert.rejects(call, failsWith('aborted'));
  assert.equal(server.requests.length, 0);
});

test("the caller's own time limit counts as a time-out", async (t) => {
  const server = await serve(hanging, t);
  const call = egress.fetch(server.origin, { method: 'GET', signal: AbortSignal.timeout(20) });
  await assert.rejects(call, failsWith('timeout'));
});

test('an answer above the size limit is refused, announced or not', async (t) => {
  const announced = await serve((response) => void response.end('x'.repeat(1001)), t);
  await assert.rejects(egress.fetch(announced.origin, { method: 'GET' }), failsWith('too_large'));
  const chunked = await serve((response) => {
    response.write('x'.repeat(600));
    response.end('x'.repeat(600));
  }, t);
  await assert.rejects(egress.fetch(chunked.origin, { method: 'GET' }), failsWith('too_large'));
});

test('an answer at the size limit passes', async (t) => {
  const server = await serve((response) => void response.end('x'.repeat(1000)), t);
  const response = await egress.fetch(server.origin, { method: 'GET' });
  assert.equal((await response.text()).length, 1000);
});

test('a redirect is handed back, not followed', async (t) => {
  const target = await serve(json(200, {}), t);
  const server = await serve((response) => {
    response.writeHead(302, { location: target.origin }).end();
  }, t);
  const response = await egress.fetch(server.origin, { method: 'GET' });
  assert.equal(response.status, 302);
  assert.equal(target.requests.length, 0);
});

test('an answer without a body is an answer', async (t) => {
  const server = await serve((response) => void response.writeHead(204).end(), t);
  assert.equal((await egress.fetch(server.origin, { method: 'GET' })).status, 204);
});

test('a closed port and a connection that breaks off are unreachable', async (t) => {
  const gone = await startServer(json(200, {}));
  await gone.close();
  await assert.rejects(egress.fetch(gone.origin, { method: 'GET' }), failsWith('unreachable'));
  const breaking = await serve((response) => response.socket?.destroy(), t);
  await assert.rejects(egress.fetch(breaking.origin, { method: 'GET' }), failsWith('unreachable'));
});

test('only http and https URLs without credentials are called', async () => {
  for (const url of ['ftp://a.test/', 'file:///etc/passwd', 'http://user:word@127.0.0.1/', 'nonsense']) {
    await assert.rejects(egress.fetch(url, { method: 'GET' }), failsWith('forbidden'), url);
  }
});

test('a public-only call reaches no private address, by number or by name', async (t) => {
  const server = await serve(json(200, {}), t);
  const port = new URL(server.origin).port;
  for (const host of [
    '127.0.0.1',
    '[::1]',
    'localhost',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '169.254.169.254',
  ]) {
    const call = egress.fetch(`http://${host}:${port}/`, { method: 'GET', publicOnly: true });
    await assert.rejects(call, failsWith('forbidden'), host);
  }
  assert.equal(server.requests.length, 0);
});

test('public addresses are told from the others', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '[2606:4700::1111]']) {
    assert.equal(isPublicAddress(address), true, address);
  }
  for (const address of [
    '10.1.2.3',
    '100.64.0.1',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fd00::1',
  ]) {
    assert.equal(isPublicAddress(address), false, address);
  }
  for (const address of ['64:ff9b::7f00:1', '2002:7f00:1::', 'fe80::1', '2001:db8::1']) {
    assert.equal(isPublicAddress(address), false, address);
  }
  assert.equal(isPublicAddress('example.com'), null);
});
