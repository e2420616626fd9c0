// The providers against real OAuth engines (the sandbox): consent, exchange, refresh, revocation, faults.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { approve, type Choice } from '../../sandbox/end-user.ts';
import { namedFaults, type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { ProviderName } from '../../src/core/oauth-clients.ts';
import type { AuthenticatedClient, CodeExchange, Profile, ProviderAdapter } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { createEgress } from '../../src/egress.ts';
import { parseEndpointFile } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { json, oauthClient, openedWith, startServer, systemClock } from './helpers.ts';

const redirectUri = 'http://127.0.0.1:9/oauth/callback/x';
const verifier = 'v'.repeat(64);
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
const signal = new AbortController().signal;
const egress = createEgress();

const unused = { host: '127.0.0.1', port: 9, tls: 'implicit' } as const;
const mailServers = { google: { imap: unused, smtp: unused }, microsoft: { imap: unused, smtp: unused } };

let sandbox: Sandbox;
let providers: ReturnType<typeof createProviders>;
before(async () => {
  sandbox = await startSandbox({ mail: 'none', mailEndpoints: mailServers });
  sandbox.google.addRedirectUri(redirectUri);
  sandbox.microsoft.addRedirectUri(redirectUri);
  providers = createProviders({
    endpoints: parseEndpointFile(sandbox.endpoints),
    egressFetch: egress.fetch,
    egressPost: egress.post,
    clock: systemClock,
  });
});
after(async () => {
  await egress.close();
  await sandbox?.close();
});

const registered = (
  provider: ProviderName,
  changes: Partial<AuthenticatedClient> = {},
): AuthenticatedClient => {
  const { clientId, clientSecret } = sandbox[provider].clients.confidential;
  return oauthClient(provider, {
    clientId,
    ...openedWith('secret', clientSecret),
    ...changes,
  });
};

const consent = async (
  provider: ProviderAdapter,
  client: AuthenticatedClient,
  choice: Choice,
  { profile = 'full', loginHint = null }: { profile?: Profile; loginHint?: string | null } = {},
): Promise<CodeExchange> => {
  const scopes = provider.scopesFor(client, profile);
  const url = provider.authorizationUrl(client, {
    redirectUri,
    scopes,
    state: 's-1',
    nonce: 'n-1',
    codeChallenge,
    loginHint,
  });
  const outcome = await approve(url, { stopBeforeCallback: true, ...choice });
  const resource = provider.primaryResource(client, profile);
  return {
    callbackParameters: new URL(outcome.callbackUrl).searchParams,
    expectedState: 's-1',
    expectedNonce: 'n-1',
    codeVerifier: secret(verifier),
    redirectUri,
    resource,
    scopes: provider.scopesOfResource(client, resource, scopes.join(' ')),
  };
};

const connect = async (
  name: ProviderName,
  login: string,
  changes: Partial<AuthenticatedClient> = {},
  profile?: Profile,
) => {
  const provider = providers[name];
  const client = registered(name, changes);
  const exchange = await consent(provider, client, { login }, profile === undefined ? {} : { profile });
  const result = await provider.exchangeCode(client, exchange, signal);
  assert.ok(result.ok, JSON.stringify(result));
  return { provider, client, exchange, ...result.value };
};

test('Google: a consent becomes tokens and a verified identity', async () => {
  const { tokens, identity, provider, client } = await connect('google', 'bob@corp.test');
  assert.equal(identity.email, 'bob@corp.test');
  assert.equal(identity.issuer, sandbox.google.origin);
  assert.equal(identity.isManaged, true);
  assert.ok(tokens.refreshToken);
  const granted = tokens.scope ?? '';
  assert.deepEqual(provider.missingScopes(client, 'full', granted), []);
  assert.deepEqual(provider.transports(client, granted), ['imap', 'smtp']);
});

test('Google: a second consent brings a refresh token again', async () => {
  const again = await connect('google', 'bob@corp.test');
  assert.ok(again.tokens.refreshToken);
});

test('Google: the issuer without its scheme is the same identity', async (t) => {
  sandbox.google.configure({ issWithoutScheme: true });
  t.after(() => sandbox.google.configure({ issWithoutScheme: false }));
  const { identity } = await connect('google', 'alice@gmail.test');
  assert.equal(identity.issuer, sandbox.google.origin);
  assert.equal(identity.isManaged, false);
});

test('Google: an address that the ID token lacks is asked for, and believed for the same person only', async (t) => {
  sandbox.google.addUser({ login: 'quiet@gmail.test', id: '4242', emailClaim: false });
  for (const [sub, expected] of [
    ['4242', 'quiet@gmail.test'],
    ['1', null],
  ]) {
    const userinfo = await startServer(json(200, { sub, email: 'Quiet@gmail.test', email_verified: true }));
    t.after(() => userinfo.close());
    const endpoints = parseEndpointFile(sandbox.endpoints);
    const cloud = endpoints.google.default;
    assert.ok(cloud);
    cloud.userinfo = userinfo.origin;
    const { google } = createProviders({
      endpoints,
      egressFetch: egress.fetch,
      egressPost: egress.post,
      clock: systemClock,
    });
    const client = registered('google');
    const exchange = await consent(google, client, { login: 'quiet@gmail.test' });
    const result = await google.exchangeCode(client, exchange, signal);
    assert.ok(result.ok);
    assert.equal(result.value.identity.email, expected);
    assert.equal(result.value.identity.name, '');
    assert.match(String(userinfo.requests[0]?.headers.authorization), /^Bearer /);
  }
});

test('Google: an unticked box shows as a missing scope', async () => {
  const client = registered('google');
  const exchange = await consent(providers.google, client, {
    login: 'carol@gmail.test',
    untick: ['https://mail.google.com/'],
  });
  const result = await providers.google.exchangeCode(client, exchange, signal);
  assert.ok(result.ok);
  const granted = result.value.tokens.scope ?? '';
  assert.deepEqual(providers.google.missingScopes(client, 'full', granted), ['https://mail.google.com/']);
  assert.deepEqual(providers.google.transports(client, granted), []);
});

test('Google: the API profile opens the Gmail API alone', async () => {
  const { tokens, provider, client } = await connect('google', 'gina@corp.test', {}, 'api');
  assert.deepEqual(provider.transports(client, tokens.scope ?? ''), ['gmail_api']);
  assert.deepEqual(provider.missingScopes(client, 'full', tokens.scope ?? ''), ['https://mail.google.com/']);
});

test('Google: a refresh gives an access token and no refresh token; after revocation the grant is over', async () => {
  const { tokens, provider, client } = await connect('google', 'gina@corp.test');
  assert.ok(tokens.refreshToken && provider.revoke);
  const request = { refreshToken: tokens.refreshToken, scopes: [], entraTenantId: null };
  const refreshed = await provider.refresh(client, request, signal);
  assert.ok(refreshed.ok);
  assert.equal(refreshed.value.refreshToken, null);
  assert.notEqual(refreshed.value.accessToken.reveal(), tokens.accessToken.reveal());
  assert.deepEqual(await provider.revoke(client, tokens.refreshToken, signal), { ok: true, value: null });
  const dead = await provider.refresh(client, request, signal);
  assert.ok(!dead.ok);
  assert.deepEqual([dead.failure.kind, dead.failure.reason], ['grant', 'grant_revoked']);
  const again = await provider.revoke(client, tokens.refreshToken, signal);
  assert.ok(again.ok, 'revoking what is gone is a success');
});

test('Microsoft: a consent becomes tokens, qualified scopes and a directory identity', async () => {
  const { tokens, identity, provider, client } = await connect('microsoft', 'erin@contoso.test');
  assert.equal(identity.email, 'erin@contoso.test');
  assert.equal(identity.isManaged, true);
  assert.equal(identity.issuer, `${sandbox.microsoft.origin}/${identity.entraTenantId}/v2.0`);
  const granted = tokens.scope ?? '';
  assert.deepEqual(provider.missingScopes(client, 'full', granted), []);
  assert.deepEqual(provider.transports(client, granted), ['imap', 'smtp']);
  const resource = provider.primaryResource(client, 'full');
  const scopes = provider.scopesOfResource(client, resource, granted);
  assert.deepEqual(scopes.sort(), [`${resource}/IMAP.AccessAsUser.All`, `${resource}/SMTP.Send`]);
});

test('Microsoft: a refresh rotates the token at the grant’s own directory', async () => {
  const { tokens, identity, provider, client } = await connect('microsoft', 'erin@contoso.test');
  assert.ok(tokens.refreshToken);
  const resource = provider.primaryResource(client, 'full');
  const request = {
    refreshToken: tokens.refreshToken,
    scopes: provider.scopesOfResource(client, resource, tokens.scope ?? ''),
    entraTenantId: identity.entraTenantId,
  };
  const refreshed = await provider.refresh(client, request, signal);
  assert.ok(refreshed.ok, JSON.stringify(refreshed));
  assert.ok(refreshed.value.refreshToken);
  assert.deepEqual(provider.transports(client, refreshed.value.scope ?? ''), ['imap', 'smtp']);
  assert.equal(provider.revoke, null);
});

test('Microsoft: what one directory says of the app neither pauses the OAuth client nor ends the grant', async () => {
  const { tokens, identity, provider, client } = await connect('microsoft', 'erin@contoso.test');
  assert.ok(tokens.refreshToken);
  const { refreshToken } = tokens;
  const refusal = async (code: number, error: string, entraTenantId: string | null, of = client) => {
    sandbox.microsoft.configure({ fault: { ...namedFaults.aadsts('refresh', code, error), times: 1 } });
    const answer = await provider.refresh(of, { refreshToken, scopes: [], entraTenantId }, signal);
    assert.ok(!answer.ok);
    return [answer.failure.kind, answer.failure.reason];
  };
  for (const code of [700016, 7000112, 70001]) {
    assert.deepEqual(await refusal(code, 'unauthorized_client', identity.entraTenantId), [
      'request',
      'blocked_by_policy',
    ]);
    // Nor without a directory: an imported grant knows none.
    assert.deepEqual(await refusal(code, 'unauthorized_client', null), ['request', 'blocked_by_policy']);
    const ofOne = { ...client, entraTenant: identity.entraTenantId };
    assert.deepEqual(await refusal(code, 'unauthorized_client', null, ofOne), [
      'oauth_client',
      'client_unknown',
    ]);
  }
  const expired = ['oauth_client', 'client_secret_expired'];
  assert.deepEqual(await refusal(7000222, 'invalid_client', identity.entraTenantId), expired);
});

test('Microsoft: a personal account is told from a managed one', async () => {
  const { identity } = await connect('microsoft', 'dave@outlook.test');
  assert.equal(identity.isManaged, false);
});

test('Microsoft: the API profile opens Graph alone', async () => {
  const { tokens, provider, client } = await connect('microsoft', 'frank@contoso.test', {}, 'api');
  assert.deepEqual(provider.transports(client, tokens.scope ?? ''), ['graph']);
});

for (const name of ['google', 'microsoft'] as const) {
  const login = name === 'google' ? 'carol@gmail.test' : 'frank@contoso.test';

  test(`${name}: a cancelled consent is told as such`, async () => {
    const client = registered(name);
    const exchange = await consent(providers[name], client, { login, deny: true });
    const result = await providers[name].exchangeCode(client, exchange, signal);
    assert.ok(!result.ok);
    assert.deepEqual([result.failure.kind, result.failure.reason], ['grant', 'access_denied']);
  });

  test(`${name}: a callback with a foreign state, issuer or without a code sends nothing`, async () => {
    const client = registered(name);
    const before = sandbox[name].stats().tokenRequests;
    for (const query of [
      'code=c&state=other',
      'code=c',
      'state=s-1',
      'code=c&state=s-1&iss=https%3A%2F%2Fevil.test',
      'code=c&code=d&state=s-1',
      'error=access_denied&state=other',
    ]) {
      const exchange = { ...(await emptyExchange(name)), callbackParameters: new URLSearchParams(query) };
      const result = await providers[name].exchangeCode(client, exchange, signal);
      assert.ok(!result.ok, query);
      assert.deepEqual([result.failure.kind, result.failure.reason], ['request', 'callback_invalid'], query);
    }
    assert.equal(sandbox[name].stats().tokenRequests, before);
  });

  test(`${name}: a code works once, and only with its verifier`, async () => {
    const { exchange, client, provider } = await connect(name, login);
    const replayed = await provider.exchangeCode(client, exchange, signal);
    assert.equal(replayed.ok, false);
    const fresh = await consent(provider, client, { login });
    const other = await provider.exchangeCode(
      client,
      { ...fresh, codeVerifier: secret('w'.repeat(64)) },
      signal,
    );
    assert.ok(!other.ok);
    assert.equal(other.failure.kind, 'grant');
  });

  test(`${name}: an ID token for another request is refused`, async () => {
    const client = registered(name);
    const exchange = await consent(providers[name], client, { login });
    const result = await providers[name].exchangeCode(client, { ...exchange, expectedNonce: 'n-2' }, signal);
    assert.ok(!result.ok);
    assert.equal(result.failure.reason, 'identity_invalid');
  });

  test(`${name}: a wrong client secret is the client's trouble, and is not repeated in the words`, async () => {
    const { tokens, provider, client, identity } = await connect(name, login);
    assert.ok(tokens.refreshToken);
    const wrong = { ...client, ...openedWith('secret', 'a-wrong-secret') };
    const request = { refreshToken: tokens.refreshToken, scopes: [], entraTenantId: identity.entraTenantId };
    const result = await provider.refresh(wrong, request, signal);
    assert.ok(!result.ok);
    assert.equal(result.failure.kind, 'oauth_client');
    const words = JSON.stringify(result.failure);
    assert.ok(!words.includes('a-wrong-secret') && !words.includes(tokens.refreshToken.reveal()));
  });

  const faults = [
    ['throttling', namedFaults.rateLimited('refresh', 42), 'provider_rate_limited', 42],
    ['an outage', namedFaults.serverError('refresh'), 'provider_unavailable', null],
    ['a page', namedFaults.html('refresh'), 'provider_answer_unreadable', null],
    ['a lost answer', namedFaults.lostAnswer('refresh'), 'provider_unavailable', null],
  ] as const;
  for (const [what, fault, reason, retryAfter] of faults) {
    test(`${name}: ${what} leaves the grant alone`, async (t) => {
      const { tokens, provider, client, identity } = await connect(name, login);
      assert.ok(tokens.refreshToken);
      sandbox[name].configure({ fault: { ...fault } });
      t.after(() => sandbox[name].configure({ fault: null }));
      const request = {
        refreshToken: tokens.refreshToken,
        scopes: [],
        entraTenantId: identity.entraTenantId,
      };
      const result = await provider.refresh(client, request, signal);
      assert.ok(!result.ok);
      assert.deepEqual([result.failure.kind, result.failure.reason], ['transient', reason]);
      assert.equal(result.failure.retryAfterSeconds, retryAfter);
    });
  }

  test(`${name}: a hanging token endpoint ends with the caller's time limit`, async (t) => {
    const { tokens, provider, client, identity } = await connect(name, login);
    assert.ok(tokens.refreshToken);
    sandbox[name].configure({ fault: namedFaults.hanging('refresh') });
    t.after(() => sandbox[name].configure({ fault: null }));
    const request = { refreshToken: tokens.refreshToken, scopes: [], entraTenantId: identity.entraTenantId };
    const result = await provider.refresh(client, request, AbortSignal.timeout(50));
    assert.ok(!result.ok);
    assert.deepEqual([result.failure.kind, result.failure.reason], ['transient', 'provider_timeout']);
  });
}

const emptyExchange = async (name: ProviderName): Promise<CodeExchange> => ({
  callbackParameters: new URLSearchParams(),
  expectedState: 's-1',
  expectedNonce: 'n-1',
  codeVerifier: secret(verifier),
  redirectUri,
  resource: providers[name].primaryResource(registered(name), 'full'),
  scopes: [],
});
