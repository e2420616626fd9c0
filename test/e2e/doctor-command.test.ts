// `mailgrant doctor` as an operator runs it: processes of their own, on the database and over HTTP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let installation: Installation;
let well: string;
let ill: string;
let elsewhere: string;
before(async () => {
  // A DNS that refuses at once: the domain is doctor.test.ts's.
  installation = await startInstallation({ environment: { MAILGRANT_DNS_SERVERS: '127.0.0.1:1' } });
  well = await importMailbox(installation, 'google', 'bob@corp.test');
  ill = await importMailbox(installation, 'microsoft', 'erin@contoso.test');
  installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  const other = await installation.addWorkspace('Other');
  elsewhere = await importMailbox(installation, 'google', 'bob@corp.test', { apiKey: other.apiKey });
});
after(async () => {
  await installation.gateway.close();
  await installation.sandbox.close();
  rmSync(installation.dataDir, { recursive: true, force: true });
});

type Ended = { code: unknown; stdout: string; stderr: string };

/** Not synchronously: the sandbox lives in this process and must go on answering. */
async function doctor(environment: Record<string, string>, ...words: string[]): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'src/cli.ts', 'doctor', ...words],
    {
      cwd: root,
      env: { ...childEnvironment(), MAILGRANT_LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exited;
  return { code, stdout, stderr };
}

const here = (...words: string[]) => doctor(installation.environment, ...words);
const over = (apiKey: string, ...words: string[]) =>
  doctor({ MAILGRANT_API_KEY: apiKey }, ...words, '--url', installation.address);

test('while a gateway has the embedded database, the command says how to ask that gateway', async () => {
  const { code, stdout, stderr } = await here(well);
  assert.equal(code, 69);
  assert.equal(stdout, '');
  assert.match(stderr, /in use/);
  assert.ok(stderr.includes(`--url ${installation.address}`), stderr);
  assert.match(stderr, /MAILGRANT_API_KEY/);
  const without = await doctor({}, well, '--url', installation.address);
  assert.equal(without.code, 64);
  assert.match(without.stderr, /MAILGRANT_API_KEY must hold an API key/);
});

test('over HTTP a mailbox is found by its address, and what fails has a remedy and an actor', async () => {
  const { code, stdout, stderr } = await over(installation.apiKey, 'Erin@contoso.test');
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^✓ IMAP$/m);
  assert.match(stdout, /^✗ SMTP\n.*switched off.*\n(?: .*\n)*? {4}To do: .*\n {4}By: the administrator/m);
  const passed = await over(installation.apiKey, 'bob@corp.test', '--json');
  assert.equal(passed.code, 0, passed.stderr);
  const answer: unknown = JSON.parse(passed.stdout);
  assert.equal(memberOf(answer, 'mailbox_id'), well);
  assert.equal(memberOf(memberOf(answer, 'summary'), 'code'), 'ok');
});

test('a key of the installation looks into every workspace, and asks which of several mailboxes is meant', async () => {
  const key = await installation.issueKey(['all', 'workspaces:manage'], null);
  const several = await over(key, 'bob@corp.test');
  assert.equal(several.code, 2);
  assert.ok(several.stderr.includes(well) && several.stderr.includes(elsewhere), several.stderr);
  const one = await over(key, elsewhere);
  assert.equal(one.code, 0, one.stdout + one.stderr);
  const none = await over(key, 'nobody@corp.test');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no mailbox nobody@corp\.test/);
  const refused = await over('mg_not-a-key', well);
  assert.equal(refused.code, 77);
  assert.match(refused.stderr, /answered 401/);
});

test('over HTTP an OAuth client is examined by whoever owns it', async () => {
  const { body } = await installation.call('GET', '/v1/oauth-clients');
  assert.ok(Array.isArray(body.items));
  const shared = body.items.find(({ provider }) => provider === 'google');
  const key = await installation.issueKey(['all', 'workspaces:manage'], null);
  const { code, stdout, stderr } = await over(key, '--oauth-client', shared.id);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^✓ credential$/m);
  const foreign = await over(installation.apiKey, '--oauth-client', shared.id);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /no such OAuth client/);
});

test('once the gateway is down the command works on the database, in the same words', async () => {
  await installation.gateway.close();
  const passed = await here(well);
  assert.equal(passed.code, 0, passed.stderr);
  assert.match(passed.stdout, /^✓ The mailbox is switched on\n[\s\S]*^✓ IMAP$/m);
  const failed = await here(ill, '--json');
  assert.equal(failed.code, 1, failed.stderr);
  const answer: unknown = JSON.parse(failed.stdout);
  assert.equal(memberOf(memberOf(answer, 'summary'), 'code'), 'smtp_auth_disabled');
  const several = await here('bob@corp.test');
  assert.equal(several.code, 2);
  const chosen = await here('bob@corp.test', '--workspace', installation.workspaceId);
  assert.equal(chosen.code, 0, chosen.stderr);
  const secrets = installation.sandbox.mintedSecrets().filter(({ length }) => length >= 8);
  const all = [passed, failed, several, chosen].map(({ stdout, stderr }) => stdout + stderr).join('\n');
  for (const secret of secrets) assert.ok(!all.includes(secret));
});

test('what is to be examined must be said, and be one thing', async () => {
  for (const words of [[], ['one', 'two'], ['one', '--oauth-client', 'two']]) {
    const { code, stderr } = await here(...words);
    assert.equal(code, 64);
    assert.match(stderr, /Name one mailbox, or one OAuth client/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  }
});
