// The form and the checks of an API key; what needs no database.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiKey, createApiKeys } from '../../src/core/api-keys.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { createFreshness } from '../../src/core/freshness.ts';
import type { Ports } from '../../src/core/ports.ts';
import type { Principal } from '../../src/core/principal.ts';
import { systemClock, systemRandom } from '../../src/system.ts';

/** A store of keys that remembers, and counts how often it is asked. */
function remembering() {
  const keys = new Map<string, ApiKey>();
  const asked = { count: 0 };
  const apiKeys: Partial<Ports['store']['apiKeys']> = {
    insert: async (key) => void keys.set(key.prefix, key),
    byPrefix: async (prefix) => {
      asked.count += 1;
      return keys.get(prefix) ?? null;
    },
  };
  const rows = { apiKeys, audit: { append: async () => {} } };
  const transaction = (work: (operations: typeof rows) => Promise<unknown>) => work(rows);
  return { store: { ...rows, transaction } as unknown as Ports['store'], keys, asked };
}

function setUp(now = () => Date.now()) {
  const { store, keys, asked } = remembering();
  const changes = { listen: () => () => {}, isCurrent: () => true, prune: async () => 0 };
  const freshness = createFreshness({ changes });
  const apiKeys = createApiKeys({ store, clock: { ...systemClock, now }, random: systemRandom, freshness });
  return { apiKeys, keys, asked };
}

const request = { name: 'test', scopes: ['tokens:read' as const], expiresAt: null };
const isUnauthenticated = (error: unknown) =>
  error instanceof GatewayError && error.code === 'unauthenticated';

test('a key is shown once and stored as a hash', async () => {
  const { apiKeys, keys } = setUp();
  const { text } = await apiKeys.issue('workspace', request);
  assert.match(text.reveal(), /^mg_[0-9A-Za-z]{46}$/);
  assert.ok(!JSON.stringify([...keys.values()]).includes(text.reveal().slice(11, 40)));
  const principal = await apiKeys.authenticate(text.reveal());
  assert.deepEqual([principal.workspaceId, [...principal.scopes]], ['workspace', ['tokens:read']]);
});

test('a mistyped key is refused without asking the database', async () => {
  const { apiKeys, asked } = setUp();
  const { text } = await apiKeys.issue('workspace', request);
  const key = text.reveal();
  const at = 20;
  const other = key[at] === 'x' ? 'y' : 'x';
  for (const wrong of [
    `${key.slice(0, at)}${other}${key.slice(at + 1)}`,
    key.slice(1),
    `${key}x`,
    '',
    'mg_',
  ]) {
    await assert.rejects(apiKeys.authenticate(wrong), isUnauthenticated);
  }
  assert.equal(asked.count, 0);
});

test('a revoked and an expired key are refused', async () => {
  let now = 1_000;
  const { apiKeys, keys } = setUp(() => now);
  const { text, key } = await apiKeys.issue('workspace', { ...request, expiresAt: 2_000 });
  await apiKeys.authenticate(text.reveal());
  now = 2_000;
  await assert.rejects(apiKeys.authenticate(text.reveal()), isUnauthenticated);
  now = 1_000;
  keys.set(key.prefix, { ...key, revokedAt: 1_000 });
  await assert.rejects(apiKeys.authenticate(text.reveal()), isUnauthenticated);
});

test('a key cannot give scopes that it does not have, nor the management of workspaces from within one', async () => {
  const { apiKeys } = setUp();
  const principal = (scopes: ApiKey['scopes']): Principal => ({
    keyId: 'key',
    workspaceId: 'workspace',
    isInstallation: false,
    expiresAt: null,
    scopes: new Set(scopes),
  });
  const create = (own: ApiKey['scopes'], wanted: ApiKey['scopes']) =>
    apiKeys.create(principal(own), { name: 'new', scopes: wanted, expiresAt: null });
  const isDenied = (error: unknown) => error instanceof GatewayError && error.code === 'permission_denied';
  await assert.rejects(create(['api_keys:create'], ['tokens:read']), isDenied);
  await assert.rejects(create(['api_keys:create'], ['all']), isDenied);
  await assert.rejects(create(['all'], ['workspaces:manage']), isDenied);
  await assert.rejects(create(['tokens:read'], ['tokens:read']), isDenied);
  assert.equal(
    (await create(['api_keys:create', 'tokens:read'], ['tokens:read'])).key.workspaceId,
    'workspace',
  );
});
