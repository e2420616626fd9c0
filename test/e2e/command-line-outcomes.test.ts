// How commands end, for programs that call them: one document with --json whatever was done, nothing on standard output
// when it was refused, and the exit code of the table in docs/command-line.md.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { runCommand } from '../support/command.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
  await importMailbox(installation, 'google', 'bob@corp.test');
});
after(() => installation.close());

const over = (words: readonly string[], apiKey = installation.apiKey) =>
  runCommand(words, {
    environment: { MAILGRANT_URL: installation.address, MAILGRANT_API_KEY: apiKey },
  });
const here = (words: readonly string[]) => runCommand(words, { environment: installation.environment });

/** What a command that worked printed, as the one document that it is. */
async function documentOf(words: readonly string[], apiKey?: string): Promise<unknown> {
  const { code, stdout, stderr } = await over([...words, '--json'], apiKey);
  assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
  const document: unknown = JSON.parse(stdout);
  return document;
}
const idOf = (document: unknown): string => String(memberOf(document, 'id'));

test('every change prints one document with --json, deletions too', async () => {
  const key = await documentOf(['api-key', 'create']);
  assert.deepEqual(await documentOf(['api-key', 'revoke', idOf(key)]), { id: idOf(key), revoked: true });

  const hook = idOf(await documentOf(['webhooks', 'create', 'https://hooks.example/in']));
  assert.equal(memberOf(await documentOf(['webhooks', 'disable', hook]), 'status'), 'disabled');
  assert.equal(memberOf(await documentOf(['webhooks', 'enable', hook]), 'status'), 'enabled');
  assert.deepEqual(await documentOf(['webhooks', 'delete', hook]), { id: hook, deleted: true });

  const installationKey = await installation.issueKey(['all', 'workspaces:manage'], null);
  const workspace = idOf(await documentOf(['workspaces', 'create', 'Gone'], installationKey));
  const deletion = ['workspaces', 'delete', workspace, '--confirm', 'Gone'];
  assert.deepEqual(await documentOf(deletion, installationKey), { id: workspace, deleted: true });
});

test('a result that finds no room on the disk is an error in words, and no stack', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no device that is always full');
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
  const toFull = async (...words: string[]): Promise<{ code: number | null; stderr: string }> => {
    const line = ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, cli, ...words];
    const child = spawn('sh', line, {
      env: {
        ...childEnvironment(),
        MAILGRANT_URL: installation.address,
        MAILGRANT_API_KEY: installation.apiKey,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { code: child.exitCode, stderr };
  };
  const inWords = await toFull('mailboxes');
  assert.equal(inWords.code, 1);
  assert.match(inWords.stderr, /^The result could not be written: ENOSPC: .*\n$/);
  const { stderr } = await toFull('mailboxes', '--json');
  const error = memberOf(JSON.parse(stderr), 'error');
  assert.deepEqual([memberOf(error, 'code'), memberOf(error, 'exit_code')], ['output_failed', 1]);
});

test('at a terminal a secret is not shown, Ctrl-C ends with 130, and no answer is none', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0)
    return t.skip('no terminal can be had without script(1)');
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
  const line = `"${process.execPath}" "${cli}" oauth-client create --provider google --client-id terminal.example`;
  const typed = async (keys: string): Promise<{ code: number | null; shown: string }> => {
    const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      env: {
        ...childEnvironment(),
        MAILGRANT_URL: installation.address,
        MAILGRANT_API_KEY: installation.apiKey,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!shown.includes('The client secret:') && (shown + text).includes('The client secret:'))
        child.stdin.write(keys);
      shown += text;
    });
    await once(child, 'close');
    return { code: child.exitCode, shown };
  };
  const entered = await typed('not-to-be-seen\r');
  assert.equal(entered.code, 0, entered.shown);
  assert.doesNotMatch(entered.shown, /not-to-be-seen/);
  assert.deepEqual((await typed('half\u0003')).code, 130);
  const empty = await typed('\r');
  assert.equal(empty.code, 64);
  assert.match(empty.shown, /The client secret is needed; nothing was entered\./);
});

test('a word that is nearly right is told with the one that was meant', async () => {
  const said = async (...words: string[]): Promise<string> => (await over(words)).stderr;
  assert.match(await said('mailboxe'), /^Unknown command: mailboxe\. Did you mean mailboxes\?$/m);
  assert.match(await said('wokrspaces'), /Did you mean workspaces\?/);
  assert.match(await said('mailboxes', 'veirfy'), /Did you mean verify\?/);
  assert.match(await said('mailboxes', '--limt', '3'), /Did you mean --limit\?/);
  assert.doesNotMatch(await said('frobnicate'), /Did you mean/);
});

