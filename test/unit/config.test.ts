import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-config-'));
after(() => rmSync(folder, { recursive: true }));

const good = { MAILGRANT_KEYRING: 'a:key', MAILGRANT_DATA_DIR: folder };

function mistakesOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.mistakes;
  }
  return [];
}

test('the defaults make a server on the loopback interface with the embedded database', () => {
  const config = loadConfig(good);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.publicUrl, `http://127.0.0.1:${config.port}`);
  assert.equal(config.databaseUrl, null);
  assert.ok(Object.isFrozen(config));
});

test('no keyring, no start', () => {
  const [mistake, ...others] = mistakesOf({ MAILGRANT_DATA_DIR: folder });
  assert.match(mistake ?? '', /no keyring/);
  assert.deepEqual(others, []);
});

test('all mistakes are reported at once, each with the name of its setting', () => {
  const mistakes = mistakesOf({
    ...good,
    MAILGRANT_PORT: '70000',
    MAILGRANT_PUBLIC_URL: 'http://connect.example.com',
    MAILGRANT_DATABASE_URL: 'mysql://x',
    MAILGRANT_LOG_LEVEL: 'loud',
    MAILGRANT_KEEP_ALIVE_SECONDS: '1.5',
    MAILGRANT_PROT: '1',
  });
  for (const name of ['PORT', 'PUBLIC_URL', 'DATABASE_URL', 'LOG_LEVEL', 'KEEP_ALIVE_SECONDS', 'PROT']) {
    assert.equal(mistakes.filter((line) => line.includes(`MAILGRANT_${name}`)).length, 1, name);
  }
});

test('the provider time-out is shorter than the lease, and the lease shorter than a token read', () => {
  assert.equal(
    mistakesOf({
      ...good,
      MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '12',
      MAILGRANT_LEASE_SECONDS: '12',
      MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS: '12',
    }).length,
    2,
  );
});

test('a value may come from a file, but not from both', () => {
  const file = join(folder, 'secret');
  writeFileSync(file, 'a:key\n');
  const { MAILGRANT_KEYRING, ...rest } = good;
  assert.equal(loadConfig({ ...rest, MAILGRANT_KEYRING_FILE: file }).keyring, 'a:key');
  assert.equal(mistakesOf({ ...good, MAILGRANT_KEYRING_FILE: file }).length, 1);
  assert.equal(mistakesOf({ ...rest, MAILGRANT_KEYRING_FILE: join(folder, 'missing') }).length >= 1, true);
});

test('a mistake never shows the value of a secret', () => {
  const mistakes = mistakesOf({ ...good, MAILGRANT_DATABASE_URL: 'mysql://user:hidden-password@host/db' });
  assert.ok(mistakes.length === 1 && !mistakes.join().includes('hidden-password'));
});
