// The example of the README, run as it is printed there, apart from address and person.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { root } from './packed.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

test('the ten lines of the README connect a mailbox and print a token that the provider has issued', async () => {
  const printed = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1];
  assert.ok(printed);
  const file = join(installation.dataDir, 'example.mjs');
  writeFileSync(
    file,
    printed
      .replace('http://127.0.0.1:8025', installation.address)
      .replace('ada@example.com', 'bob@corp.test'),
  );
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, MAILGRANT_API_KEY: installation.apiKey },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const link = /Send this link to the mailbox owner: (\S+)/.exec(line)?.[1];
    if (link !== undefined) await approve(link, { login: 'bob@corp.test' });
  }
  assert.deepEqual(await ended, [0, null], errors.join(''));
  const [token = ''] = (lines[1] ?? '').split(' ');
  const answer = await fetch(`${installation.sandbox.google.origin}/v1/userinfo`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(answer.status, 200, lines.join('\n'));
  assert.match(await answer.text(), /bob@corp\.test/);
});
