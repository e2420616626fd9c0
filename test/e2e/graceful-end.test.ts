// A process that is told to end, under clients that know nothing of it.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type Serving, serve } from '../support/serving.ts';
import { send, startSteadyClients } from '../support/steady-clients.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let serving: Serving;
let base: string;

before(async () => {
  installation = await startInstallation({
    sandbox: { mail: 'npm', rotation: { microsoft: 'strict' }, accessTokenTtlSeconds: 5 },
  });
});
after(() => installation.close());
afterEach(() => serving.end());

/** The embedded database belongs to one process: this one lets go of it. */
beforeEach(() => installation.gateway.close());

async function start(settings: Record<string, string> = {}): Promise<void> {
  base = installation.address;
  serving = serve({ ...installation.environment, ...settings });
  await until('it listens', () => serving.entries('listening').length > 0);
}

const headers = () => ({ authorization: `Bearer ${installation.apiKey}` });
const isReady = async () => (await fetch(`${base}/readyz`)).status === 200;

test('SIGTERM fails no request: not ready at once, requests taken meanwhile, each answer ends its connection', async () => {
  await start({ MAILGRANT_DRAIN_SECONDS: '1' });
  const clients = startSteadyClients(`${base}/v1/whoami`, headers(), 8);
  await until('the clients are answered', () => clients.answered() > 50);
  serving.child.kill('SIGTERM');
  await until('it is not ready', async () => !(await isReady()));
  const unready = await fetch(`${base}/readyz`);
  assert.equal(unready.headers.get('connection'), 'close');
  assert.deepEqual(await unready.json(), {
    status: 'unavailable',
    reason: 'draining',
    detail: 'The process is about to end. It still answers; send new requests elsewhere.',
  });
  assert.equal((await fetch(`${base}/healthz`)).status, 200, 'a live process is not to be killed');
  const before = clients.sent.length;
  await until('further requests are answered', () => clients.sent.length > before + 50);
  for (const one of clients.sent.slice(before + 10, before + 50)) {
    assert.ok(
      one.kind === 'answered' && one.status === 200 && one.connection === 'close',
      JSON.stringify(one),
    );
  }
  assert.deepEqual(await serving.exited, [0, null]);
  await clients.stop();
  assert.deepEqual(clients.failures(), []);
});

test('an idle connection is not cut under the request that its client is about to send', async () => {
  await start({ MAILGRANT_DRAIN_SECONDS: '0' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await send(`${base}/v1/whoami`, headers(), agent);
  assert.ok(first.kind === 'answered' && first.connection !== 'close');
  serving.child.kill('SIGTERM');
  await until('new connections are refused', async () => {
    const other = await send(`${base}/healthz`, {}, new Agent());
    return other.kind === 'failed' && other.code === 'ECONNREFUSED';
  });
  const second = await send(`${base}/v1/whoami`, headers(), agent);
  assert.ok(second.kind === 'answered', JSON.stringify(second));
  assert.deepEqual([second.status, second.connection], [200, 'close']);
  assert.deepEqual(await serving.exited, [0, null]);
});

test('a long poll is answered when the process ends, not when its time is over', async () => {
  await start({ MAILGRANT_DRAIN_SECONDS: '0' });
  const call = installation.callAs(installation.apiKey, base);
  const session = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  const polling = call('GET', `/v1/connect-sessions/${session.body.id}?wait=55`);
  // Answered behind it on a connection of its own: the poll is with the server by then.
  await call('GET', '/v1/whoami');
  serving.child.kill('SIGTERM');
  const polled = await polling;
  assert.deepEqual([polled.status, polled.body.status], [200, 'pending'], polled.text);
  assert.equal(polled.headers.get('connection'), 'close');
  assert.deepEqual(await serving.exited, [0, null]);
});

test('a refresh whose provider call runs when SIGTERM comes is answered and stored', async () => {
  const { microsoft } = installation.sandbox;
  await start({ MAILGRANT_DRAIN_SECONDS: '0' });
  const call = installation.callAs(installation.apiKey, base);
  const { session } = await installation.connect('microsoft', { login: 'erin@contoso.test' }, {}, call);
  assert.equal(session.status, 'connected');
  const path = `/v1/mailboxes/${session.mailbox_id}/token`;
  const before = microsoft.stats();
  microsoft.configure({
    accessTokenTtlSeconds: 3600,
    fault: { on: 'refresh', delayMs: 1500, times: 1 },
  });
  const reading = call('POST', path);
  await until('the provider is asked', () => microsoft.stats().faultsServed > before.faultsServed);
  serving.child.kill('SIGTERM');
  const read = await reading;
  assert.equal(read.status, 200, read.text);
  assert.deepEqual(await serving.exited, [0, null]);

  await start({ MAILGRANT_DRAIN_SECONDS: '0' });
  const again = await installation.callAs(installation.apiKey, base)('POST', path);
  assert.equal(again.body.access_token, read.body.access_token, again.text);
  assert.equal(microsoft.stats().refreshes, before.refreshes + 1);
});

test('a second signal ends the process at once, with code 1', async () => {
  await start({ MAILGRANT_DRAIN_SECONDS: '300' });
  serving.child.kill('SIGTERM');
  await until('it is not ready', async () => !(await isReady()));
  // Repeated, because what follows within a moment counts as the same signal.
  await until('it has ended', () => {
    serving.child.kill('SIGTERM');
    return serving.child.exitCode !== null || serving.child.signalCode !== null;
  });
  assert.deepEqual(await serving.exited, [1, null]);
});

test('SIGINT does not wait for a load balancer, and twice in a moment is once', async () => {
  await start({ MAILGRANT_DRAIN_SECONDS: '300' });
  serving.child.kill('SIGINT');
  serving.child.kill('SIGINT');
  assert.deepEqual(await serving.exited, [0, null]);
});
