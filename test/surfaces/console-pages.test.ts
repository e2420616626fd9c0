// The console's files over HTTP: what is sent for which address, how long it may be kept, what it may load, and where
// it is not to be found. The built console is a tiny one, made here.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { type FastifyInstance, fastify } from 'fastify';
import { consolePages } from '../../src/http/console/index.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

const script = `console.log('${'x'.repeat(2000)}');`;
const page = '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><title>Console</title>';

let folder: string;
let installation: Installation;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailgrant-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), page);
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, '.inputs'), 'not for anybody');
  writeFileSync(join(folder, 'assets', 'index-abc123.js'), script);
  writeFileSync(join(folder, 'assets', 'index-abc123.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'assets', 'index-abc123.js.gz'), gzipSync(script));
  installation = await startInstallation({ substitutes: { consoleFolder: folder } });
});
after(async () => {
  await installation.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  installation.gateway.app.inject({ url: path, headers });

describe('the console', () => {
  it('is one page under every address below /console/, however deep', async () => {
    for (const path of [
      '/console/',
      '/console/mailboxes',
      '/console/mailboxes/ada@example.com',
      '/console/a/b/c?x=1',
    ]) {
      const answer = await get(path);
      assert.deepEqual(
        [answer.statusCode, answer.headers['content-type']],
        [200, 'text/html; charset=utf-8'],
      );
      assert.ok(answer.body.includes('<title>Console</title>'), path);
    }
    assert.equal((await get('/console')).headers.location, '/console/');
    assert.ok((await get('/')).body.includes('href="/console/"'));
  });

  it('lets in scripts of its own files alone, styles with the nonce of this answer, and no frame', async () => {
    const [first, second] = [await get('/console/'), await get('/console/')];
    const policy = String(first.headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(!policy.includes('unsafe'));
    assert.ok(nonce.length >= 22 && first.body.includes(`nonce="${nonce}"`));
    assert.ok(!second.body.includes(nonce), 'each answer has its own');
    assert.equal(first.headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(first.headers['cache-control'], 'no-store');
  });

  it('sends files named by their content for ever, and compressed as the browser likes', async () => {
    const path = '/console/assets/index-abc123.js';
    const plain = await get(path);
    assert.equal(plain.body, script);
    assert.match(String(plain.headers['content-type']), /javascript/);
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    const small = await get(path, { 'accept-encoding': 'gzip, br' });
    assert.equal(small.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(small.rawPayload).toString(), script);
    assert.equal((await get(path, { 'accept-encoding': 'gzip' })).headers['content-encoding'], 'gzip');
    assert.equal((await get('/console/icon.svg')).headers['cache-control'], 'no-cache');
    assert.equal((await get('/console/assets/index-gone.js')).statusCode, 404);
  });

  it('sends nothing from outside of its folder, and no hidden file', async () => {
    for (const path of [
      '/console/..%2f..%2fpackage.json',
      '/console/%2e%2e/package.json',
      '/console/.inputs',
      '/console/%00',
    ]) {
      const answer = await get(path);
      assert.ok(!answer.body.includes('mailgrant"') && !answer.body.includes('not for anybody'), path);
    }
  });

  it('is not to be found on the host of a workspace', async () => {
    const { call } = installation;
    const key = await installation.issueKey(['all'], null);
    const changed = await installation.callAs(key)(
      'PATCH',
      '/v1/settings',
      { branding: { origin: 'https://connect.acme.example' } },
      { 'mailgrant-workspace': installation.workspaceId },
    );
    assert.equal(changed.status, 200, changed.text);
    for (const path of ['/console', '/console/', '/console/assets/index-abc123.js']) {
      const answer = await get(path, { host: 'connect.acme.example' });
      assert.equal(answer.statusCode, 404, path);
      assert.ok(!/mailgrant|console/i.test(answer.body), path);
    }
    assert.equal((await call('GET', '/v1/whoami')).status, 200);
  });
});

it('before it is built there is a page that says what to run', async () => {
  const app: FastifyInstance = fastify();
  const { core, log } = installation.gateway;
  await app.register(async (scope) => consolePages(join(folder, 'nowhere')).register(scope, { core, log }));
  const answer = await app.inject('/console/mailboxes');
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /npm run build:console/);
  await app.close();
});
