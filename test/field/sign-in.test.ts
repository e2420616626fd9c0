// What goes wrong at the sign-in: errors in the callback, met by the real adapter, and messages on the provider's own
// page, which never call back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { correlationId, playFieldCase, saidCases, traceId } from '../../sandbox/field-cases/index.ts';
import { providerPages, reasonOfPage } from '../../src/core/provider-pages.ts';
import {
  assertVerdict,
  authorizationUrl,
  codeExchange,
  type FieldWorld,
  redirectUri,
  signal,
  startFieldWorld,
} from './world.ts';

let world: FieldWorld;
before(async () => {
  world = await startFieldWorld();
});
after(() => world?.close());

const browse = async (id: string) => {
  const { provider } = playFieldCase(world.sandbox, id);
  return approve(authorizationUrl(world, provider), { login: 'nobody', stopBeforeCallback: true });
};

for (const one of saidCases) {
  if (one.said === 'callback') {
    test(`${one.id} in the callback comes out as ${one.expect.code}`, async () => {
      const { callbackUrl } = await browse(one.id);
      assert.ok(callbackUrl.startsWith(`${redirectUri}?`));
      const { searchParams } = new URL(callbackUrl);
      const exchange = codeExchange(world, one.provider, searchParams);
      const answer = await world.providers[one.provider].exchangeCode(
        world.client(one.provider),
        exchange,
        signal,
      );
      assert.ok(!answer.ok);
      assertVerdict(answer.failure.reason, one.expect);
      assert.notEqual(answer.failure.kind, 'oauth_client');
      const ids = [answer.failure.provider.traceId, answer.failure.provider.correlationId];
      assert.deepEqual(ids, [traceId, correlationId]);
    });
  }
  if (one.said === 'page') {
    test(`${one.id} on the page of the provider is found as ${one.expect.code}`, async () => {
      const { callbackUrl, pages } = await browse(one.id);
      assert.equal(callbackUrl, '');
      const reason = reasonOfPage(one.provider, `... ${pages.join(' ')} ...`);
      assert.ok(reason !== null);
      assertVerdict(reason, one.expect);
    });
  }
}

test('a page is told by the whole of its number', () => {
  assert.equal(reasonOfPage('microsoft', 'AADSTS650052: x'), 'mail_service_missing');
  assert.equal(reasonOfPage('microsoft', 'AADSTS65005: x'), 'permission_not_offered');
  assert.equal(reasonOfPage('microsoft', 'AADSTS650059: x'), null);
  assert.equal(reasonOfPage('google', 'Need admin approval'), null);
  for (const provider of ['google', 'microsoft'] as const) {
    for (const { says, reason } of providerPages[provider]) {
      assert.equal(reasonOfPage(provider, `Sorry. ${says.toUpperCase()}: more`), reason);
    }
  }
});
