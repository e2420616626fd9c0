// `mailgrant keyring` on a stopped installation: every step from one key to another, each refused until it is safe, and
// what was sealed opens at the end.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateKey } from '../../src/stores/keyring.ts';
import { runCommand } from '../support/command.ts';
import { memberOf } from '../support/installation.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-keyring-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const environment = { MAILGRANT_DATA_DIR: folder };
const run = (...words: string[]) => runCommand(words, { environment });
const json = async (...words: string[]): Promise<unknown> => {
  const { code, stdout, stderr } = await run(...words, '--json');
  assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
};
const keysInFile = (): string[] =>
  readFileSync(join(folder, 'keyring'), 'utf8')
    .trim()
    .split('\n')
    .map((entry) => entry.slice(0, entry.indexOf(':')));

before(async () => {
  await json('init');
  const made = await runCommand(
    ['oauth-client', 'create', '--provider', 'google', '--client-id', 'x', '--credential-file', '-'],
    { environment, input: 'a secret to be sealed\n' },
  );
  assert.equal(made.code, 0, made.stderr);
});

test('a key is added, put first, everything sealed under it, and the old one retired', async () => {
  const [old = ''] = keysInFile();
  const dry = await json('keyring', 'add', '--dry-run');
  assert.deepEqual([dry, keysInFile()], [{ changed: false }, [old]]);

  const added = await run('keyring', 'add');
  assert.equal(added.code, 0, added.stderr);
  const [, fresh = ''] = keysInFile();
  assert.deepEqual(keysInFile(), [old, fresh], 'the last one does not seal');
  const text = readFileSync(join(folder, 'keyring'), 'utf8');
  for (const entry of text.trim().split('\n')) {
    assert.ok(!added.stdout.includes(entry.slice(entry.indexOf(':') + 1)), 'no key is printed');
  }

  const early = await run('keyring', 'retire', old);
  assert.equal(early.code, 1);
  assert.match(early.stderr, new RegExp(`${old} is the one that seals`));
  const unknown = await run('keyring', 'promote', 'knowhere');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /does not have the key knowhere/);

  assert.deepEqual(await json('keyring', 'promote', fresh), { changed: true, key_ids: [fresh, old] });
  const needed = await run('keyring', 'retire', old, '--end-links');
  assert.equal(needed.code, 1, 'values are sealed under it still');
  assert.deepEqual(keysInFile(), [fresh, old]);

  assert.equal((await run('keyring', 'reseal', '--dry-run')).code, 2);
  const pass = await json('keyring', 'reseal');
  assert.deepEqual([memberOf(pass, 'key_id'), memberOf(pass, 'unreadable')], [fresh, 0]);
  assert.ok(Number(memberOf(pass, 'resealed')) > 0);
  assert.equal(memberOf(pass, 'total'), memberOf(pass, 'checked'), 'they were counted before');
  const again = await run('keyring', 'reseal');
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /^100 %: (\d+) of \1 values looked at, 0 sealed again$/m);
  assert.match(again.stdout, /was over at \S+: (\d+) of \1 values looked at/);
  assert.equal((await run('keyring', 'reseal', '--dry-run')).code, 0);

  const links = await run('keyring', 'retire', old);
  assert.equal(links.code, 1, 'links that it signed are good for 30 days');
  assert.match(links.stderr, /end them with `--end-links`/, 'in words of the command line');
  assert.deepEqual(await json('keyring', 'retire', old, '--end-links'), { retired: old, changed: true });
  assert.deepEqual(keysInFile(), [fresh]);
  assert.equal(memberOf(await json('config', 'check'), 'ok'), true, 'the keyring fits the database');
});

test('a keyring in the environment is told what to set, and no file is touched', async () => {
  const entry = generateKey();
  const inEnvironment = { MAILGRANT_DATA_DIR: join(folder, 'elsewhere'), MAILGRANT_KEYRING: entry };
  const { code, stdout } = await runCommand(['keyring', 'add', '--json'], { environment: inEnvironment });
  assert.equal(code, 0);
  const answer: unknown = JSON.parse(stdout);
  assert.equal(memberOf(answer, 'changed'), false);
  assert.match(String(memberOf(answer, 'append')), /^k[0-9a-f]{8}:\S{40,}$/);
});

test('where there is no keyring, the way to the first one is told', async () => {
  const { code, stderr } = await runCommand(['keyring', 'add'], {
    environment: { MAILGRANT_DATA_DIR: join(folder, 'nothing') },
  });
  assert.equal(code, 1);
  assert.match(stderr, /no keyring at .*mailgrant init/);
});
