// Every reply of a mail server or a mail API that people report, replayed byte for byte and met by the real probes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { playFieldCase, saidCases } from '../../sandbox/field-cases/index.ts';
import { secret } from '../../src/core/secret.ts';
import { assertVerdict, type FieldWorld, startFieldWorld } from './world.ts';

let world: FieldWorld;
before(async () => {
  world = await startFieldWorld();
});
after(() => world?.close());

for (const one of saidCases) {
  if ('kind' in one || one.said === 'callback' || one.said === 'page') continue;
  test(`${one.id} comes out as ${one.expect.code}`, async () => {
    playFieldCase(world.sandbox, one.id);
    const accessToken = 'an-access-token-0123456789';
    const target = world.providers[one.provider].target(world.client(one.provider), one.said);
    const login = {
      email: one.provider === 'google' ? 'alice@gmail.test' : 'erin@contoso.test',
      accessToken: secret(accessToken),
      names: 'own',
      isAppOnly: false,
      ...one.token,
    } as const;
    const result = await world.probes[one.said](target, login, AbortSignal.timeout(40_000));
    assert.equal(result.ok, false);
    assertVerdict(result.reason, one.expect);
    assert.ok(result.detail !== null && result.detail !== '', 'the words of the server are kept');
    assert.ok(!result.detail.includes(accessToken));
  });
}
