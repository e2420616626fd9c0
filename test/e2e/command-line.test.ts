// The command line as an operator uses it: processes of their own, in empty directories.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { counterparts } from '../counterparts/index.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { freePort } from '../support/installation.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Environment = Record<string, string>;

/** The settings of an installation in a directory that does not exist yet. */
function newInstallation(settings: Environment = {}): { dataDir: string; environment: Environment } {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-cli-'));
  folders.push(folder);
  const dataDir = join(folder, 'data');
  const environment = { MAILGRANT_DATA_DIR: dataDir, MAILGRANT_LOG_LEVEL: 'error', ...settings };
  return { dataDir, environment: { ...childEnvironment(), ...environment } };
}

const argumentsFor = (words: readonly string[]) => [
  '--disable-warning=ExperimentalWarning',
  'src/cli.ts',
  ...words,
];

function mailgrant(environment: Environment, ...words: string[]) {
  return spawnSync(process.execPath, argumentsFor(words), {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    timeout: 120_000,
  });
}

function init(environment: Environment, ...words: string[]): string {
  const { status, stdout, stderr } = mailgrant(environment, 'init', ...words);
  assert.equal(status, 0, stderr);
  return stdout;
}

const keysIn = (output: string): string[] => output.match(/\bmg_[0-9A-Za-z]{46}\b/g) ?? [];

