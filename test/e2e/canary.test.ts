// Every secret of a busy run on SQLite is searched for wherever it must not be, its files included.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../support/command.ts';
import { searchEverywhere } from './canaries.ts';
import { filesOf } from './canary-places.ts';
import { openRun, planted, type Run } from './canary-run.ts';
import { findSecrets } from './canary-search.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-canary-'));
let run: Run;
before(async () => {
  run = await openRun();
});
after(async () => {
  await run.close();
  rmSync(folder, { recursive: true, force: true });
});

test('no secret is in logs, answers, pages, webhooks, metrics, traces or the files of the database', async () => {
  const { dataDir } = run.installation;
  assert.ok(existsSync(join(dataDir, 'mailgrant.db-wal')), 'the WAL is there to be searched');
  await searchEverywhere(run, async () => [filesOf(dataDir, (name) => name !== 'endpoints.json')]);
});

test('the keys of the first start are where they were asked for, and in no file of the database', async () => {
  const keys = join(folder, 'first-keys');
  const data = join(folder, 'data');
  const environment = {
    MAILGRANT_DATA_DIR: data,
    MAILGRANT_FIRST_API_KEY_FILE: keys,
    MAILGRANT_LOG_LEVEL: 'debug',
  };
  const { code, stdout, stderr } = await runCommand(['init', '--workspace', planted], {
    environment,
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  const text = readFileSync(keys, 'utf8');
  const ring = readFileSync(join(data, 'keyring'), 'utf8');
  const secrets = [...(text.match(/mg_\w+/g) ?? []), ...(ring.match(/[\w+/=-]{40,}/g) ?? [])].map(
    (value, index) => ({ name: `first secret ${index}`, value }),
  );
  assert.ok(secrets.length >= 2, `${secrets.length} secrets`);
  const places = [
    filesOf(data, (name) => name !== 'keyring'),
    { name: 'output', content: stdout },
    { name: 'log', content: stderr },
  ];
  assert.deepEqual(findSecrets(places, secrets), []);
  assert.ok(findSecrets(places, [{ name: 'planted', value: planted }]).length > 0);
});
