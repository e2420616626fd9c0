// Google: the calls to its authorization server, and its dialect. What is known without asking is in
// google-knowledge.ts, the protocol itself in oauth2.ts.
import type { Clock, EgressFetch, Identity, ProviderAdapter } from '../core/ports.ts';
import { googleAddresses } from './addresses.ts';
import { endpointsOf } from './clouds.ts';
import type { ParseCredential } from './credentials.ts';
import type { GoogleEndpoints } from './endpoints.ts';
import { createGoogleExamination, type MintFor } from './examine-google.ts';
import { createGoogleKnowledge } from './google-knowledge.ts';
import type { VerifyIdToken } from './id-token.ts';
import { identifyGoogle } from './identify.ts';
import { type Claims, googleIdentity, verifiedAddress } from './identity.ts';
import { asMintFailure } from './mint-errors.ts';
import type { AuthorizationServer, OAuth2 } from './oauth2.ts';
import { parseObject } from './provider-words.ts';
import { registrationOf, serviceAccountOf } from './registration.ts';
import { signAssertion } from './service-account.ts';
import { ownFailure } from './token-errors.ts';

export type GoogleDeps = {
  clouds: Record<string, GoogleEndpoints>;
  oauth2: OAuth2;
  verifyIdToken: VerifyIdToken;
  parseCredential: ParseCredential;
  egressFetch: EgressFetch;
  clock: Pick<Clock, 'now'>;
};

export const createGoogle = (deps: GoogleDeps): ProviderAdapter => {
  const { clouds, oauth2, parseCredential, egressFetch, clock } = deps;

  const mintFor: MintFor = async (client, { subject, scopes }, signal) => {
    const account = serviceAccountOf(parseCredential, client);
    if (!account.ok) return account;
    const server = serverOf(endpointsOf(clouds, client), null);
    const claims = { audience: server.tokenUrl, subject, scopes, now: clock.now() };
    const assertion = await signAssertion(account.value, claims);
    const answer = await oauth2.jwtBearer(server, { clientId: client.clientId, assertion }, signal);
    return answer.ok ? answer : { ok: false, failure: asMintFailure('jwt_bearer', answer.failure) };
  };

  return {
    ...createGoogleKnowledge(clouds, parseCredential),

    exchangeCode: async (client, exchange, signal) => {
      const endpoints = endpointsOf(clouds, client);
      const server = serverOf(endpoints, exchange.callbackParameters);
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const request = { ...exchange, scope: null };
      const answer = await oauth2.exchangeCode(server, registration.value, request, signal);
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
          ? await addAddress(egressFetch, endpoints, identity.value, tokens.accessToken.reveal(), signal)
          : identity.value;
      return { ok: true, value: { tokens, identity: complete } };
    },

    // Without `scope`: the answer then covers all that was granted.
    refresh: async (client, { refreshToken }, signal) => {
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const server = serverOf(endpointsOf(clouds, client), null);
      return oauth2.refresh(server, registration.value, { refreshToken, scope: null }, signal);
    },

    mint: (client, { email, scopes }, signal) => mintFor(client, { subject: email, scopes }, signal),

    // Ends every grant of this person to the whole registration, not just this one.
    revoke: async (client, refreshToken, signal) => {
      const registration = registrationOf(parseCredential, client);
      if (!registration.ok) return registration;
      const server = serverOf(endpointsOf(clouds, client), null);
      return oauth2.revoke(server, registration.value, refreshToken, signal);
    },

    examine: createGoogleExamination({
      ...deps,
      mintFor,
      serverOf: (endpoints) => serverOf(endpoints, null),
    }),

    identify: (client, tokens, signal) =>
      identifyGoogle(egressFetch, endpointsOf(clouds, client), tokens, signal),

    addresses: (client, tokens, signal) =>
      googleAddresses(egressFetch, endpointsOf(clouds, client), tokens, signal),
  };
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
