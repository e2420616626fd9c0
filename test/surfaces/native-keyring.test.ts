// When everything may be sealed anew: only once every running process has the key, and seals with it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, it } from 'node:test';
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
