// Requests of which a part is missing: they keep neither their refusal waiting nor a process that ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { watchConnections } from '../../src/http/draining.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { serve } from '../support/serving.ts';
import { until } from '../support/until.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

const tokenHead = (more: string[]): string =>
  [
    'POST /v1/mailboxes/00000000-0000-7000-8000-000000000000/token HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    'Content-Length: 19',
    ...more,
    '\r\n',
  ].join('\r\n');

async function open(port: number | string): Promise<Socket> {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  // Cut off is what it may be.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const portOf = (url: string): string => new URL(url).port;

test('a token read without a known key is refused before its body has come', async () => {
  for (const more of [[], ['Authorization: Bearer mg_unknown']]) {
    const socket = await open(portOf(installation.address));
    const answered = once(socket, 'data');
    const sentAt = performance.now();
    socket.write(tokenHead(more));
    assert.match(String((await answered)[0]), /^HTTP\/1.1 401 /);
    // A request is given up by the server itself after half a minute.
    assert.ok(performance.now() - sentAt < 10_000);
    socket.destroy();
  }
});

test('requests that never come to their end do not keep a process that ends', async () => {
  await installation.gateway.close();
  const serving = serve({ ...installation.environment, MAILGRANT_DRAIN_SECONDS: '0' });
  try {
    await until('it listens', () => serving.entries('listening').length > 0);
    const key = `Authorization: Bearer ${installation.apiKey}`;
    // So that the door knows the key and waits for the body.
    await installation.call('GET', '/v1/whoami');
    const halves = [tokenHead([key]), tokenHead([key]).slice(0, 80), 'POST /v1/api-keys HTTP/1.1\r\n'];
    const closed = halves.map(async (half) => {
      const socket = await open(portOf(installation.address));
      socket.write(half);
      await once(socket, 'close');
    });
    // Answered behind them.
    await installation.call('GET', '/v1/whoami');
    const endedAt = performance.now();
    serving.child.kill('SIGTERM');
    assert.deepEqual(await serving.exited, [0, null]);
    await Promise.all(closed);
    const seconds = (performance.now() - endedAt) / 1000;
    assert.ok(seconds < 15, `${seconds} s; the server itself gives up after 30 to 60`);
  } finally {
    await serving.end();
  }
});

test('a request that is complete is answered, however long that takes', async () => {
  const { promise, resolve: answerNow } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.headers['content-length'] !== undefined) return;
    void promise.then(() => response.end('late'));
  });
  const draining = watchConnections(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  const [whole, half] = [await open(port), await open(port)];
  const answered = once(whole, 'data');
  const cut = once(half, 'close');
  const both = new Promise<void>((resolve) => {
    let seen = 0;
    server.on('request', () => {
      seen += 1;
      if (seen === 2) resolve();
    });
  });
  whole.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n');
  await both;
  draining.begin();
  await draining.stopListening();
  await cut;
  answerNow();
  assert.match(String((await answered)[0]), /^HTTP\/1.1 200 /);
  server.closeAllConnections();
});
