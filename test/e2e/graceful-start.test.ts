// How `serve` begins, and the words with which it refuses to.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { freePort } from '../support/installation.ts';
import { type Serving, serve } from '../support/serving.ts';
import { until } from '../support/until.ts';

const folders: string[] = [];
const started: Serving[] = [];
after(async () => {
  await Promise.all(started.map((serving) => serving.end()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function newEnvironment(settings: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-start-'));
  folders.push(dataDir);
  return {
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_PORT: String(await freePort()),
    MAILGRANT_JOBS: 'off',
    ...settings,
  };
}

function begin(environment: Record<string, string>, ...words: string[]): Serving {
  const serving = serve(environment, ...words);
  started.push(serving);
  return serving;
}

async function refusal(environment: Record<string, string>, ...words: string[]): Promise<string> {
  const serving = begin(environment, ...words);
  assert.deepEqual(await serving.exited, [1, null]);
  await until('its words are here', () => serving.text() !== '');
  assert.doesNotMatch(serving.text(), /\n\s+at /, 'words, not a stack');
  return serving.text();
}

async function serveOnce(environment: Record<string, string>): Promise<string> {
  const serving = begin(environment);
  await until('it listens', () => serving.entries('listening').length > 0);
  serving.child.kill('SIGINT');
  assert.deepEqual(await serving.exited, [0, null]);
  return serving.text();
}

test('a port that is taken is told in words, with the setting that mends it', async () => {
  const environment = await newEnvironment();
  const other = createServer();
  await new Promise<void>((resolve) =>
    other.listen(Number(environment.MAILGRANT_PORT), '127.0.0.1', resolve),
  );
  try {
    const words = await refusal(environment);
    assert.match(words, new RegExp(`Port ${environment.MAILGRANT_PORT} of 127\\.0\\.0\\.1 is taken`));
    assert.match(words, /MAILGRANT_PORT/);
  } finally {
    other.close();
  }
});

test('an address that this machine does not have is told in words', async () => {
  assert.match(
    await refusal(await newEnvironment({ MAILGRANT_HOST: '192.0.2.1' })),
    /192\.0\.2\.1 .*MAILGRANT_HOST/,
  );
});

test('a wrong configuration names every mistake', async () => {
  const words = await refusal(
    await newEnvironment({ MAILGRANT_PORT: 'x', MAILGRANT_DRAIN_SECONDS: '301', MAILGRANT_PROCESSES: '0' }),
  );
  for (const name of ['PORT', 'DRAIN_SECONDS', 'PROCESSES'])
    assert.match(words, new RegExp(`- MAILGRANT_${name} `));
});

test('several processes on the embedded database are refused, however they are asked for', async () => {
  const environment = await newEnvironment();
  for (const words of [
    ['--processes', '2'],
    ['--processes', 'auto'],
  ]) {
    assert.match(await refusal(environment, ...words), /needs PostgreSQL, so MAILGRANT_DATABASE_URL/);
  }
  assert.match(await refusal({ ...environment, MAILGRANT_PROCESSES: '2' }), /needs PostgreSQL/);
  assert.equal(existsSync(join(environment.MAILGRANT_DATA_DIR, 'mailgrant.db')), false);
});

/** The test run has a cache of its own for the processes that it starts. */
const withoutCache = { NODE_COMPILE_CACHE: '' };

test('the second start takes the compiled code of the first one', async () => {
  const environment = await newEnvironment(withoutCache);
  await serveOnce(environment);
  const second = await serveOnce({ ...environment, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
  assert.match(second, /src\/gateway\.ts.*\baccepted\b/);
});

test('a compile cache that cannot be written keeps nobody from starting', async () => {
  const environment = await newEnvironment(withoutCache);
  writeFileSync(join(environment.MAILGRANT_DATA_DIR, 'compile-cache'), 'a file where a directory should be');
  await serveOnce(environment);
});

test('a gateway is not ready before it has started, nor while it ends, and says so', async () => {
  const gateway = await createGateway(loadConfig(await newEnvironment({ MAILGRANT_LOG_LEVEL: 'silent' })));
  const ask = async () => {
    const { statusCode, body } = await gateway.app.inject('/readyz');
    const { reason } = JSON.parse(body) as { reason?: string };
    return [statusCode, reason];
  };
  try {
    assert.deepEqual(await ask(), [503, 'starting']);
    await gateway.start();
    assert.deepEqual(await ask(), [200, undefined]);
    await gateway.drain({ seconds: 0, isReplaced: true });
    assert.deepEqual(await ask(), [200, undefined], 'others take over behind the same port');
    await gateway.drain({ seconds: 0, isReplaced: false });
    assert.deepEqual(await ask(), [503, 'draining']);
  } finally {
    await gateway.close();
  }
});
