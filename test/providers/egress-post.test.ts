import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EgressError, type EgressErrorCode } from '../../src/core/ports.ts';
import { createEgress } from '../../src/egress.ts';
import { until } from '../support/until.ts';
import { hanging, json, type Respond, startServer } from './helpers.ts';

const egress = createEgress({ totalTimeout: 400, bytesMax: 1000, connectionsMax: 1 });
after(() => egress.close());

const serve = async (respond: Respond, context: { after(run: () => Promise<void>): void }) => {
  const server = await startServer(respond);
  context.after(() => server.close());
  return server;
};

const failsWith = (code: EgressErrorCode) => (error: unknown) =>
  error instanceof EgressError && error.code === code;

const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b+c' };

test('a posted form arrives as it is, and its answer comes back as text', async (t) => {
  const server = await serve(json(429, { a: 'ü' }, { 'retry-after': '7' }), t);
  const answer = await egress.post(`${server.origin}/p?q=1`, form);
  assert.deepEqual(answer, { status: 429, retryAfter: '7', body: '{"a":"ü"}' });
  const [request] = server.requests;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, '/p?q=1');
  assert.equal(request?.body, form.body);
  assert.equal(request?.headers['content-length'], '5');
  assert.equal(request?.headers['content-type'], form.headers['content-type']);
});

test('a byte order mark is no part of the answer', async (t) => {
  const server = await serve((response) => void response.end('\uFEFF{}'), t);
  assert.equal((await egress.post(server.origin, form)).body, '{}');
});

test('a post that is not answered to the end is over by the time limit', async (t) => {
  const silent = await serve(hanging, t);
  await assert.rejects(egress.post(silent.origin, form), failsWith('timeout'));
  const halfway = await serve((response) => void response.writeHead(200).write('{'), t);
  await assert.rejects(egress.post(halfway.origin, form), failsWith('timeout'));
});

test('an answer to a post above the size limit is refused, announced or not', async (t) => {
  const announced = await serve((response) => void response.end('x'.repeat(1001)), t);
  await assert.rejects(egress.post(announced.origin, form), failsWith('too_large'));
  const chunked = await serve((response) => {
    response.write('x'.repeat(600));
    response.end('x'.repeat(600));
  }, t);
  await assert.rejects(egress.post(chunked.origin, form), failsWith('too_large'));
});

test('a post is not redirected', async (t) => {
  const target = await serve(json(200, {}), t);
  const server = await serve((response) => {
    response.writeHead(307, { location: target.origin }).end();
  }, t);
  assert.equal((await egress.post(server.origin, form)).status, 307);
  assert.equal(target.requests.length, 0);
});

test('a connection that breaks off is unreachable, and so is a closed port', async (t) => {
  const breaking = await serve((response) => response.socket?.destroy(), t);
  await assert.rejects(egress.post(breaking.origin, form), failsWith('unreachable'));
  const gone = await startServer(json(200, {}));
  await gone.close();
  await assert.rejects(egress.post(gone.origin, form), failsWith('unreachable'));
});

test('a post that was given up while it waited for a connection is never sent', async (t) => {
  const answers: (() => void)[] = [];
  const server = await serve((response) => {
    answers.push(() => response.end('{}'));
  }, t);
  const first = egress.post(server.origin, form);
  await until('the first post is there', () => answers.length === 1);
  const controller = new AbortController();
  const second = egress.post(server.origin, { ...form, body: 'second', signal: controller.signal });
  controller.abort();
  await assert.rejects(second, failsWith('aborted'));
  const third = egress.post(server.origin, { ...form, body: 'third' });
  answers[0]?.();
  await first;
  await until('the next post is there', () => answers.length === 2);
  answers[1]?.();
  await third;
  assert.deepEqual(
    server.requests.map(({ body }) => body),
    [form.body, 'third'],
  );
});

test('a deadline that has passed counts as a time-out, and many posts may share one', async (t) => {
  const server = await serve(hanging, t);
  const many = createEgress();
  t.after(() => many.close());
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const signal = AbortSignal.timeout(100);
  const calls = Array.from({ length: 30 }, () => many.post(server.origin, { ...form, signal }));
  const results = await Promise.allSettled(calls);
  assert.ok(results.every((result) => result.status === 'rejected' && failsWith('timeout')(result.reason)));
  assert.deepEqual(warnings, []);
});
