// The first command of the README.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArguments, usage } from '../../scripts/demo/read-arguments.ts';

test('an unknown word is refused before anything is started, and help names every option', () => {
  assert.deepEqual(readArguments([]), { isAuto: false, isHelp: false });
  assert.deepEqual(readArguments(['--auto']), { isAuto: true, isHelp: false });
  for (const word of ['--help', '-h'])
    assert.deepEqual(readArguments([word]), { isAuto: false, isHelp: true });
  for (const word of ['--atuo', 'auto', '--auto=1', '-x', '--']) {
    assert.deepEqual(readArguments(['--auto', word]), { refused: `The demo does not know ${word}.` });
  }
  assert.match(usage, /--auto .*\n.*--help /);
  const started = spawnSync('npm', ['run', '--silent', 'demo', '--', '--atuo'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual([started.status, started.stdout], [64, '']);
  assert.match(started.stderr, /does not know --atuo\.\n\nnpm run demo/);
});

test('npm run demo -- --auto connects both providers, proves them, refreshes, and says so as one JSON object', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo', '--', '--auto'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  const report: unknown = JSON.parse(stdout);
  assert.ok(typeof report === 'object' && report !== null);
  assert.deepEqual(Object.keys(report).sort(), ['google', 'microsoft']);
  for (const [provider, result] of Object.entries(report)) {
    const { mailbox_id, token_expires_at, ...rest } = result;
    assert.deepEqual(rest, {
      session: 'connected',
      email: provider === 'google' ? 'bob@corp.test' : 'erin@contoso.test',
      imap: true,
      smtp: true,
      refreshed: true,
    });
    assert.match(mailbox_id, /^[0-9a-f-]{36}$/);
    assert.ok(Date.parse(token_expires_at) > Date.now());
  }
});
