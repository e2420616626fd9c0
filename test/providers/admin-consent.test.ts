// Where people may not consent for themselves: the way over the administrator, and the permission that needs none.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import type { Profile } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { redirectUri, type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';

const signal = new AbortController().signal;
const verifier = 'v'.repeat(64);

let world: SandboxWorld;
before(async () => {
  world = await startSandboxWorld();
  world.sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'send_only' });
});
after(() => world?.close());

const connect = async (profile: Profile) => {
  const { microsoft } = world.providers;
  const client = world.registered('microsoft');
  const scopes = microsoft.scopesFor(client, profile);
  const url = microsoft.authorizationUrl(client, {
    redirectUri,
    scopes,
    state: 's-1',
    nonce: 'n-1',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    loginHint: 'erin@contoso.test',
  });
  const outcome = await approve(url, {
    login: 'erin@contoso.test',
    stopBeforeCallback: true,
    approval: 'return',
  });
  const resource = microsoft.primaryResource(client, profile);
  const exchange = {
    callbackParameters: new URL(outcome.callbackUrl).searchParams,
    expectedState: 's-1',
    expectedNonce: 'n-1',
    codeVerifier: secret(verifier),
    redirectUri,
    resource,
    scopes: microsoft.scopesOfResource(client, resource, scopes.join(' ')),
  };
  return { client, answer: await microsoft.exchangeCode(client, exchange, signal) };
};

const askAdministrator = async (deny: boolean) => {
  const { microsoft } = world.providers;
  const client = world.registered('microsoft');
  assert.ok(microsoft.adminConsentUrl);
  const scopes = microsoft.scopesFor(client, 'full');
  const request = { redirectUri, scopes, state: 's-1', entraTenant: null };
  const url = microsoft.adminConsentUrl(client, request);
  const outcome = await approve(url, { login: 'admin@contoso.test', stopBeforeCallback: true, deny });
  return microsoft.readAdminConsent(new URL(outcome.callbackUrl).searchParams);
};

test('sending alone needs no administrator where the rest does', async () => {
  const { client, answer } = await connect('send_only');
  assert.ok(answer.ok, JSON.stringify(answer));
  const granted = answer.value.tokens.scope ?? '';
  assert.deepEqual(world.providers.microsoft.transports(client, granted), ['smtp']);
  assert.equal((await connect('full')).answer.ok, false);
});

test('an administrator who declines is told as such', async () => {
  const consent = await askAdministrator(true);
  assert.ok(consent?.isGranted === false);
  assert.equal(consent.reason, 'access_denied');
});

test('what an administrator approved, a person of the directory connects without another question', async () => {
  const consent = await askAdministrator(false);
  assert.ok(consent?.isGranted);
  const { answer } = await connect('full');
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.equal(answer.value.identity.entraTenantId, consent.entraTenantId);
});
