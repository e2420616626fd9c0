// The door before the router answers token reads in the very bytes of the route: the same requests go to a server with
// the door and to one without it, over the same core, and the answers are compared as they come from the socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { after, before, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { native } from '../../src/http/native/index.ts';
import { tokenDoor } from '../../src/http/native/token-door.ts';
import { createServer } from '../../src/http/server.ts';
import type { Door, Surface } from '../../src/http/surface.ts';
import { connect, publicUrl, startWorld, type TestWorkspace, text, type World } from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
let other: TestWorkspace;
let mailboxId: string;
let narrowKey: string;
let revokedKey: string;
let withDoor: FastifyInstance;
let withoutDoor: FastifyInstance;
let passedOn = 0;

before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  other = await world.addWorkspace('Other');
  mailboxId = text((await connect(world, workspace)).id);
  narrowKey = await world.issueKey(workspace.id, ['mailboxes:read']);
  revokedKey = await world.issueKey(workspace.id);
  const { items } = (await workspace.call('GET', '/v1/api-keys')).body;
  assert.ok(Array.isArray(items));
  await workspace.call('DELETE', `/v1/api-keys/${items.at(-1).id}`);

  const { door: _, ...routesOnly } = native;
  const counting: Door = (core, router, measures) =>
    tokenDoor(
      core,
      (request, response) => {
        passedOn += 1;
        router(request, response);
      },
      measures,
    );
  const serve = async (surface: Surface): Promise<FastifyInstance> => {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const app = await createServer({
      core: world.core,
      log,
      surfaces: [surface],
      trustProxy: false,
      publicUrl,
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return app;
  };
  withDoor = await serve({ ...routesOnly, door: counting });
  withoutDoor = await serve(routesOnly);
  for (const body of ['', '{"resource":"imap"}', '{"resource":"https://mail.google.com/"}']) {
    assert.match(await exchange(withoutDoor, [request({ body })]), /^HTTP\/1.1 200 /);
  }
});
after(async () => {
  await withDoor.close();
  await withoutDoor.close();
  await world.close();
});

type Shape = {
  method?: string;
  path?: string;
  version?: string;
  authorization?: string | null;
  workspace?: string | null;
  type?: string | null;
  body?: string | Buffer;
  /** `null` = by the length of the body. */
  length?: string | null;
  isChunked?: boolean;
  more?: string[];
};

/** A request as bytes, after whose answer the connection ends. */
function request(shape: Shape = {}): Buffer {
  const { method = 'POST', path = `/v1/mailboxes/${mailboxId}/token`, version = '1.1' } = shape;
  const { authorization = `Bearer ${workspace.key}`, isChunked = false, more = [] } = shape;
  const body = Buffer.from(shape.body ?? '');
  const type = shape.type === undefined ? (body.length > 0 ? 'application/json' : null) : shape.type;
  const length = shape.length ?? (isChunked ? null : String(body.length));
  const head = [
    `${method} ${path} HTTP/${version}`,
    'Host: 127.0.0.1',
    ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
    ...(typeof shape.workspace === 'string' ? [`Mailgrant-Workspace: ${shape.workspace}`] : []),
    ...(type === null ? [] : [`Content-Type: ${type}`]),
    ...(length === null || length === '' ? [] : [`Content-Length: ${length}`]),
    ...(isChunked ? ['Transfer-Encoding: chunked'] : []),
    ...more,
    'Connection: close',
  ];
  const begin = Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
  if (!isChunked) return Buffer.concat([begin, body]);
  const chunk =
    body.length === 0 ? [] : [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')];
  return Buffer.concat([begin, ...chunk, Buffer.from('0\r\n\r\n')]);
}

/** All that comes back for these pieces, each sent when the server has had the one before. */
async function exchange(app: FastifyInstance, pieces: Buffer[]): Promise<string> {
  const port = portOf(app);
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true });
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  // The server may hang up on what it does not want to read.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await arrived(app);
    socket.write(piece);
  }
  await closed;
  return Buffer.concat(parts).toString('latin1');
}

