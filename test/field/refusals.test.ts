// Every refusal of a token endpoint that people report, replayed byte for byte and met by the real adapters.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  correlationId,
  playFieldCase,
  saidCases,
  type TokenCase,
  traceId,
} from '../../sandbox/field-cases/index.ts';
import { secret } from '../../src/core/secret.ts';
import {
  assertVerdict,
  codeExchange,
  type FieldWorld,
  serviceAccount,
  signal,
  startFieldWorld,
} from './world.ts';

let world: FieldWorld;
before(async () => {
  world = await startFieldWorld();
});
after(() => world?.close());

const attempt = ({ said, provider: name }: TokenCase) => {
  const provider = world.providers[name];
  const client = world.client(name);
  if (said === 'code') return provider.exchangeCode(client, codeExchange(world, name), signal);
  if (said === 'mint') {
    const resource = 'https://mail.google.com/';
    const request = { email: 'bob@corp.test', resource, scopes: [resource] };
    return provider.mint(serviceAccount(), request, signal);
  }
  const request = { refreshToken: secret('a-refresh-token'), scopes: [], entraTenantId: null };
  return provider.refresh(client, request, signal);
};

for (const one of saidCases) {
  if (!('kind' in one)) continue;
  test(`${one.id} comes out as ${one.expect.code}`, async () => {
    playFieldCase(world.sandbox, one.id);
    const answer = await attempt(one);
    assert.ok(!answer.ok);
    const { failure } = answer;
    assertVerdict(failure.reason, one.expect);
    assert.equal(failure.kind, one.kind);
    assert.equal(failure.isDoubtful, one.isDoubtful);
    assert.ok((failure.retryAfterSeconds ?? 0) >= (one.waitsAtLeast ?? 0));
    assert.equal(failure.provider.httpStatus, one.reply.status);
    if (one.reply.body.includes('trace_id')) {
      assert.deepEqual(
        { traceId: failure.provider.traceId, correlationId: failure.provider.correlationId },
        { traceId, correlationId },
      );
    }
  });
}
