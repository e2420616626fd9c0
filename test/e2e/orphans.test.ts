// What remains of a command whose npm is killed: nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';

test('npm run demo ends as a whole and leaves no files when npm is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-orphans-'));
  try {
    const npm = spawn('npm', ['run', '--silent', 'demo'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(npm, 'exit');
    let output = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until('the demo runs', () => /Ctrl-C ends the demo/.test(output), 40);
    const address = /Mailgrant runs at (\S+)/.exec(output)?.[1] ?? '';
    assert.equal((await fetch(address)).status, 200);
    npm.kill('SIGTERM');
    await exited;
    await until('the server is gone', () =>
      fetch(address).then(
        () => false,
        () => true,
      ),
    );
    await until('its files are gone', () => !readdirSync(folder).some((name) => name.includes('demo')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
