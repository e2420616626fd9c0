// `mailgrant oauth`: an authorization code flow by hand, step by step, against the sandbox. Needs no installation.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runCommand, startCommand } from '../support/command.ts';
import { freePort, memberOf } from '../support/installation.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-oauth-'));
const endpoints = join(folder, 'endpoints.json');
const secretFile = join(folder, 'secret.txt');
const request = join(folder, 'request.json');
const tokens = join(folder, 'tokens.json');
let sandbox: Sandbox;
let redirectUri: string;
before(async () => {
  sandbox = await startSandbox({ mail: 'npm' });
  writeFileSync(endpoints, JSON.stringify(sandbox.endpoints));
  writeFileSync(secretFile, `${sandbox.google.clients.confidential.clientSecret}\n`);
  redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
  sandbox.google.addRedirectUri(redirectUri);
});
after(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const google = ['--provider', 'google', '--endpoints', endpoints];
const client = () => ['--client-id', sandbox.google.clients.confidential.clientId];

test('URL, code and refresh go step by step through files, PKCE and state included, with secrets masked', async () => {
  const { child, ended } = startCommand([
    ...['oauth', 'url', ...google, ...client(), '--redirect-uri', redirectUri],
    ...['--save', request, '--listen'],
  ]);
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += String(chunk);
  });
  let told = '';
  child.stderr?.on('data', (chunk) => {
    told += String(chunk);
  });
  await until('it waits', () => told.includes('Waiting at') || child.exitCode !== null);
  const url = new URL(printed.trim());
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  assert.equal(url.searchParams.get('access_type'), 'offline');
  const page = await approve(url.href, { login: 'bob@corp.test' });
  assert.match(page.body, /Back at the command line/);
  assert.equal((await ended).code, 0, told);
  assert.equal(statSync(request).mode & 0o777, 0o600);

  const exchanged = await runCommand([
    ...['oauth', 'exchange', '--request', request],
    ...['--client-secret-file', secretFile, '--save-tokens', tokens],
  ]);
  assert.equal(exchanged.code, 0, exchanged.stderr + exchanged.stdout);
  assert.match(exchanged.stdout, /^> {3}grant_type=authorization_code$/m);
  assert.match(exchanged.stdout, /^< 200$/m);
  const refreshed = await runCommand(
    ['oauth', 'refresh', '--refresh-token-file', tokens, '--client-secret-file', '-', '--json'],
    { input: readFileSync(secretFile, 'utf8') },
  );
  assert.equal(refreshed.code, 0, refreshed.stderr);
  const answer = memberOf(JSON.parse(refreshed.stdout), 'response');
  assert.equal(memberOf(answer, 'status'), 200);
  for (const secret of sandbox.mintedSecrets().filter(({ length }) => length >= 8)) {
    for (const { stdout, stderr } of [exchanged, refreshed])
      assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  const shown = await runCommand([
    ...[
      'oauth',
      'refresh',
      '--refresh-token-file',
      tokens,
      '--client-secret-file',
      secretFile,
      '--show-secrets',
    ],
  ]);
  assert.ok(sandbox.mintedSecrets().some((secret) => secret.length > 20 && shown.stdout.includes(secret)));
});

test('the answer to another request is refused, and so is what the provider refuses', async () => {
  const other = await runCommand([
    ...['oauth', 'exchange', '--request', request, '--public'],
    ...['--callback', `${redirectUri}?code=abc&state=another`],
  ]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /state of the callback is not that of the request/);
  const denied = await runCommand([
    ...['oauth', 'exchange', '--request', request, '--public'],
    ...['--callback', `${redirectUri}?error=access_denied`],
  ]);
  assert.match(denied.stderr, /The provider refused: access_denied/);
  const used = await runCommand([
    ...['oauth', 'exchange', ...google, ...client(), '--client-secret-file', secretFile],
    ...['--redirect-uri', redirectUri, '--code', 'not-a-code'],
  ]);
  assert.equal(used.code, 1);
  assert.match(used.stdout, /"error": "invalid_grant"/);
  assert.equal((await runCommand(['oauth', 'url', ...google])).code, 64);
});
