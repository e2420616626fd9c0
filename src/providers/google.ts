// Google: its scopes, its one resource, and the dialect of its authorization server. The protocol itself is in
// oauth2.ts. https://developers.google.com/identity/protocols/oauth2/web-server
import { GatewayError } from '../core/errors.ts';
import type { OAuthClient } from '../core/oauth-clients.ts';
import type { EgressFetch, Identity, Profile, Provider, Transport } from '../core/ports.ts';
import type { GoogleEndpoints } from './endpoints.ts';
import type { VerifyIdToken } from './id-token.ts';
import { identifyGoogle } from './identify.ts';
import { type Claims, googleIdentity, verifiedAddress } from './identity.ts';
import { type AuthorizationServer, authorizationUrl, type OAuth2 } from './oauth2.ts';
import { parseObject } from './provider-words.ts';
import { isIdentityScope, missingWords, scopeWords } from './scopes.ts';
import { ownFailure } from './token-errors.ts';

/** Every Google access token is for all that its scope covers, so there is one resource. */
const mailResource = 'https://mail.google.com/';
const mailScope = 'https://mail.google.com/';
const modifyScope = 'https://www.googleapis.com/auth/gmail.modify';

const profileScopes = {
  full: ['openid', 'email', 'profile', mailScope],
  api: ['openid', 'email', 'profile', modifyScope],
} as const satisfies Record<Profile, readonly string[]>;

/** The mail scope opens the API too, but is asked for by those who want IMAP and SMTP. */
const scopeTransports: Readonly<Record<string, readonly Transport[]>> = {
  [mailScope]: ['imap', 'smtp'],
  [modifyScope]: ['gmail_api'],
};

export type GoogleDeps = {
  clouds: Record<string, GoogleEndpoints>;
  oauth2: OAuth2;
  verifyIdToken: VerifyIdToken;
  egressFetch: EgressFetch;
};

