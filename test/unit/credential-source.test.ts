import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { createCredentialSource } from '../../src/credential-source.ts';
import { systemClock } from '../../src/system.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-source-'));
const file = join(folder, 'azure');
after(() => rmSync(folder, { recursive: true }));

let offset = 0;
const warnings: string[] = [];
beforeEach(() => {
  offset = 0;
  warnings.length = 0;
});
const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };

function source(variables: Record<string, string>, commandSeconds = 10) {
  const clock = {
    ...systemClock,
    now: () => Date.now() + offset,
    sleep: async (milliseconds: number) => {
      offset += Math.ceil(milliseconds);
    },
    deadline: (milliseconds: number) => AbortSignal.timeout((milliseconds / 10) * commandSeconds),
  };
  const { declaredCredentials } = loadConfig({
    PATH: process.env.PATH,
    MAILGRANT_KEYRING: 'a:key',
    MAILGRANT_DATA_DIR: folder,
    ...variables,
  });
  const opened = createCredentialSource({ clock, log }, declaredCredentials);
  return {
    ...opened,
    text: async (name: string, isFresh = false) => (await opened.read(name, { isFresh })).reveal(),
  };
}

const aFile = { MAILGRANT_CLIENT_SECRET_ACME_AZURE_FILE: file };

test('a name is found with dashes and with underscores, and nothing else is', async () => {
  const { text } = source({ MAILGRANT_CLIENT_SECRET_ACME_AZURE: 'the-secret' });
  assert.equal(await text('acme-azure'), 'the-secret');
  assert.equal(await text('acme_azure'), 'the-secret');
  await assert.rejects(text('acme'), /set MAILGRANT_CLIENT_SECRET_ACME, .*_FILE or .*_COMMAND/);
  for (const name of ['constructor', '__proto__', 'to-string', 'ACME-AZURE', '../etc', '']) {
    await assert.rejects(text(name), name);
  }
});

test('a file is read without its last line break, and again after a minute or when it is wanted fresh', async () => {
  const { text } = source(aFile);
  writeFileSync(file, 'first\n');
  assert.equal(await text('acme-azure'), 'first');
  writeFileSync(file, 'second\r\n');
  offset = 2000;
  assert.equal(await text('acme-azure'), 'first');
  assert.equal(await text('acme-azure', true), 'second');
  writeFileSync(file, 'third');
  const began = offset;
  assert.equal(await text('acme-azure', true), 'third');
  assert.ok(offset - began > 900, 'at most one reading a second: it waited for its turn');
  writeFileSync(file, 'fourth');
  offset = began + 59_000;
  assert.equal(await text('acme-azure'), 'third');
  offset = began + 62_500;
  assert.equal(await text('acme-azure'), 'fourth');
});

test('what cannot be read is told by its variable, without path and without content', async () => {
  const { text } = source(aFile);
  rmSync(file, { force: true });
  const refused = async (expected: RegExp): Promise<void> => {
    offset += 2000;
    await assert.rejects(text('acme-azure'), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, expected);
      assert.match(error.message, /MAILGRANT_CLIENT_SECRET_ACME_AZURE_FILE/);
      assert.ok(!error.message.includes(folder) && !error.message.includes('xxx'));
      return true;
    });
  };
  await refused(/ENOENT/);
  writeFileSync(file, '\n');
  await refused(/gives nothing/);
  writeFileSync(file, 'x'.repeat(65_537));
  await refused(/more than 65536 bytes/);
});

test('a file that is gone for a while costs nothing, but is not passed off as fresh, nor for ever', async () => {
  const { text } = source(aFile);
  writeFileSync(file, 'kept');
  assert.equal(await text('acme-azure'), 'kept');
  rmSync(file);
  offset = 120_000;
  assert.equal(await text('acme-azure'), 'kept');
  assert.equal(warnings.length, 1);
  offset = 122_000;
  await assert.rejects(text('acme-azure', true), /ENOENT/);
  offset = 3_700_000;
  await assert.rejects(text('acme-azure'), /ENOENT/);
});

test('whoever wants it fresh is not given what was being read before it changed', async () => {
  const begun = join(folder, 'begun');
  const { text } = source({
    MAILGRANT_CLIENT_SECRET_SLOW_COMMAND: `cat '${file}'; touch '${begun}'; sleep 0.2`,
  });
  writeFileSync(file, 'old');
  const usual = text('slow');
  await until('the command has read', () => existsSync(begun));
  writeFileSync(file, 'new');
  const fresh = await Promise.all([text('slow', true), text('slow', true), text('slow', true)]);
  assert.deepEqual([await usual, ...fresh], ['old', 'new', 'new', 'new']);
});

test('a command is run once for all who ask at once, and again after five minutes', async () => {
  const runs = join(folder, 'runs');
  const count = () => readFileSync(runs, 'utf8').length;
  const { text } = source({ MAILGRANT_CLIENT_SECRET_VAULT_COMMAND: `printf x >>'${runs}'; echo " a b " ` });
  const texts = await Promise.all(Array.from({ length: 50 }, () => text('vault')));
  assert.deepEqual(new Set(texts), new Set([' a b ']));
  assert.equal(count(), 1);
  offset = 299_000;
  await text('vault');
  assert.equal(count(), 1);
  offset = 301_500;
  await text('vault');
  assert.equal(count(), 2);
  await Promise.all(Array.from({ length: 50 }, () => text('vault', true)));
  assert.ok(count() <= 4, 'those who came after it had begun share one more');
});

test('a command sees neither the settings nor an input, and is judged by its code alone', async () => {
  const { text } = source({
    MAILGRANT_CLIENT_SECRET_SEES_COMMAND: 'env | grep -c MAILGRANT_; wc -c',
    MAILGRANT_CLIENT_SECRET_FAILS_COMMAND: 'echo half-a-secret; echo other-secret >&2; exit 3',
    MAILGRANT_CLIENT_SECRET_FLOODS_COMMAND: 'yes',
  });
  assert.match(await text('sees'), /^0\s+0$/);
  await assert.rejects(text('fails'), (error: unknown) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /_FAILS_COMMAND ended with code 3/);
    assert.ok(!error.message.includes('secret;') && !error.message.includes('half'));
    return true;
  });
  await assert.rejects(text('floods'), /more than 65536 bytes/);
});

test('a command that does not end is ended with all that it started', async () => {
  const pidFile = join(folder, 'pid');
  const { text } = source(
    { MAILGRANT_CLIENT_SECRET_HANGS_COMMAND: `sleep 300 & echo $! >'${pidFile}'; wait` },
    0.5,
  );
  await assert.rejects(text('hangs'), /did not end in time/);
  assert.ok(existsSync(pidFile));
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until('the process that it started is gone', () => !isRunning(pid));
});

/** A zombie counts as gone. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
