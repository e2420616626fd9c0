// What may be called on behalf of a workspace, proved against servers on the loopback interface.
import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { after, test } from 'node:test';
import { createServerCertificate } from '../../sandbox/mail/certificate.ts';
import { createWebhookEgress, type WebhookEgressOptions } from '../../src/egress-webhooks.ts';
import { freePort } from '../support/installation.ts';
import { answering, hanging, type Receiver, startReceiver } from '../support/webhook-receiver.ts';

const open = { allowsHttp: true, networks: ['127.0.0.0/8'], timeoutMilliseconds: 400 };
const closed = { allowsHttp: false, networks: [], timeoutMilliseconds: 400 };
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
});

const egressOf = (options: WebhookEgressOptions) => {
  const egress = createWebhookEgress(options);
  closing.push(egress.close);
  return egress;
};
const receiverOf = async (options?: Parameters<typeof startReceiver>[0]): Promise<Receiver> => {
  const receiver = await startReceiver(options);
  closing.push(receiver.close);
  return receiver;
};
const post = (egress: ReturnType<typeof egressOf>, url: string, signal = new AbortController().signal) =>
  egress.send(url, { headers: { 'webhook-id': 'one' }, body: '{}', signal });

/** A DNS that gives these answers one after another, the last one for ever. */
const answers = (...addresses: string[][]) => {
  const asked: string[] = [];
  const resolve: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    const found = addresses[Math.min(asked.length, addresses.length) - 1] ?? [];
    callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve, asked };
};

test('one URL that hangs holds up no other URL of the same host', async () => {
  const egress = egressOf({ ...open, timeoutMilliseconds: 5_000 });
  const receiver = await receiverOf();
  receiver.respond((response, received) =>
    (received.path === '/hook' ? answering(204) : hanging)(response, received),
  );
  const over = new AbortController();
  const slow = Array.from({ length: 20 }, () =>
    post(egress, receiver.url.replace('/hook', '/slow'), over.signal),
  );
  const answer = await post(egress, receiver.url);
  assert.deepEqual(answer, { status: 204, retryAfter: null, excerpt: '' });
  over.abort();
  for (const result of await Promise.all(slow)) assert.deepEqual(result, { aborted: true });
});

test('a name server that does not answer ends the attempt when its time is over', async () => {
  const egress = egressOf({ ...open, resolve: () => {} });
  const over = new AbortController();
  const stopped = post(egress, 'http://silent.example/a', over.signal);
  over.abort();
  assert.deepEqual(await stopped, { aborted: true });
  assert.deepEqual(await post(egress, 'http://silent.example/a'), { failure: 'timeout' });
});

test('only https on port 443 to a public address without credentials may be entered', async () => {
  const egress = egressOf({ ...closed, ...answers(['93.184.216.34']) });
  for (const url of [
    'http://hooks.example/a',
    'https://hooks.example:8443/a',
    'https://user@hooks.example/a',
    'https://:secret@hooks.example/a',
    'ftp://hooks.example/a',
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://10.1.2.3/a',
    'https://100.64.0.1/a',
    'https://169.254.169.254/latest/meta-data',
    'https://168.63.129.16/a',
    'https://224.0.0.1/a',
    'https://[::1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'https://[64:ff9b::7f00:1]/a',
    'https://[2002:7f00:1::]/a',
    'https://[fd00:ec2::254]/a',
    'https://[fe80::1]/a',
    'not a url',
    `https://hooks.example/${'a'.repeat(2048)}`,
  ]) {
    assert.notEqual(await egress.objection(url), null, url);
    assert.deepEqual(await post(egress, url), { failure: 'forbidden_address' }, url);
  }
  assert.equal(await egress.objection('https://hooks.example/a'), null);
  assert.equal(await egress.objection('https://hooks.example:443/a'), null);
  assert.equal(await egress.objection('https://93.184.216.34/a'), null);
});

test('a name is refused when even one of its addresses is not public', async () => {
  const egress = egressOf({ ...closed, ...answers(['93.184.216.34', '10.0.0.1']) });
  assert.match((await egress.objection('https://hooks.example/a')) ?? '', /not public/);
  assert.deepEqual(await post(egress, 'https://hooks.example/a'), { failure: 'forbidden_address' });
});

