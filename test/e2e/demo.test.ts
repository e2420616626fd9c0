// The first command of the README.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

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
