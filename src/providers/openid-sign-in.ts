// The operator's sign-in server for the console, as an OpenID Connect client (OpenID Connect Core 1.0, Discovery 1.0):
// beside oauth2.ts the second door to the OAuth library, because it shares nothing with mail providers but the protocol.
import * as oauth from 'oauth4webapi';
import {
  type Clock,
  EgressError,
  type EgressFetch,
  type PersonClaims,
  type SignInAttempt,
  type SignInFailure,
  type SignInServer,
} from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

export type SignInRegistration = {
  /** Issuer identifier, as the server's discovery document names it. */
  issuer: string;
  clientId: string;
  /** Null for a public client: PKCE alone. */
  clientSecret: Secret<string> | null;
  /** Space-separated; holds `openid`. */
  scope: string;
};

/** How long the discovery document is believed. Milliseconds. */
const metadataKept = 600_000;
/** Seconds that the two clocks may differ. */
const clockTolerance = 60;

export const createSignInServer = (
  { issuer, clientId, clientSecret, scope }: SignInRegistration,
  { egressFetch, clock }: { egressFetch: EgressFetch; clock: Pick<Clock, 'now'> },
): SignInServer => {
  const issuerUrl = new URL(issuer);
  const client: oauth.Client = { client_id: clientId, [oauth.clockTolerance]: clockTolerance };
  const optionsWith = (signal: AbortSignal) => ({
    signal,
    [oauth.customFetch]: egressFetch,
    // The configuration lets plain http pass for the loopback interface alone.
    [oauth.allowInsecureRequests]: issuerUrl.protocol === 'http:',
  });

  let kept: { server: oauth.AuthorizationServer; until: number } | null = null;
  /** The library keeps the server's keys with this object. */
  const metadata = async (signal: AbortSignal): Promise<oauth.AuthorizationServer> => {
    if (kept && kept.until > clock.now()) return kept.server;
    const response = await oauth.discoveryRequest(issuerUrl, { ...optionsWith(signal), algorithm: 'oidc' });
    const server = await oauth.processDiscoveryResponse(issuerUrl, response);
    kept = { server, until: clock.now() + metadataKept };
    return server;
  };

  return {
    authorizationUrl: ({ redirectUri, state, nonce, codeVerifier }, signal) =>
      attempt(async () => {
        const { authorization_endpoint: endpoint } = await metadata(signal);
        if (endpoint === undefined) throw new Misconfigured('no authorization_endpoint');
        const url = new URL(endpoint);
        const parameters = {
          response_type: 'code',
          client_id: clientId,
          redirect_uri: redirectUri,
          scope,
          state,
          nonce,
          code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier.reveal()),
          code_challenge_method: 'S256',
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url.href;
      }),

    claims: ({ redirectUri, state, nonce, codeVerifier, callback }, signal) =>
      attempt(async () => {
        const server = await metadata(signal);
        const parameters = oauth.validateAuthResponse(server, client, callback, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authenticationFor(server, clientSecret),
          parameters,
          redirectUri,
          codeVerifier.reveal(),
          optionsWith(signal),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        });
        // Not left to the transport (OpenID Connect Core section 3.1.3.7, point 6 would allow it).
        await oauth.validateApplicationLevelSignature(server, response, optionsWith(signal));
        const claims = oauth.getValidatedIdTokenClaims(tokens);
        if (!claims) throw new Misconfigured('no ID token');
        return joinedClaims(claims, await userInfo(server, tokens.access_token, claims.sub, signal));
      }),
  };

  /** Many servers put address and groups here and not into the ID token. */
  async function userInfo(
    server: oauth.AuthorizationServer,
    accessToken: string,
    subject: string,
    signal: AbortSignal,
  ): Promise<PersonClaims> {
    if (server.userinfo_endpoint === undefined) return {};
    const response = await oauth.userInfoRequest(server, client, accessToken, optionsWith(signal));
    return oauth.processUserInfoResponse(server, client, subject, response);
  }
};

/**
 * What the ID token says goes before what is said beside it. An address and the word that it is verified come from one
 * document: of two, one may name an address that its owner has typed and the other vouch for another one.
 */
export function joinedClaims(ofToken: PersonClaims, ofUserInfo: PersonClaims): PersonClaims {
  const { email_verified: tokenVouches, ...claims } = ofToken;
  const { email_verified: infoVouches, ...info } = ofUserInfo;
  const vouches =
    claims.email === undefined
      ? infoVouches
      : (tokenVouches ?? (info.email === claims.email ? infoVouches : undefined));
  return { ...info, ...claims, ...(vouches === undefined ? {} : { email_verified: vouches }) };
}

/** As the server's metadata says it wants it; without a word, by the header (RFC 6749 section 2.3.1). */
function authenticationFor(
  { token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer,
  clientSecret: Secret<string> | null,
): oauth.ClientAuth {
  if (clientSecret === null) return oauth.None();
  const isPostOnly = methods?.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return isPostOnly
    ? oauth.ClientSecretPost(clientSecret.reveal())
    : oauth.ClientSecretBasic(clientSecret.reveal());
}

class Misconfigured extends Error {}

async function attempt<T>(work: () => Promise<T>): Promise<SignInAttempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { ok: false, failure };
  }
}

/** Something answered, but not as such a server does. */
const unreadable: ReadonlySet<string | undefined> = new Set([
  oauth.PARSE_ERROR,
  oauth.RESPONSE_IS_NOT_JSON,
  oauth.RESPONSE_IS_NOT_CONFORM,
]);
const ofSettings: ReadonlySet<string | undefined> = new Set([
  oauth.JSON_ATTRIBUTE_COMPARISON,
  oauth.MISSING_SERVER_METADATA,
  oauth.INVALID_SERVER_METADATA,
  oauth.HTTP_REQUEST_FORBIDDEN,
  oauth.REQUEST_PROTOCOL_FORBIDDEN,
]);

/** Null for what is no failure of that server. */
function failureOf(error: unknown): SignInFailure | null {
  if (error instanceof EgressError) return { kind: 'unavailable', words: error.code };
  if (error instanceof Misconfigured) return { kind: 'misconfigured', words: error.message };
  if (error instanceof oauth.AuthorizationResponseError) return { kind: 'refused', words: error.error };
  if (error instanceof oauth.ResponseBodyError) {
    // A code that is over or was used: the way began too long ago. All else is about our registration.
    return { kind: error.error === 'invalid_grant' ? 'invalid' : 'misconfigured', words: error.error };
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return { kind: 'misconfigured', words: `HTTP status ${error.status}` };
  }
  if (error instanceof oauth.UnsupportedOperationError)
    return { kind: 'misconfigured', words: error.message };
  if (error instanceof oauth.OperationProcessingError) {
    if (unreadable.has(error.code)) return { kind: 'unavailable', words: error.code ?? null };
    return { kind: ofSettings.has(error.code) ? 'misconfigured' : 'invalid', words: error.message };
  }
  return null;
}