test('a name that leads to a public address when it is entered and to the loopback later is not called', async () => {
  const receiver = await receiverOf();
  const dns = answers(['93.184.216.34'], ['127.0.0.1']);
  const egress = egressOf({ ...open, networks: [], resolve: dns.resolve });
  const url = `http://rebound.example:${receiver.port}/a`;
  assert.equal(await egress.objection(url), null);
  assert.deepEqual(await post(egress, url), { failure: 'forbidden_address' });
  assert.equal(receiver.received.length, 0);
});

test('the address that was judged is the one that is called: the name is looked up once', async () => {
  const [vetted, other] = [await receiverOf(), await receiverOf({ host: '127.0.0.2' })];
  const dns = answers(['127.0.0.1'], ['127.0.0.2']);
  const egress = egressOf({ ...open, networks: ['127.0.0.1'], resolve: dns.resolve });
  const result = await post(egress, `http://twofaced.example:${vetted.port}/a`);
  assert.equal('status' in result && result.status, 204);
  assert.equal(dns.asked.length, 1);
  assert.equal(vetted.received[0]?.headers.host, `twofaced.example:${vetted.port}`);
  assert.equal(other.received.length, 0);
});

test('over TLS the certificate is checked against the name in the URL, not the address', async () => {
  const { caPem, certPem, keyPem } = await createServerCertificate();
  const receiver = await receiverOf({ tls: { cert: certPem, key: keyPem } });
  const dns = answers(['127.0.0.1']);
  const trusting = egressOf({ ...open, ca: caPem, resolve: dns.resolve });
  const right = await post(trusting, `https://localhost:${receiver.port}/a`);
  assert.equal('status' in right && right.status, 204);
  const wrongName = await post(trusting, `https://other.example:${receiver.port}/a`);
  assert.deepEqual(wrongName, { failure: 'tls_failed' });
  const strange = egressOf({ ...open, resolve: dns.resolve });
  assert.deepEqual(await post(strange, `https://localhost:${receiver.port}/a`), { failure: 'tls_failed' });
  assert.equal(receiver.received.length, 1);
});

test('a redirect is an answer, and nobody follows it', async () => {
  const [target, receiver] = [await receiverOf(), await receiverOf()];
  receiver.respond(answering(302, { location: target.url }));
  const result = await post(egressOf(open), receiver.url);
  assert.equal('status' in result && result.status, 302);
  assert.equal(target.received.length, 0);
});

test('of an answer the beginning is kept, however long it is, without control characters', async () => {
  const receiver = await receiverOf();
  receiver.respond((response) => {
    response.writeHead(500, { 'retry-after': '7' });
    response.write(`\u0000bad\u001b${'x'.repeat(5000)}`);
    const more = setInterval(() => response.write('y'.repeat(65_536)), 1);
    response.once('close', () => clearInterval(more));
  });
  const result = await post(egressOf(open), receiver.url);
  assert.ok('status' in result);
  assert.equal(result.status, 500);
  assert.equal(result.retryAfter, '7');
  assert.equal(result.excerpt.length, 1024);
  assert.match(result.excerpt, /^ bad x+$/);
});

test('a status counts although the body never ends', async () => {
  const receiver = await receiverOf();
  receiver.respond((response) => void response.writeHead(200).write('o'));
  const result = await post(egressOf(open), receiver.url);
  assert.deepEqual(result, { status: 200, retryAfter: null, excerpt: 'o' });
});

test('why there is no answer is told apart', async () => {
  const receiver = await receiverOf();
  receiver.respond(hanging);
  const egress = egressOf(open);
  assert.deepEqual(await post(egress, receiver.url), { failure: 'timeout' });
  const refused = `http://127.0.0.1:${await freePort()}/a`;
  assert.deepEqual(await post(egress, refused), { failure: 'connection_refused' });
  receiver.respond((response) => void response.destroy());
  assert.deepEqual(await post(egress, receiver.url), { failure: 'connection_broken' });
  const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  const lost = egressOf({ ...open, resolve: (_hostname, _options, callback) => callback(unknown, '') });
  assert.equal(await lost.objection('https://nowhere.example/a'), null, 'each call looks again');
  assert.deepEqual(await post(lost, 'https://nowhere.example/a'), { failure: 'name_not_resolved' });
});

test('a caller that gives up ends the call at once', async () => {
  const receiver = await receiverOf();
  const giving = new AbortController();
  receiver.respond(() => giving.abort());
  const egress = egressOf({ ...open, timeoutMilliseconds: 30_000 });
  assert.deepEqual(await post(egress, receiver.url, giving.signal), { aborted: true });
});