test('init makes keyring, database, workspace and two keys, and serve takes both keys until SIGTERM', async () => {
  const port = await freePort();
  const { dataDir, environment } = newInstallation({ MAILGRANT_PORT: String(port) });
  const output = init(environment, '--workspace', 'Acme Sales');
  assert.match(output, /^Workspace Acme Sales: [0-9a-f-]{36}$/m);
  const [own, installation] = keysIn(output);
  assert.ok(own && installation, output);
  if (process.platform !== 'win32') assert.equal(statSync(join(dataDir, 'keyring')).mode & 0o777, 0o600);

  const [further] = keysIn(mailgrant(environment, 'api-key', 'create', '--scope', 'mailboxes:read').stdout);
  assert.ok(further);

  const server = spawn(process.execPath, argumentsFor(['serve']), {
    cwd: root,
    env: environment,
    stdio: 'ignore',
  });
  const exited = once(server, 'exit');
  try {
    const whoami = async (key: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/whoami`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    await until('the server answers', () =>
      whoami(own).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    assert.match(String((await whoami(own)).body.workspace_id), /^[0-9a-f-]{36}$/);
    assert.equal((await whoami(installation)).body.workspace_id, null);
    assert.deepEqual((await whoami(further)).body.scopes, ['mailboxes:read']);
  } finally {
    server.kill('SIGTERM');
  }
  assert.deepEqual(await exited, [0, null]);
});

test('a second init is refused and changes neither keyring nor keys', () => {
  const { dataDir, environment } = newInstallation();
  init(environment);
  const keyring = readFileSync(join(dataDir, 'keyring'), 'utf8');
  const { status, stdout, stderr } = mailgrant(environment, 'init');
  assert.equal(status, 1);
  assert.match(stderr, /has workspaces already/);
  assert.deepEqual(keysIn(stdout), []);
  assert.equal(readFileSync(join(dataDir, 'keyring'), 'utf8'), keyring);
});

test('init writes no new keyring beside a database that a lost one sealed', () => {
  const { dataDir, environment } = newInstallation();
  init(environment);
  const keyring = join(dataDir, 'keyring');
  rmSync(keyring);
  for (const attempt of ['first', 'second']) {
    const { status, stdout, stderr } = mailgrant(environment, 'init');
    assert.equal(status, 1, attempt);
    assert.equal(stdout, '');
    assert.match(stderr, /a new one was not written/);
    assert.match(stderr, /Put the keyring back/);
    assert.equal(existsSync(keyring), false);
  }
});

test('so it is with PostgreSQL, where the keyring was in another directory', async () => {
  const database = await counterparts().createDatabase();
  try {
    init(newInstallation({ MAILGRANT_DATABASE_URL: database.url }).environment);
    const elsewhere = newInstallation({ MAILGRANT_DATABASE_URL: database.url });
    const { status, stderr } = mailgrant(elsewhere.environment, 'init');
    assert.equal(status, 1);
    assert.match(stderr, /a new one was not written/);
    assert.equal(existsSync(join(elsewhere.dataDir, 'keyring')), false);
  } finally {
    await database.drop();
  }
});

test('without a keyring neither serve nor api-key starts, unless serve may prepare the place, nor makes anything', () => {
  const { dataDir, environment } = newInstallation();
  for (const words of [['serve', '--no-init'], ['api-key'], ['mailboxes', 'list']]) {
    const { status, stderr } = mailgrant(environment, ...words);
    assert.equal(status, 1, words.join(' '));
    assert.match(stderr, /keyring/i);
  }
  assert.equal(existsSync(dataDir), false);
});

test('an unknown command, option or scope is refused in words, with code 64', () => {
  const { dataDir, environment } = newInstallation();
  const refusals = [
    [['restart'], /Unknown command: restart[\s\S]*serve, init/],
    [['init', '--force'], /--force/],
    [['serve', '--port', '80'], /--port/],
    [['api-key', 'create', '--scope', 'everything'], /--scope takes: .*mailboxes:read/],
    [['api-key', '--scope', 'all'], /--scope belongs to `mailgrant api-key create`/],
    [['api-key', 'create', '--name'], /--name needs a value: --name NAME/],
    [['mailboxes', 'list', '--json=yes'], /--json takes no value/],
    [['mailboxes', 'disconnect', 'a@b.test'], /--confirm must repeat .*a@b\.test, or --yes/],
    [['mailboxes', 'disconnect', 'a@b.test', '--yes', '--confirm', 'c@d.test'], /--confirm must repeat/],
    [['mailboxes', 'disconnect', 'a@b.test', '--force'], /by --confirm MAILBOX .* or by --yes/],
    [['person', 'erase', 'a@b.test', '--yes'], /has no --yes\..* by --confirm ADDRESS/],
    [['workspaces', 'delete', 'ID', '--yes'], /has no --yes\..* by --confirm NAME/],
    [['webhooks', 'delete', 'ID', '--yes'], /asks for no confirmation/],
  ] as const;
  for (const [words, expected] of refusals) {
    const { status, stdout, stderr } = mailgrant(environment, ...words);
    assert.equal(status, 64, words.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /\n\s+at /, 'words, not a stack');
  }
  assert.equal(existsSync(dataDir), false);
});

test('an API key for a workspace that does not exist is refused', () => {
  const { environment } = newInstallation();
  init(environment);
  const { status, stderr } = mailgrant(
    environment,
    'api-key',
    'create',
    '--workspace',
    '01900000-0000-7000-8000-000000000009',
  );
  assert.equal(status, 1);
  assert.match(stderr, /no such workspace/);
});

test('a command without a verb makes no key: it lists those that there are', () => {
  const { environment } = newInstallation();
  init(environment);
  const listed = mailgrant(environment, 'api-key', '--json');
  assert.equal(listed.status, 0, listed.stderr);
  const { items } = JSON.parse(listed.stdout) as { items: { name: string }[] };
  assert.deepEqual(
    items.map(({ name }) => name),
    ['first key of the installation'],
  );
  assert.equal(mailgrant(environment, 'api-key', 'list', '--json').stdout, listed.stdout);
});

test('help is shown for help and for nothing', () => {
  for (const words of [[], ['help'], ['--help']]) {
    const { status, stdout } = mailgrant(newInstallation().environment, ...words);
    assert.equal(status, 0);
    assert.match(stdout, /mailgrant serve/);
  }
});
