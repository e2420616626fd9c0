// Failures of the field that only we could cause: that each guarantee has a test, and those tests that stand nowhere
// else.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ownCases } from '../../sandbox/field-cases/index.ts';
import { secret } from '../../src/core/secret.ts';
import { type FieldWorld, signal, startFieldWorld } from './world.ts';

let world: FieldWorld;
before(async () => {
  world = await startFieldWorld();
});
after(() => world?.close());

for (const { id, guarantee, tests } of ownCases) {
  test(`${id} is held by a test: ${guarantee}`, () => {
    assert.ok(tests.length > 0);
    for (const { file, name } of tests) {
      const lines = readFileSync(file, 'utf8').split('\n');
      // A title that runs, alone on its line or behind the call; neither a comment nor one that is skipped.
      const isRun = lines.some((line) => /^\s*(?:(?:test|it)\(|[`'"])/.test(line) && line.includes(name));
      assert.ok(isRun, `${file} has no test "${name}"`);
    }
  });
}

const imap = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const mailRead = 'https://graph.microsoft.com/Mail.Read';

test('one token request names one resource', () => {
  const { microsoft } = world.providers;
  const client = world.client('microsoft');
  const granted = `openid offline_access ${imap} ${mailRead}`;
  const resources = microsoft.resourcesOf(client, granted);
  assert.equal(resources.length, 2);
  assert.deepEqual(
    resources.map((resource) => microsoft.scopesOfResource(client, resource, granted)),
    [[imap], [mailRead]],
  );
});

test('an access token is never looked into', async () => {
  const request = { refreshToken: secret('a-refresh-token'), scopes: [imap], entraTenantId: null };
  for (const accessToken of ['EwB4A8l6BAAUkj1NuJYtTVha', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.']) {
    const body = { token_type: 'Bearer', scope: imap, expires_in: 3599, access_token: accessToken };
    world.sandbox.microsoft.configure({ fault: { on: 'refresh', status: 200, body } });
    const answer = await world.providers.microsoft.refresh(world.client('microsoft'), request, signal);
    assert.ok(answer.ok);
    assert.equal(answer.value.accessToken.reveal(), accessToken);
  }
});

test('a permission that comes back in another spelling is not missed', () => {
  const { microsoft } = world.providers;
  const client = world.client('microsoft');
  for (const granted of [
    'https://outlook.office.com/imap.accessasuser.all https://outlook.office.com/smtp.send',
    'IMAP.AccessAsUser.All SMTP.Send',
    'https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send',
  ]) {
    assert.deepEqual(microsoft.missingScopes(client, 'full', granted), [], granted);
  }
  assert.equal(microsoft.missingScopes(client, 'full', 'openid IMAP.AccessAsUser.All').length, 1);
});
