// A command line tool that others published for Instantly (npm: instantly-cli), run as it is: it knows one base URL,
// so its calls are led to this server before they leave its process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { approve } from '../../sandbox/end-user.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const program = fileURLToPath(new URL('../../node_modules/instantly-cli/dist/index.js', import.meta.url));
const redirect = new URL('instantly-redirect.mjs', import.meta.url).href;
const home = mkdtempSync(join(tmpdir(), 'mailgrant-cli-'));

let installation: Installation;

before(async () => {
  installation = await startInstallation({
    substitutes: { domains: { mx: async () => ['mx.corp.test'], txt: async () => [] } },
  });
});
after(async () => {
  await installation.close();
  rmSync(home, { recursive: true, force: true });
});

type Run = { code: number; out: unknown; err: string };

/** Runs one command; what it prints is JSON. */
function cli(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      INSTANTLY_API_KEY: installation.apiKey,
      MAILGRANT_TEST_BASE_URL: installation.address,
    };
    const options = { cwd: home, env, timeout: 120_000 };
    execFile(process.execPath, ['--import', redirect, program, ...args], options, (error, out, err) => {
      try {
        const code = error ? Number(error.code ?? -1) : 0;
        resolve({ code, out: out.trim() === '' ? null : JSON.parse(out), err });
      } catch (cause) {
        reject(new Error(`${args.join(' ')} printed no JSON: ${out}${err}`, { cause }));
      }
    }).stdin?.end();
  });
}

async function ok(...args: string[]): Promise<unknown> {
  const { code, out, err } = await cli(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return out;
}

it('finds the workspace of its key', async () => {
  const status = await ok('status');
  assert.equal(memberOf(status, 'authenticated'), true);
  assert.equal(memberOf(memberOf(status, 'workspace'), 'id'), installation.workspaceId);
});

it('connects an account and reads the result once', async () => {
  const begun = await ok('oauth', 'connect', 'google', '--no-open', '--no-poll');
  await approve(String(memberOf(begun, 'auth_url')), { login: 'bob@corp.test' });
  const id = String(memberOf(begun, 'session_id'));
  assert.deepEqual(await ok('oauth', 'status', id), {
    status: 'success',
    email: 'bob@corp.test',
    name: 'Bob Corp',
    account_id: 'bob@corp.test',
  });
  const again = await cli('oauth', 'status', id);
  assert.equal(again.code, 1);
  assert.match(again.err, /Session not found/);
});

it('lists, reads, changes, pauses, resumes and repairs the account', async () => {
  const list = await ok('accounts', 'list', '--limit', '100');
  const items = memberOf(list, 'items') ?? list;
  assert.ok(Array.isArray(items));
  assert.deepEqual(
    items.map((item: unknown) => memberOf(item, 'email')),
    ['bob@corp.test'],
  );
  assert.equal(memberOf(await ok('accounts', 'get', 'bob@corp.test'), 'provider_code'), 2);
  const changed = await ok(
    'accounts',
    'update',
    'bob@corp.test',
    '--daily-limit',
    '50',
    '--sending-gap',
    '10',
  );
  assert.deepEqual([memberOf(changed, 'daily_limit'), memberOf(changed, 'sending_gap')], [50, 10]);
  assert.equal(memberOf(await ok('accounts', 'pause', 'bob@corp.test'), 'status'), 2);
  assert.equal(memberOf(await ok('accounts', 'resume', 'bob@corp.test'), 'status'), 1);
  assert.equal(memberOf(await ok('accounts', 'mark-fixed', 'bob@corp.test'), 'status'), 1);
});

it('tags accounts by name and filters by it', async () => {
  await ok('custom-tags', 'create', '--label', 'Batch 2');
  await ok('accounts', 'tag', '--emails', 'bob@corp.test', '--tags', 'Batch 2');
  const list = await ok('accounts', 'list', '--tags', 'batch 2');
  const items = memberOf(list, 'items') ?? list;
  assert.ok(Array.isArray(items) && items.length === 1);
  await ok('accounts', 'untag', '--emails', 'bob@corp.test', '--tags', 'Batch 2');
});

it('tests vitals and reads warm-up numbers', async () => {
  const vitals = await ok('accounts', 'test-vitals', 'bob@corp.test');
  assert.equal(memberOf(vitals, 'status'), 'success');
  const analytics = await ok('analytics', 'warmup', '--emails', 'bob@corp.test');
  assert.ok(memberOf(memberOf(analytics, 'aggregate_data'), 'bob@corp.test'));
  await ok('background-jobs', 'list');
});

it('makes, lists and deletes API keys', async () => {
  const made = await ok('api-keys', 'create', '--name', 'CI', '--scopes', 'accounts:read, accounts:update');
  assert.match(String(memberOf(made, 'key')), /^mg_/);
  await ok('api-keys', 'list');
  const deleted = await ok('api-keys', 'delete', String(memberOf(made, 'id')));
  assert.match(String(memberOf(deleted, 'key')), /\*/);
});

it('deletes the account, and says in our words what this server does not have', async () => {
  assert.equal(memberOf(await ok('accounts', 'delete', 'bob@corp.test'), 'email'), 'bob@corp.test');
  const gone = await cli('accounts', 'get', 'bob@corp.test');
  assert.equal(gone.code, 1);
  assert.match(gone.err, /Resource not found/);
});
