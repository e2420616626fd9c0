// The generated part of the client against the OpenAPI document: every operation, under the name that follows from its
// path, sends what the document says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, test } from 'node:test';
import { type Operation, operationsOf } from '../../scripts/client/operations.ts';
import { isSchema, typeOf } from '../../scripts/client/schema-types.ts';
import { serverErrorCodes } from '../../sdk/src/generated/codes.ts';
import { createClient } from '../../sdk/src/index.ts';
import { errorCodes } from '../../src/http/problem.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const parsed: unknown = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
assert.ok(isSchema(parsed));
const document = parsed;
let server: ScriptedServer;
before(async () => {
  server = await startScriptedServer();
});
after(() => server.close());

function methodOf({ group, method }: Operation): (...given: unknown[]) => unknown {
  const client = createClient({ baseUrl: server.url, retries: 0 });
  const owner: unknown = group === '' ? client : Reflect.get(client, group);
  const found: unknown = Reflect.get(Object(owner), method);
  assert.ok(typeof found === 'function', `${group}.${method}`);
  return (...given) => found(...given);
}

describe('each operation of the document is a method that sends it', () => {
  for (const operation of operationsOf(document)) {
    it(`${operation.group}.${operation.method}`, async () => {
      const { parameters, body, query, path, verb, page } = operation;
      server.answer({ status: 200, body: { items: [], next_cursor: null } });
      const ids = parameters.map((name) => `of ${name}`);
      const given = [...ids, ...(body ? [{ sent: true }] : []), ...(query ? [{ asked: 'yes' }] : [])];
      await methodOf(operation)(...given, { headers: { 'x-mark': 'marked' } });
      const [request] = server.received;
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `of%20${name}`);
      assert.equal(`${request?.method} ${request?.url}`, `${verb} ${filled}${query ? '?asked=yes' : ''}`);
      assert.equal(request?.body, body ? '{"sent":true}' : '');
      assert.equal(request?.headers['x-mark'], 'marked');
      if (page) assert.match(operation.method, /^list/);
    });
  }
});

test('every list is walked to its end by the parameter that its document names', async () => {
  for (const operation of operationsOf(document)) {
    const { page, parameters } = operation;
    if (page === null) continue;
    server.answer(
      { status: 200, body: { items: [1, 2], next_cursor: 'c1' } },
      { status: 200, body: { items: [3], next_cursor: null } },
    );
    const method = operation.method.replace(/^list/, 'iterate');
    const items: unknown[] = [];
    const walk = methodOf({ ...operation, method })(...parameters.map(() => 'x'), { limit: 2 });
    assert.ok(typeof walk === 'object' && walk !== null && Symbol.asyncIterator in walk);
    for await (const item of walk as AsyncIterable<unknown>) items.push(item);
    assert.deepEqual(items, [1, 2, 3]);
    const queries = server.received.map(({ url }) => new URL(url, server.url).searchParams.get(page.cursor));
    assert.deepEqual(queries, [null, 'c1'], operation.method);
  }
});

test('a server that names the same page for ever does not keep a program for ever', async () => {
  server.answer({ status: 200, body: { items: [1], next_cursor: 'c1' } });
  const walk = createClient({ baseUrl: server.url }).mailboxes.iterate();
  await assert.rejects(async () => {
    for await (const _ of walk) assert.ok(server.received.length < 5);
  }, /same page/);
});

test('the client knows every error code of the server', () => {
  assert.deepEqual(Object.keys(serverErrorCodes).sort(), [...errorCodes].sort());
});

test('a schema that the generator does not know stops it', () => {
  assert.throws(() => typeOf({ type: 'tuple' }, 'received'), /no type/);
  const twice = { get: { operationId: 'readThing', responses: {} } };
  assert.throws(
    () => operationsOf({ paths: { '/v1/things/{id}': twice, '/v1/things/{other}': twice } }),
    /things\.get/,
  );
});
