// When everything may be sealed anew: only once every running process has the key, and seals with it, and with the one
// that is the first of the keyring by now.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, it } from 'node:test';
import { generateKey } from '../../src/stores/keyring.ts';
import { runCommand } from '../support/command.ts';
import { type Call, type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
let call: Call;
let own: string;

before(async () => {
  installation = await startInstallation();
  call = installation.callAs(await installation.issueKey(['all', 'workspaces:manage'], null));
  const { body } = await call('GET', '/v1/keyring');
  own = String(Array.isArray(body.key_ids) ? body.key_ids[0] : '');
});
after(() => installation.close());

/** As another process writes of itself. */
function tellOfAnother(keyIds: readonly string[]): void {
  const database = new DatabaseSync(join(installation.dataDir, 'mailgrant.db'), { timeout: 5_000 });
  try {
    database
      .prepare('insert or replace into keyring_holders (id, key_ids, seen_at) values (?, ?, ?)')
      .run('another-process', JSON.stringify(keyIds), Date.now());
  } finally {
    database.close();
  }
}

it('resealing is refused while a process lacks the key, or seals with another one', async () => {
  tellOfAnother(['an-older-key']);
  const lacking = await call('POST', '/v1/keyring/reseal');
  assert.equal(lacking.status, 409, lacking.text);
  assert.match(lacking.text, new RegExp(`1 running processes lack the key ${own}`));
  tellOfAnother(['an-older-key', own]);
  const sealing = await call('POST', '/v1/keyring/reseal');
  assert.equal(sealing.status, 409, sealing.text);
  assert.match(sealing.text, new RegExp(`seal with another key than ${own}`));
  const { body } = await call('GET', '/v1/keyring');
  assert.equal(body.resealing, null, 'no pass has begun');
  tellOfAnother([own, 'an-older-key']);
  const begun = await call('POST', '/v1/keyring/reseal');
  assert.ok(begun.status < 300, begun.text);
});

const idOf = (entry: string): string => entry.slice(0, entry.indexOf(':'));

it('resealing is refused after a promotion without a restart, by the server and by the command line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-native-keyring-'));
  const file = join(folder, 'keyring');
  const [old, fresh] = [generateKey(), generateKey()];
  writeFileSync(file, `${old}\n${fresh}\n`);
  const promoted = await startInstallation({
    environment: { MAILGRANT_KEYRING: '', MAILGRANT_KEYRING_FILE: file },
  });
  try {
    const key = await promoted.issueKey(['all', 'workspaces:manage'], null);
    const asOperator = promoted.callAs(key);
    const reseal = (environment: Record<string, string>, ...words: string[]) =>
      runCommand(['keyring', 'reseal', '--url', promoted.address, ...words], {
        environment: { MAILGRANT_API_KEY: key, ...environment },
      });
    writeFileSync(file, `${fresh}\n${old}\n`);
    const refused = await asOperator('POST', '/v1/keyring/reseal');
    assert.equal(refused.status, 409, refused.text);
    const words = new RegExp(
      `is ${idOf(fresh)}, and .* seals with ${idOf(old)} still: restart every process`,
    );
    assert.match(refused.text, words);
    assert.equal((await asOperator('GET', '/v1/keyring')).body.resealing, null, 'no pass has begun');
    // From a place without that file the gateway says so, and where the file is the command knows it before.
    for (const environment of [{ MAILGRANT_DATA_DIR: folder }, { MAILGRANT_KEYRING_FILE: file }]) {
      const ended = await reseal(environment, '--no-wait');
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, words);
    }
    const counted = await reseal({ MAILGRANT_KEYRING_FILE: file }, '--dry-run');
    assert.equal(counted.code, 1);
    assert.match(counted.stderr, words);
    // A keyring of another installation says nothing of this one.
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, generateKey());
    assert.equal((await reseal({ MAILGRANT_KEYRING_FILE: elsewhere }, '--dry-run')).code, 0);
    writeFileSync(file, `${old}\n${fresh}\n`);
    const begun = await asOperator('POST', '/v1/keyring/reseal');
    assert.ok(begun.status < 300, begun.text);
  } finally {
    await promoted.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('what a key of the installation does not find is missing in the installation, not in a workspace', async () => {
  const id = '0190a000-0000-7000-8000-00000000ffff';
  const missing = [
    await call('POST', '/v1/keyring/retire', { key_id: 'never-seen' }),
    await call('DELETE', `/v1/api-keys/${id}`),
    await call('GET', `/v1/oauth-clients/${id}`),
    await call('GET', `/v1/webhook-endpoints/${id}`),
    await call('GET', `/v1/webhook-deliveries/${id}`),
    await call('DELETE', '/v1/installation/blocks/never-seen'),
  ];
  for (const { status, text } of missing) {
    assert.equal(status, 404, text);
    assert.match(text, /There is no such [a-zA-Z ]+\./);
  }
  const ofWorkspace = await installation.call('DELETE', `/v1/api-keys/${id}`);
  assert.match(ofWorkspace.text, /There is no such API key in this workspace\./);
});
