// What `mailgrant serve` does in an empty place, and what it leaves alone.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Ended, runCommand, startCommand } from '../support/command.ts';
import { freePort } from '../support/installation.ts';
import { until } from '../support/until.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-first-'));
  folders.push(folder);
  return folder;
}

const answers = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
};

/** Serves in this folder until `work` is over. */
async function serving(
  cwd: string,
  environment: Record<string, string>,
  work: (base: string) => Promise<void>,
): Promise<Ended> {
  const port = await freePort();
  const { child, ended } = startCommand(['serve'], {
    cwd,
    environment: { ...environment, MAILGRANT_PORT: String(port) },
  });
  const base = `http://127.0.0.1:${port}`;
  try {
    await until(
      'it is ready, or has ended',
      async () => child.exitCode !== null || (await answers(`${base}/readyz`)) === 200,
    );
    await work(base);
  } finally {
    child.kill('SIGINT');
  }
  return ended;
}

test('serve in an empty folder makes what it needs, shows the keys once, and comes up', async () => {
  const cwd = emptyFolder();
  const first = await serving(cwd, {}, async (base) => {
    assert.equal(await answers(`${base}/readyz`), 200);
    const health = await runCommand(['health', '--url', base]);
    assert.deepEqual([health.code, health.stdout], [0, 'ready\n']);
  });
  assert.equal(first.code, 0, first.stderr);
  const keys = first.stdout.match(/\bmg_[0-9A-Za-z]{46}\b/g) ?? [];
  assert.equal(keys.length, 2);
  assert.match(first.stdout, /^Console: http:\/\/127\.0\.0\.1:\d+\/console\//m);
  assert.equal(statSync(join(cwd, 'data', 'keyring')).mode & 0o777, 0o600);
  const second = await serving(cwd, {}, async (base) => {
    for (const key of keys) {
      assert.equal(await answers(`${base}/v1/whoami`, { authorization: `Bearer ${key}` }), 200);
    }
  });
  assert.equal(second.code, 0, second.stderr);
  assert.doesNotMatch(second.stdout, /mg_/, 'a second start shows nothing');
});

test('where the first keys have a file, they are there, mode 0600, and in no output', async () => {
  const cwd = emptyFolder();
  const keysFile = join(cwd, 'secrets', 'first-keys.json');
  const ended = await serving(cwd, { MAILGRANT_FIRST_API_KEY_FILE: keysFile }, async (base) => {
    const content: unknown = JSON.parse(readFileSync(keysFile, 'utf8'));
    assert.ok(typeof content === 'object' && content !== null && 'workspace_api_key' in content);
    const authorization = `Bearer ${String(content.workspace_api_key)}`;
    assert.equal(await answers(`${base}/v1/whoami`, { authorization }), 200);
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(statSync(keysFile).mode & 0o777, 0o600);
  assert.doesNotMatch(ended.stdout + ended.stderr, /mg_/);
});

test('first keys that find no place keep anything else from being made; a place of an attempt that broke off is used', async () => {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'a-file'), '');
  const nowhere = { MAILGRANT_FIRST_API_KEY_FILE: join(cwd, 'a-file', 'keys.json') };
  const refused = await runCommand(['init'], { cwd, environment: nowhere });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^MAILGRANT_FIRST_API_KEY_FILE: .* cannot be written \(/);
  assert.equal(existsSync(join(cwd, 'data')), false);

  const keysFile = join(cwd, 'keys.json');
  writeFileSync(keysFile, '', { mode: 0o644 });
  const made = await runCommand(['init'], { cwd, environment: { MAILGRANT_FIRST_API_KEY_FILE: keysFile } });
  assert.equal(made.code, 0, made.stderr);
  assert.match(readFileSync(keysFile, 'utf8'), /"workspace_api_key": "mg_/);
  assert.equal(statSync(keysFile).mode & 0o777, 0o600);
});

test('a database without its keyring, and a keyring elsewhere, are left as they are', async () => {
  const withDatabase = emptyFolder();
  mkdirSync(join(withDatabase, 'data'));
  writeFileSync(join(withDatabase, 'data', 'mailgrant.db'), 'sealed by a keyring that is lost');
  const lost = await runCommand(['serve'], { cwd: withDatabase });
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /there is no keyring/);
  assert.equal(existsSync(join(withDatabase, 'data', 'keyring')), false);

  const elsewhere = emptyFolder();
  const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const ended = await serving(elsewhere, { MAILGRANT_KEYRING: key }, async (base) => {
    assert.equal(await answers(`${base}/readyz`), 200);
  });
  assert.doesNotMatch(ended.stdout, /mg_/, 'who brings a keyring prepares the rest as well');
  assert.match(ended.stderr, /^NOTICE: There is no workspace here.*mailgrant init/m);
  assert.equal(existsSync(join(elsewhere, 'data', 'keyring')), false);
});

test('settings with mistakes are told before anything is made', async () => {
  const cwd = emptyFolder();
  const { code, stderr } = await runCommand(['serve'], { cwd, environment: { MAILGRANT_PORT: 'eighty' } });
  assert.equal(code, 1);
  assert.match(stderr, /MAILGRANT_PORT must be/);
  assert.equal(existsSync(join(cwd, 'data')), false);
});

test('config check tells every mistake at once, and makes nothing', async () => {
  const cwd = emptyFolder();
  const well = await runCommand(['config', 'check'], { cwd });
  assert.equal(well.code, 0, well.stdout + well.stderr);
  assert.match(well.stdout, /^✓ settings$[\s\S]*^! keyring: none yet/m);
  const wrong = await runCommand(['config', 'check', '--json'], {
    cwd,
    environment: { MAILGRANT_PORT: 'x', MAILGRANT_JOBS: 'maybe', MAILGRANT_TYPO: '1' },
  });
  assert.equal(wrong.code, 1);
  assert.equal(JSON.parse(wrong.stdout).findings.length, 3);
  const surfaces = await runCommand(['config', 'check'], {
    cwd,
    environment: { MAILGRANT_SURFACES: 'nobody' },
  });
  assert.equal(surfaces.code, 1);
  assert.match(surfaces.stdout, /^✗ surfaces: .*unknown nobody/m);
  const shown = await runCommand(['config', '--changed'], {
    cwd,
    environment: { MAILGRANT_DATABASE_URL: 'postgres://me:geheim@db/x', MAILGRANT_KEYRING: 'k1:geheim' },
  });
  assert.match(shown.stdout, /MAILGRANT_DATABASE_URL +postgres:\/\/me:\[secret\]@db\/x +environment/);
  assert.doesNotMatch(shown.stdout, /geheim/);
  assert.equal(existsSync(join(cwd, 'data')), false);
});