/** Resolves when the server has read what was sent to it: a request that comes later is read later. */
const arrived = (app: FastifyInstance): Promise<unknown> => fetch(`http://127.0.0.1:${portOf(app)}/healthz`);

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What may differ between two answers to one request: time, and an id that was made up. */
const comparable = (answer: string): string =>
  answer
    .replaceAll(/^Date: .*$/gim, 'Date: now')
    .replaceAll(/(x-request-id: |"request_id":")[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '$1made up')
    .replaceAll(/"expires_in":\d+/g, '"expires_in":0');

const expiresIn = (answer: string): number | null => {
  const digits = /"expires_in":(\d+)/.exec(answer)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** Sends the same to both; true when the door answered all of it. */
async function assertSame(pieces: Buffer[]): Promise<{ answer: string; isByDoor: boolean }> {
  const slow = await exchange(withoutDoor, pieces);
  const before = passedOn;
  const fast = await exchange(withDoor, pieces);
  const sent = Buffer.concat(pieces).toString('latin1').slice(0, 600);
  assert.equal(comparable(fast), comparable(slow), sent);
  assert.ok(Math.abs((expiresIn(fast) ?? 0) - (expiresIn(slow) ?? 0)) <= 5, sent);
  return { answer: fast, isByDoor: fast !== '' && passedOn === before };
}

/** Mulberry32: the same requests in every run. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const odd = (): { [Part in keyof Shape]-?: NonNullable<Shape[Part]>[] | (Shape[Part] | null)[] } => ({
  method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post'],
  path: [
    `/v1/mailboxes/${mailboxId}/token?`,
    `/v1/mailboxes/${mailboxId}/token?resource=imap`,
    `/v1/mailboxes/${mailboxId}/token/`,
    `/v1/mailboxes/${mailboxId}//token`,
    `//v1/mailboxes/${mailboxId}/token`,
    `/v1/mailboxes/${mailboxId.toUpperCase()}/token`,
    `/v1/mailboxes/%${mailboxId.charCodeAt(0).toString(16)}${mailboxId.slice(1)}/token`,
    `/v1/mailboxes/%zz${mailboxId.slice(3)}/token`,
    `/v1/mailboxes/${mailboxId.slice(1)}?/token`,
    `/v1/mailboxes/${mailboxId.slice(0, 10)}/${mailboxId.slice(11)}/token`,
    `/v1/mailboxes/${workspace.id}/token`,
    '/v1/mailboxes/__proto__/token',
    `/v1/mailboxes/${'x'.repeat(36)}/token`,
    `/v1/mailboxes/${'x'.repeat(600)}/token`,
    `http://example.com/v1/mailboxes/${mailboxId}/token`,
  ],
  version: ['1.0'],
  authorization: [
    null,
    `bearer ${workspace.key}`,
    `BEARER ${workspace.key}`,
    `Bearer  ${workspace.key}`,
    `Bearer ${workspace.key} more`,
    `Bearer ${workspace.key}x`,
    `Bearer ${workspace.key.slice(0, -1)}`,
    `Basic ${workspace.key}`,
    'Bearer',
    `Bearer ${narrowKey}`,
    `Bearer ${revokedKey}`,
    `Bearer ${other.key}`,
    `Bearer ${world.installationKey}`,
  ],
  workspace: [workspace.id, other.id, mailboxId, '', 'garbage', workspace.id.toUpperCase()],
  type: [
    null,
    'application/json',
    'application/json; charset=utf-8',
    'application/JSON',
    'text/plain',
    'application/x-www-form-urlencoded',
    'garbage',
    '',
  ],
  body: [
    '{}',
    ' {} ',
    '{"resource":"imap"}',
    '{"resource":"https://mail.google.com/"}',
    '{"resource":"smtp"}',
    '{"resource":"gmail_api"}',
    '{"resource":"nothing"}',
    '{"resource":""}',
    '{"resource":null}',
    '{"resource":5}',
    '{"resource":"imap","resource":"graph"}',
    `{"resource":"${'x'.repeat(513)}"}`,
    '{"resource":"\\u0000"}',
    '{"resource":"\\ud800"}',
    Buffer.from([...Buffer.from('{"resource":"'), 0xff, 0xfe, ...Buffer.from('"}')]),
    '{"min_ttl_seconds":0}',
    '{"min_ttl_seconds":-0}',
    '{"min_ttl_seconds":60,"resource":"imap"}',
    '{"min_ttl_seconds":3e3}',
    '{"min_ttl_seconds":3001}',
    '{"min_ttl_seconds":-1}',
    '{"min_ttl_seconds":1.5}',
    '{"min_ttl_seconds":"60"}',
    '{"min_ttl_seconds":null}',
    '{"force_refresh":false}',
    '{"force_refresh":"true"}',
    '{"unknown":1}',
    '{"__proto__":{"resource":"imap"}}',
    '{"constructor":{"prototype":{}}}',
    '[]',
    '[{"resource":"imap"}]',
    'null',
    '"imap"',
    '5',
    '{',
    '\ufeff{}',
    ' '.repeat(3),
    `{}${' '.repeat(2_000)}`,
    `{}${' '.repeat(70_000)}`,
  ],
  length: ['00', '+0', '1', '', '5000'],
  isChunked: [true],
  more: [
    ['X-Request-Id: trace-0123456789'],
    ['X-Request-Id: no'],
    ['Expect: 100-continue'],
    ['Expect: wonders'],
    ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-Host: example.com'],
    ['Accept: text/html', 'Accept-Encoding: gzip'],
    ['Authorization: Bearer second'],
    ['Content-Encoding: gzip'],
    ['Upgrade: websocket'],
  ],
});

/**
 * A body that is longer than what is sent keeps the server waiting for its time-out; what is sent beyond the body is a
 * second request that is none, and which of the two is answered first is a matter of time.
 */
const isComparable = ({ length, body = '', isChunked }: Shape): boolean => {
  const said = length === undefined ? Buffer.byteLength(body) : Number(length);
  return Number.isNaN(said) || isChunked === true || said === Buffer.byteLength(body);
};

it('each odd request by itself is answered as by the route', async () => {
  for (const [part, values] of Object.entries(odd())) {
    for (const value of values) {
      const shape: Shape = { [part]: value };
      if (isComparable(shape)) await assertSame([request(shape)]);
    }
  }
});

it('odd parts in any combination are answered as by the route', async () => {
  const next = numbersFrom(20_260_301);
  const all = Object.entries(odd());
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(next() * items.length)];
  for (let round = 0; round < 400; round++) {
    const shape: Shape = Object.fromEntries(
      Array.from({ length: 2 + Math.floor(next() * 3) }, () => {
        // Bodies have the most to get wrong.
        const [part, values] = (next() < 0.4 ? all.find(([name]) => name === 'body') : pick(all)) ?? [
          'body',
          [],
        ];
        return [part, pick<unknown>(values)];
      }).filter(([, value]) => value !== undefined),
    );
    if (isComparable(shape)) await assertSame([request(shape)]);
  }
});

it('plain reads are answered by the door', async () => {
  const trace = ['X-Request-Id: trace-0123456789'];
  const plain: Shape[] = [
    {},
    { length: '' },
    { type: 'application/json' },
    { version: '1.0' },
    { more: trace },
    { body: '{}' },
    { body: '{"resource":"imap"}' },
    { body: '{"resource":"imap","min_ttl_seconds":300}' },
    { authorization: `Bearer ${world.installationKey}`, workspace: workspace.id },
    { workspace: workspace.id },
  ];
  // So that the key and the workspace that it names are known.
  await exchange(withoutDoor, [
    request({ authorization: `Bearer ${world.installationKey}`, workspace: workspace.id }),
  ]);
  for (const shape of plain) {
    const { answer, isByDoor } = await assertSame([request(shape)]);
    assert.match(answer, /^HTTP\/1.1 200 /);
    assert.ok(isByDoor, JSON.stringify(shape));
  }
});

it('a body that comes in pieces is answered as by the route', async () => {
  const whole = request({ body: '{"resource":"imap"}' });
  for (const cuts of [[-19], [-10], [-19, -10], [20], [-19, -1]]) {
    const edges = [0, ...cuts.map((cut) => (cut < 0 ? whole.length + cut : cut)), whole.length];
    const pieces = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
    const { answer } = await assertSame(pieces);
    assert.match(answer, /^HTTP\/1.1 200 /);
  }
});

it('requests that are sent one right after the other are answered in their order', async () => {
  const keepAlive = (shape: Shape): Buffer =>
    Buffer.from(request(shape).toString('latin1').replace('Connection: close\r\n', ''), 'latin1');
  const requests = [
    keepAlive({}),
    keepAlive({ body: '{"resource":"imap"}' }),
    keepAlive({ body: '{"unknown":1}' }),
    keepAlive({ body: '{"resource":"imap"}' }),
    keepAlive({ authorization: null }),
    keepAlive({}),
    request({ body: '{"resource":"imap"}' }),
  ];
  const { answer } = await assertSame([Buffer.concat(requests)]);
  assert.deepEqual(
    [...answer.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status),
    ['200', '200', '400', '200', '401', '200', '200'],
  );
});

it('a client that leaves before its body has come harms nobody', async () => {
  const port = portOf(withDoor);
  const begin = passedOn;
  for (let time = 0; time < 20; time++) {
    const socket = connectSocket({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(request({ body: '{"resource":"imap"}' }).subarray(0, -19 + (time % 2) * 5));
    await arrived(withDoor);
    socket.destroy();
    await once(socket, 'close');
  }
  assert.ok(passedOn > begin, 'the halves were never seen');
  assert.ok((await assertSame([request()])).isByDoor);
});

it('while the server closes, clients are told to leave', async () => {
  const { door, ...routesOnly } = native;
  assert.ok(door);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const app = await createServer({
    core: world.core,
    log,
    surfaces: [{ ...routesOnly, door }],
    trustProxy: false,
    publicUrl,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const port = portOf(app);
  const socket = connectSocket({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const bytes = Buffer.from(request().toString('latin1').replace('Connection: close\r\n', ''), 'latin1');
  socket.write(bytes.subarray(0, 20));
  await arrived(app);
  const closing = app.close();
  const answered = once(socket, 'data');
  socket.write(bytes.subarray(20));
  assert.match(String((await answered)[0]), /^HTTP\/1.1 200 [\s\S]*\r\nconnection: close\r\n/i);
  await closing;
});
