// The page for Prometheus on a port of its own, and what the settings refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { secret } from '../../src/core/secret.ts';
import { startMetricsServer } from '../../src/http/metrics.ts';
import { generateKey } from '../../src/stores/keyring.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const at = { host: '127.0.0.1', port: 0 };

test('the port of its own serves the metrics and nothing else', async () => {
  const page = { contentType: 'text/plain; version=0.0.4', scrape: async () => 'a 1\n' };
  const server = await startMetricsServer({ page, token: null, log }, at);
  try {
    const answer = await fetch(server.address);
    assert.deepEqual([answer.status, await answer.text()], [200, 'a 1\n']);
    const head = await fetch(server.address, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    assert.equal(head.headers.get('content-type'), page.contentType);
    for (const [path, method] of [
      ['/v1/whoami', 'GET'],
      ['/', 'GET'],
      ['/metrics', 'POST'],
      ['/metrics/x', 'GET'],
    ] as const) {
      assert.equal((await fetch(new URL(path, server.address), { method })).status, 404, path);
    }
  } finally {
    await server.close();
  }
});

test('with a token it asks for it, and a scrape that fails says nothing of the reason', async () => {
  const page = {
    contentType: 'text/plain',
    scrape: async () => {
      throw new Error('a private cause');
    },
  };
  const server = await startMetricsServer({ page, token: secret('a-token-of-some-length'), log }, at);
  try {
    const refused = await fetch(server.address);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer /);
    const failed = await fetch(server.address, {
      headers: { authorization: 'Bearer a-token-of-some-length' },
    });
    assert.equal(failed.status, 500);
    assert.doesNotMatch(await failed.text(), /private cause/);
  } finally {
    await server.close();
  }
});

test('metrics beside the API without a token are a mistake, and so is one that can be guessed', () => {
  const mistakesOf = (environment: Record<string, string>): string[] => {
    try {
      loadConfig({ MAILGRANT_KEYRING: generateKey(), ...environment });
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.mistakes;
    }
  };
  assert.match(mistakesOf({ MAILGRANT_METRICS: 'on' }).join(), /MAILGRANT_METRICS_TOKEN/);
  assert.match(mistakesOf({ MAILGRANT_METRICS_TOKEN: 'short' }).join(), /16 to 512/);
  assert.match(mistakesOf({ MAILGRANT_METRICS_PORT: 'x' }).join(), /MAILGRANT_METRICS_PORT/);
  assert.deepEqual(
    mistakesOf({ MAILGRANT_METRICS: 'on', MAILGRANT_METRICS_TOKEN: 'a-token-of-some-length' }),
    [],
  );
  assert.deepEqual(mistakesOf({ MAILGRANT_METRICS_PORT: '9464' }), []);
});