export const createGoogle = (deps: GoogleDeps): Provider => {
  const endpointsOf = (client: OAuthClient): GoogleEndpoints => {
    const endpoints = Object.hasOwn(deps.clouds, client.cloud) ? deps.clouds[client.cloud] : undefined;
    if (endpoints === undefined) {
      throw new GatewayError('internal_error', `The endpoint table has no Google cloud ${client.cloud}.`);
    }
    return endpoints;
  };

  const transports = (granted: string): Transport[] => [
    ...new Set(scopeWords(granted).flatMap((word) => scopeTransports[wordKey(word)] ?? [])),
  ];

  return {
    name: 'google',
    clouds: Object.keys(deps.clouds),
    tokenUrls: Object.values(deps.clouds).map(({ token }) => token),

    scopesFor: (client, profile) => [...new Set([...profileScopes[profile], ...client.extraScopes])],

    missingScopes: (_client, profile, granted) => {
      // The mail scope covers all that the narrower one allows.
      const hasAll = scopeWords(granted).some((word) => wordKey(word) === mailScope);
      return hasAll ? [] : missingWords(profileScopes[profile], granted, wordKey);
    },

    transports: (_client, granted) => transports(granted),

    target: (client, transport) => {
      const endpoints = endpointsOf(client);
      switch (transport) {
        case 'imap':
        case 'smtp':
          return { transport, server: endpoints[transport] };
        case 'gmail_api':
          return { transport, baseUrl: endpoints.gmailApi };
        case 'graph':
          throw new TypeError('Google has no Graph.');
        default:
          return transport satisfies never;
      }
    },

    resourceOf: (client, transportOrUrl) => {
      if (['imap', 'smtp', 'gmail_api'].includes(transportOrUrl)) return mailResource;
      const wanted = transportOrUrl.replace(/\/+$/, '').toLowerCase();
      const gmailApi = endpointsOf(client).gmailApi;
      const names = [mailResource, gmailApi, new URL(gmailApi).origin, 'https://gmail.googleapis.com'];
      return names.some((name) => name.replace(/\/+$/, '').toLowerCase() === wanted) ? mailResource : null;
    },

    primaryResource: () => mailResource,

    scopesOfResource: (_client, resource, granted) =>
      resource === mailResource && transports(granted).length > 0
        ? scopeWords(granted).filter((word) => !isIdentityScope(word))
        : [],

    resourcesOf: (_client, scope) => (transports(scope).length > 0 ? [mailResource] : []),

    authorizationUrl: (client, request) =>
      authorizationUrl(endpointsOf(client).authorization, {
        response_type: 'code',
        client_id: client.clientId,
        redirect_uri: request.redirectUri,
        scope: request.scopes.join(' '),
        state: request.state,
        nonce: request.nonce,
        code_challenge: request.codeChallenge,
        code_challenge_method: 'S256',
        // Both are needed for a refresh token: a second consent gives none otherwise.
        access_type: 'offline',
        prompt: 'consent',
        login_hint: request.loginHint,
        // Only shows the right accounts first; the claim `hd` is what is checked.
        hd: client.personalAccounts ? null : '*',
      }),

    exchangeCode: async (client, exchange, signal) => {
      const endpoints = endpointsOf(client);
      const server = serverOf(endpoints, exchange.callbackParameters);
      const answer = await deps.oauth2.exchangeCode(server, client, { ...exchange, scope: null }, signal);
      if (!answer.ok) return answer;
      const { tokens, idToken } = answer.value;
      if (idToken === null) return { ok: false, failure: ownFailure('request', 'identity_invalid') };
      const claims = await deps.verifyIdToken(
        { idToken, keysUrl: endpoints.keys, audience: client.clientId, nonce: exchange.expectedNonce },
        signal,
      );
      if (!claims.ok) return claims;
      const verified: Claims = claims.value;
      const identity = googleIdentity(verified, endpoints.issuers);
      if (!identity.ok) return identity;
      const complete =
        verified.email === undefined
          ? await addAddress(deps.egressFetch, endpoints, identity.value, tokens.accessToken.reveal(), signal)
          : identity.value;
      return { ok: true, value: { tokens, identity: complete } };
    },

    // Without `scope`: the answer then covers all that was granted.
    refresh: (client, request, signal) =>
      deps.oauth2.refresh(
        serverOf(endpointsOf(client), null),
        client,
        { refreshToken: request.refreshToken, scope: null },
        signal,
      ),

    identify: (client, tokens, signal) =>
      identifyGoogle(deps.egressFetch, endpointsOf(client), tokens, signal),

    // Ends every grant of this person to the whole registration, not just this one.
    revoke: (client, refreshToken, signal) =>
      deps.oauth2.revoke(serverOf(endpointsOf(client), null), client, refreshToken, signal),
  };
};

const wordKey = (word: string): string => {
  const lower = word.toLowerCase();
  return lower === 'https://mail.google.com' ? mailScope : lower;
};

/** Google may send `iss` in either spelling; any other one is refused by the comparison. */
const serverOf = (endpoints: GoogleEndpoints, callback: URLSearchParams | null): AuthorizationServer => {
  const [first = ''] = endpoints.issuers;
  const iss = callback?.get('iss') ?? null;
  const spellings = endpoints.issuers.flatMap((one) => [one, one.replace(/^https?:\/\//, '')]);
  return {
    provider: 'google',
    issuer: iss !== null && spellings.includes(iss) ? iss : first,
    tokenUrl: endpoints.token,
    revocationUrl: endpoints.revocation,
  };
};

/** Asks userinfo for the address that the ID token lacks. No answer leaves it null: the core refuses that. */
const addAddress = async (
  egressFetch: EgressFetch,
  endpoints: GoogleEndpoints,
  identity: Identity,
  accessToken: string,
  signal: AbortSignal,
): Promise<Identity> => {
  let body: string;
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` };
    const answer = await egressFetch(endpoints.userinfo, { method: 'GET', headers, signal });
    if (answer.status !== 200) return identity;
    body = await answer.text();
  } catch {
    return identity;
  }
  const claims = parseObject(body);
  // The answer must be about the same person (OpenID Connect Core section 5.3.2).
  if (claims === null || claims.sub !== identity.subject) return identity;
  return { ...identity, email: verifiedAddress(claims) };
};
