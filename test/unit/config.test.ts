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

test('a declared credential has one source and a name, and is never shown', () => {
  const { declaredCredentials } = loadConfig({
    ...good,
    MAILGRANT_CLIENT_SECRET_ACME_AZURE: 'hidden-secret',
    MAILGRANT_CLIENT_SECRET_B2_FILE: '/run/secrets/b2',
    MAILGRANT_CLIENT_SECRET_C_D_COMMAND: 'print-secret c',
  });
  const { byName, environment } = declaredCredentials;
  assert.deepEqual(Object.keys(byName), ['acme-azure', 'b2', 'c-d']);
  assert.ok(Object.isFrozen(byName) && Object.isFrozen(byName.b2));
  assert.deepEqual(environment, {});
  assert.ok(!JSON.stringify(declaredCredentials).includes('hidden-secret'));

  const mistakes = mistakesOf({
    ...good,
    MAILGRANT_CLIENT_SECRET_TWICE: 'hidden-secret',
    MAILGRANT_CLIENT_SECRET_TWICE_COMMAND: 'print-secret',
    MAILGRANT_CLIENT_SECRET_EMPTY_FILE: ' ',
    MAILGRANT_CLIENT_SECRET_FILE: '/run/secrets/none',
    MAILGRANT_CLIENT_SECRET_small: 'x',
  });
  const expected = [
    /_TWICE and MAILGRANT_CLIENT_SECRET_TWICE_COMMAND must not both/,
    /_EMPTY_FILE is empty/,
    /_SECRET_FILE must go on with a name/,
    /_small must go on with a name/,
  ];
  assert.equal(mistakes.length, expected.length, mistakes.join('\n'));
  for (const one of expected)
    assert.ok(
      mistakes.some((line) => one.test(line)),
      String(one),
    );
  assert.ok(!mistakes.join().includes('hidden-secret'));
});
