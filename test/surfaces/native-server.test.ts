// What the server gives to every surface: request ids, headers, health, documents; and the long poll over a real
// connection.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { depart, record, startWorld, type TestWorkspace, text, type World } from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
let address: string;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  address = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => world.close());

const headers = () => ({ authorization: `Bearer ${workspace.key}` });

async function newSession(): Promise<string> {
  const { body } = await workspace.call('POST', '/v1/connect-sessions', { provider: 'google' });
  return `/v1/connect-sessions/${text(body.id)}`;
}

describe('every answer', () => {
  const paths = ['/healthz', '/v1/whoami', '/v1/nothing', '/nothing', '/connect/x', '/docs/api', '/%zz'];
  for (const path of paths) {
    it(`${path} is not sniffed, stored or framed, tells no referrer and has a request id`, async () => {
      const answer = await fetch(`${address}${path}`);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.match(
        answer.headers.get('content-security-policy') ?? '',
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      if (path !== '/docs/api') assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    });
  }

  it('takes over a request id that is well-formed, and no other', async () => {
    const given = async (id: string) =>
      (await world.callAs(null)('GET', '/healthz', undefined, { 'x-request-id': id })).headers[
        'x-request-id'
      ];
    assert.equal(await given('trace-0123456789'), 'trace-0123456789');
    for (const bad of ['short', 'with space 123', `${'x'.repeat(129)}`, 'new"quote-123']) {
      assert.notEqual(await given(bad), bad);
    }
  });
});

describe('health', () => {
  it('readyz says 503 without a database, healthz stays well', async () => {
    const own = await startWorld();
    const call = own.callAs(null);
    assert.equal((await call('GET', '/readyz')).status, 200);
    await own.closeStore();
    assert.deepEqual(
      [(await call('GET', '/readyz')).status, (await call('GET', '/healthz')).status],
      [503, 200],
    );
    await own.close();
  });
});

describe('documents', () => {
  it('the type of a problem document leads to a page about it', async () => {
    const problem = await world.callAs(null)('GET', '/v1/whoami');
    const page = await world.callAs(null)('GET', new URL(text(problem.body.type)).pathname);
    assert.equal(page.status, 200);
    assert.match(page.text, /No valid API key/);
    assert.equal((await world.callAs(null)('GET', '/docs/errors/none')).status, 404);
    assert.match((await world.callAs(null)('GET', '/docs/errors')).text, /unauthenticated/);
  });

  it('the OpenAPI document is served without a key', async () => {
    const { status, body } = await world.callAs(null)('GET', '/v1/openapi.json');
    assert.deepEqual([status, body.openapi], [200, '3.1.0']);
  });

  it('the reference page runs scripts of this server only', async () => {
    const page = await fetch(`${address}/docs/api`);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self';/);
    assert.ok(!/https?:/.test(policy));
    const sources = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, source]) => source ?? '',
    );
    assert.ok(sources.length > 3);
    for (const source of sources) {
      assert.ok(source.startsWith('/docs/api/'), source);
      assert.equal((await fetch(`${address}${source}`)).status, 200, source);
    }
  });
});

describe('a long poll', () => {
  it('answers at once when the session finishes', async () => {
    const { callback, cookie, session } = await depart(world, workspace);
    const waiting = fetch(`${address}/v1/connect-sessions/${text(session.id)}?wait=55`, {
      headers: headers(),
    });
    const started = performance.now();
    await world.app.inject({ url: callback, headers: { cookie } });
    const body = record(await (await waiting).json());
    assert.equal(body.status, 'connected');
    assert.ok(performance.now() - started < 40_000, 'long before the 55 seconds are over');
  });

  it('answers with what is so far when its time is over', async () => {
    const path = await newSession();
    const started = performance.now();
    const body = record(await (await fetch(`${address}${path}?wait=1`, { headers: headers() })).json());
    assert.equal(body.status, 'pending');
    assert.ok(performance.now() - started >= 900);
  });

  it('does not wait longer than 55 seconds', async () => {
    const { status, body } = await workspace.call('GET', `${await newSession()}?wait=56`);
    assert.deepEqual([status, body.code], [400, 'invalid_request']);
  });

  it('ends when the client leaves', async () => {
    const path = await newSession();
    const polling = watchPolls();
    const client = httpRequest(`${address}${path}?wait=55`, { headers: headers() });
    client.on('error', () => {});
    client.end();
    const signal = await polling.begun;
    client.destroy();
    if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(40_000) });
    await polling.ended;
  });

  it('ends when the server closes', async () => {
    const own = await startWorld();
    const other = await own.addWorkspace('Other');
    const base = await own.app.listen({ host: '127.0.0.1', port: 0 });
    const { body } = await other.call('POST', '/v1/connect-sessions', { provider: 'google' });
    const polling = watchPolls(own);
    const waiting = fetch(`${base}/v1/connect-sessions/${text(body.id)}?wait=55`, {
      headers: { authorization: `Bearer ${other.key}` },
    });
    await polling.begun;
    const started = performance.now();
    await own.close();
    assert.equal((await waiting).status, 200);
    assert.ok(performance.now() - started < 40_000, 'long before the 55 seconds are over');
  });
});

/** Looks over the shoulder of the next poll: its signal when it has begun, and its end. */
function watchPolls({ core } = world) {
  const { waitFor } = core.connectSessions;
  const begun = Promise.withResolvers<AbortSignal>();
  const ended = Promise.withResolvers<void>();
  core.connectSessions.waitFor = async (principal, id, waitSeconds, signal) => {
    begun.resolve(signal);
    core.connectSessions.waitFor = waitFor;
    try {
      return await waitFor(principal, id, waitSeconds, signal);
    } finally {
      ended.resolve();
    }
  };
  return { begun: begun.promise, ended: ended.promise };
}
