// Look-ups against a DNS server on loopback that speaks the real protocol.
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type Answer, decode, encode, type Question } from 'dns-packet';
import type { Ports } from '../../src/core/index.ts';
import { createDomainResolver } from '../../src/dns.ts';

const records: Answer[] = [
  { type: 'MX', name: 'corp.test', ttl: 60, data: { preference: 10, exchange: 'mx.corp.test' } },
  { type: 'TXT', name: 'corp.test', ttl: 60, data: ['v=spf1 include:', '_spf.corp.test -all'] },
];

let server: Socket;
let resolver: Ports['domains'];
let asked = 0;

before(async () => {
  server = createSocket('udp4');
  server.on('message', (message, peer) => {
    asked += 1;
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question || question.name === 'silent.test') return;
    server.send(
      encode({
        type: 'response',
        id: query.id ?? 0,
        flags: flagsFor(question),
        questions: [question],
        answers: answersTo(question),
      }),
      peer.port,
      peer.address,
    );
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  resolver = createDomainResolver({ servers: [`127.0.0.1:${server.address().port}`] });
});
after(() => server.close());

const answersTo = ({ name, type }: Question): Answer[] =>
  records.filter((record) => record.name === name && record.type === type);
/** NXDOMAIN and SERVFAIL are the last four bits (RFC 1035 section 4.1.1). */
const flagsFor = ({ name }: Question): number => ({ 'nowhere.test': 3, 'broken.test': 2 })[name] ?? 0;

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

test('mail servers and texts come as they stand in the zone, a text of several strings as one', async () => {
  assert.deepEqual(await resolver.mx('corp.test', signal()), ['mx.corp.test']);
  assert.deepEqual(await resolver.txt('corp.test', signal()), ['v=spf1 include:_spf.corp.test -all']);
});

test('a name or a record that is not there is nothing; a server in trouble is no answer', async () => {
  assert.deepEqual(await resolver.mx('nowhere.test', signal()), []);
  assert.deepEqual(await resolver.txt('mx.corp.test', signal()), []);
  assert.equal(await resolver.mx('broken.test', signal()), null);
});

test('a silent server ends with the signal and is no answer', async () => {
  const stopping = new AbortController();
  const before = asked;
  const pending = resolver.mx('silent.test', stopping.signal);
  while (asked === before) await new Promise((resolve) => setImmediate(resolve));
  stopping.abort();
  assert.equal(await pending, null);
});
