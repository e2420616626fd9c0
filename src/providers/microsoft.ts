// Microsoft Entra: the calls to its authorization server, and its dialect. What is known without asking is in
// microsoft-knowledge.ts, the protocol itself in oauth2.ts.
import type { EgressFetch, ProviderAdapter } from '../core/ports.ts';
import { entraAddresses } from './addresses.ts';
import { endpointsOf } from './clouds.ts';
import type { ParseCredential } from './credentials.ts';
import { ofDirectory, ownDirectory, serverOf, tenantOf } from './directories.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import { createMicrosoftExamination } from './examine-microsoft.ts';
import type { VerifyIdToken } from './id-token.ts';
import { identifyEntra } from './identify.ts';
import { entraIdentity } from './identity.ts';
import { createMicrosoftKnowledge } from './microsoft-knowledge.ts';
import {
  defaultScope,
  qualifyScope,
  resourceByUrl,
  resourceOfKey,
  scopeKey,
  withIdentity,
  withRefreshToken,
} from './microsoft-scopes.ts';
import { asMintFailure } from './mint-errors.ts';
import type { OAuth2 } from './oauth2.ts';
import { registrationOf } from './registration.ts';
import { isIdentityScope, scopeWords } from './scopes.ts';
import { ownFailure } from './token-errors.ts';

export type MicrosoftDeps = {
  clouds: Record<string, MicrosoftEndpoints>;
  oauth2: OAuth2;
  verifyIdToken: VerifyIdToken;
  parseCredential: ParseCredential;
  egressFetch: EgressFetch;
};

export const createMicrosoft = (deps: MicrosoftDeps): ProviderAdapter => {
  const { clouds, oauth2, parseCredential, egressFetch } = deps;

  return {
    ...createMicrosoftKnowledge(clouds, parseCredential),

    exchangeCode: async (client, exchange, signal) => {
      const endpoints = endpointsOf(clouds, client);
      const tenant = tenantOf(client);
      // The same directory in the path of both legs, or Entra refuses the code (AADSTS700005).
      const server = serverOf(endpoints, tenant, exchange.callbackParameters.get('iss'));
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const request = { ...exchange, scope: withIdentity(exchange.scopes).join(' ') };
      const answer = await oauth2.exchangeCode(server, registration.value, request, signal);
      if (!answer.ok) return { ok: false, failure: ofDirectory(answer.failure, client, null) };
      const { tokens, idToken } = answer.value;
      if (idToken === null) return { ok: false, failure: ownFailure('request', 'identity_invalid') };
      const claims = await deps.verifyIdToken(
        { idToken, keysUrl: endpoints.keys, audience: client.clientId, nonce: exchange.expectedNonce },
        signal,
      );
      if (!claims.ok) return claims;
      const identity = entraIdentity(claims.value, { issuers: endpoints.issuers, entraTenant: tenant });
      if (!identity.ok) return identity;
      const resource = resourceByUrl(endpoints, exchange.resource);
      return {
        ok: true,
        value: { tokens: qualifyScope(endpoints, tokens, resource), identity: identity.value },
      };
    },

    // At the directory that the grant was given in: another one answers AADSTS7000012 or AADSTS50194.
    refresh: async (client, { refreshToken, scopes, entraTenantId }, signal) => {
      const endpoints = endpointsOf(clouds, client);
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const server = serverOf(endpoints, entraTenantId ?? tenantOf(client));
      // Left out, the scope is that of the grant (RFC 6749 section 6): its first resource, at Entra.
      const scope = scopes.length === 0 ? null : withRefreshToken(scopes).join(' ');
      const answer = await oauth2.refresh(server, registration.value, { refreshToken, scope }, signal);
      if (!answer.ok) return { ok: false, failure: ofDirectory(answer.failure, client, entraTenantId) };
      const first = scopes.find((word) => !isIdentityScope(word));
      const resource = first === undefined ? null : resourceOfKey(scopeKey(endpoints, first));
      return { ok: true, value: qualifyScope(endpoints, answer.value, resource) };
    },

    // The address is not in the request: which mailboxes the app may open is for Exchange to say.
    mint: async (client, request, signal) => {
      const endpoints = endpointsOf(clouds, client);
      const directory = ownDirectory(client);
      const resource = resourceByUrl(endpoints, request.resource);
      if (directory === null) return { ok: false, failure: ownFailure('request', 'tenant_unknown') };
      if (resource === null) throw new TypeError('Microsoft has no such resource.');
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const server = serverOf(endpoints, directory);
      const scope = defaultScope(endpoints, resource);
      const answer = await oauth2.clientCredentials(server, registration.value, scope, signal);
      if (!answer.ok) return { ok: false, failure: asMintFailure('client_credentials', answer.failure) };
      // An answer that names the scope names `.default` again, which says nothing of what is in the token.
      return { ok: true, value: { ...answer.value, scope: null } };
    },

    examine: createMicrosoftExamination(deps),

    identify: (client, tokens, signal) => {
      const endpoints = endpointsOf(clouds, client);
      const isGraph = scopeWords(tokens.scope).some((word) => scopeKey(endpoints, word).startsWith('graph/'));
      // A token for Exchange opens no door at which one could ask.
      return isGraph
        ? identifyEntra(egressFetch, endpoints, tokens, signal)
        : Promise.resolve({ ok: true, value: null });
    },

    addresses: (client, tokens, signal) =>
      entraAddresses(egressFetch, endpointsOf(clouds, client), tokens, signal),

    revoke: null,
  };
};