test('a list that is refused prints no half of a document', async () => {
  const { code, stdout, stderr } = await over(['workspaces', '--json']);
  assert.deepEqual([code, stdout], [77, '']);
  assert.equal(memberOf(memberOf(JSON.parse(stderr), 'error'), 'code'), 'permission_denied');
});

test('an export is one document with --json, and lines without it', async () => {
  const items = memberOf(await documentOf(['export']), 'items');
  assert.ok(Array.isArray(items));
  assert.deepEqual(
    items.map((item) => memberOf(item, 'email')),
    ['bob@corp.test'],
  );
  assert.equal((await over(['export', '--json', '--format', 'csv'])).code, 64);
});

test('a public key is not called a secret', async () => {
  const made = await over(['webhooks', 'create', 'https://hooks.example/in', '--signature', 'ed25519']);
  assert.match(made.stdout, /^whpk_\S+\n$/);
  assert.doesNotMatch(made.stderr, /secret/);
});

test('a mailbox that is not there is a failure, and one of several a question', async () => {
  const none = await over(['mailboxes', 'show', 'nobody@corp.test']);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no mailbox nobody@corp\.test/);
  const other = await installation.addWorkspace('Other');
  const elsewhere = await importMailbox(installation, 'google', 'bob@corp.test', { apiKey: other.apiKey });
  const installationKey = await installation.issueKey(['all', 'workspaces:manage'], null);
  const several = await over(['doctor', 'bob@corp.test', '--json'], installationKey);
  assert.deepEqual([several.code, several.stdout], [2, '']);
  const error: unknown = memberOf(JSON.parse(several.stderr), 'error');
  const ids = memberOf(error, 'ids');
  assert.equal(memberOf(error, 'code'), 'ambiguous');
  assert.ok(Array.isArray(ids) && ids.includes(elsewhere) && ids.length === 2);
});

test('who must act is said in words, in every command', async () => {
  const ill = await importMailbox(installation, 'microsoft', 'erin@contoso.test');
  installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });
  const verified = await over(['mailboxes', 'verify', ill]);
  assert.equal(verified.code, 1, verified.stderr);
  assert.match(verified.stdout, /^✗ smtp\n(?: {4}.*\n)* {4}By: the administrator of the organisation$/m);
});

test('help tells of a verb, and an unknown command is answered with the known ones', async () => {
  const { code, stdout } = await over(['help', 'mailboxes', 'token']);
  assert.equal(code, 0);
  assert.match(stdout, /--min-ttl SECONDS/);
  const unknown = await over(['mailbox', '--json']);
  assert.equal(unknown.code, 64);
  const message = memberOf(memberOf(JSON.parse(unknown.stderr), 'error'), 'message');
  assert.match(String(message), /^Unknown command: mailbox\. Did you mean mailboxes\?\n.*mailboxes/);
});

test('a database that a gateway has is code 69 for every command, with what to do', async () => {
  for (const words of [['mailboxes'], ['migrate'], ['copy', '--to', 'sqlite:/nowhere/copy.db']]) {
    const { code, stderr } = await here([...words, '--json']);
    assert.equal(code, 69, `${words.join(' ')}: ${stderr}`);
    assert.equal(memberOf(memberOf(JSON.parse(stderr), 'error'), 'code'), 'database_in_use');
  }
});

test('what is held of a person is told without a token, and erased only when the address is said twice', async () => {
  const told = await over(['person', 'export', 'bob@corp.test']);
  assert.equal(told.code, 0, told.stderr);
  const mailboxes = memberOf(JSON.parse(told.stdout), 'mailboxes');
  assert.ok(Array.isArray(mailboxes) && mailboxes.length === 1, told.stdout);
  for (const secret of installation.sandbox.mintedSecrets()) assert.ok(!told.stdout.includes(secret));

  const erase = ['person', 'erase', 'bob@corp.test'];
  for (const words of [erase, [...erase, '--confirm', 'ada@corp.test']]) {
    const refused = await over(words);
    assert.equal(refused.code, 64);
    assert.match(refused.stderr, /^Not erased: --confirm must repeat the address/);
  }
  assert.equal((await over(['mailboxes', 'show', 'bob@corp.test'])).code, 0, 'nothing was erased');

  await installation.gateway.close();
  const workspace = ['--workspace', installation.workspaceId];
  const erased = await here([...erase, '--confirm', 'Bob@corp.test', ...workspace, '--json']);
  assert.equal(erased.code, 0, erased.stderr);
  assert.doesNotThrow(() => JSON.parse(erased.stdout));
  const after = await here(['person', 'export', 'bob@corp.test', ...workspace]);
  assert.deepEqual(memberOf(JSON.parse(after.stdout), 'mailboxes'), []);
});
