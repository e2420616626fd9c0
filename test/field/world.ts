// What the field tests share: the sandbox with its mail servers, the real adapters over the real egress and sockets,
// and one OAuth client per provider. The core stays out: each reply is met by the adapter that has to judge it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Expectation } from '../../sandbox/field-cases/index.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { isReasonCode, verdictOf } from '../../src/core/diagnosis.ts';
import type { ProviderName } from '../../src/core/oauth-clients.ts';
import type { CodeExchange, Probes } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { createEgress } from '../../src/egress.ts';
import { createProbes } from '../../src/mail/index.ts';
import { parseEndpointFile } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { keyFile } from '../providers/credential-files.ts';
import { oauthClient, openedWith } from '../providers/helpers.ts';

export const redirectUri = 'http://127.0.0.1:9/oauth/callback/x';
export const signal = new AbortController().signal;
const clock = { now: () => Date.now() };
const verifier = 'v'.repeat(64);

/** The directory of the Entra registration: what is said there of the client is said by its own administrators. */
const entraTenant = '11111111-2222-4333-8444-555555555555';

export type FieldWorld = {
  sandbox: Sandbox;
  providers: ReturnType<typeof createProviders>;
  probes: Probes;
  client(provider: ProviderName): ReturnType<typeof authenticated>;
  close(): Promise<void>;
};

export const startFieldWorld = async (): Promise<FieldWorld> => {
  const egress = createEgress();
  const sandbox = await startSandbox();
  const endpoints = parseEndpointFile(sandbox.endpoints);
  for (const provider of ['google', 'microsoft'] as const) sandbox[provider].addRedirectUri(redirectUri);
  return {
    sandbox,
    providers: createProviders({ endpoints, egressFetch: egress.fetch, egressPost: egress.post, clock }),
    probes: createProbes({ egressFetch: egress.fetch, clock, ca: sandbox.caPem ?? null }),
    client: (provider) => authenticated(provider, sandbox[provider].clients.confidential),
    close: async () => {
      await egress.close();
      await sandbox.close();
    },
  };
};

/** The one place that knows how a call's OAuth client carries its credential. */
export const authenticated = (
  provider: ProviderName,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
) => {
  const tenant = provider === 'microsoft' ? { entraTenant } : {};
  return oauthClient(provider, { clientId, ...tenant, ...openedWith('secret', clientSecret) });
};

/** A service account whose key the sandbox does not know: it never gets to look at it. */
export const serviceAccount = () =>
  oauthClient('google', { grantType: 'jwt_bearer', ...openedWith('service_account_key', keyFile()) });

export const authorizationUrl = ({ providers, client }: FieldWorld, name: ProviderName): string =>
  providers[name].authorizationUrl(client(name), {
    redirectUri,
    scopes: providers[name].scopesFor(client(name), 'full'),
    state: 's-1',
    nonce: 'n-1',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    loginHint: null,
  });

export const codeExchange = (
  { providers, client }: FieldWorld,
  name: ProviderName,
  callbackParameters = new URLSearchParams({ code: 'a-code', state: 's-1' }),
): CodeExchange => {
  const resource = providers[name].primaryResource(client(name), 'full');
  return {
    callbackParameters,
    expectedState: 's-1',
    expectedNonce: 'n-1',
    codeVerifier: secret(verifier),
    redirectUri,
    resource,
    scopes: [],
  };
};

/** The reason that came out, as its verdict, against what the case expects. */
export const assertVerdict = (reason: string, expect: Expectation): void => {
  assert.equal(reason, expect.code);
  assert.ok(isReasonCode(reason));
  const { actor, healsItself, sentence, remedy } = verdictOf(reason);
  assert.deepEqual({ actor, healsItself }, { actor: expect.acts, healsItself: expect.heals });
  assert.ok(sentence.length > 20 && remedy.length > 10);
};
