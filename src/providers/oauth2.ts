// The one door to the OAuth library: authorization URL, callback, code exchange, refresh, revocation (RFC 6749,
// 7636, 7009, 9207). Every outcome is an `Attempt`. Knows neither Google nor Microsoft, nor ID tokens.
import * as oauth from 'oauth4webapi';
import type { ProviderName } from '../core/oauth-clients.ts';
import type { Attempt, Clock, EgressFetch, IssuedTokens, ProviderFailure } from '../core/ports.ts';
import { type Secret, secret } from '../core/secret.ts';
import { parseObject } from './provider-words.ts';
import { classifyCallbackError, classifyErrorAnswer, classifyNoAnswer, ownFailure } from './token-errors.ts';

/** One authorization server, as far as one request needs it. */
export type AuthorizationServer = {
  provider: ProviderName;
  /** What `iss` of a callback must be, when it is present (RFC 9207). */
  issuer: string;
  tokenUrl: string;
  revocationUrl: string | null;
};

/** A registration at it; authenticates by `client_secret_post`. */
export type Registration = { clientId: string; clientSecret: Secret<string> };

export type TokenAnswer = { tokens: IssuedTokens; idToken: Secret<string> | null };

export type OAuth2 = ReturnType<typeof createOAuth2>;

/** The authorization endpoint with its parameters; those with null are left out. */
export const authorizationUrl = (endpoint: string, parameters: Record<string, string | null>): string => {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
};

export const createOAuth2 = (deps: { egressFetch: EgressFetch; clock: Pick<Clock, 'now'> }) => {
  const requestOptions = (url: string, signal: AbortSignal) => ({
    signal,
    [oauth.customFetch]: deps.egressFetch,
    // Plain http only where the endpoint table has it, which it allows for loopback alone.
    [oauth.allowInsecureRequests]: url.startsWith('http:'),
  });

  /** Sends one request and gives its parsed success, or the classified refusal. */
  const attempt = async <T>(
    server: AuthorizationServer,
    sent: string[],
    send: () => Promise<Response>,
    read: (body: string) => T | null,
  ): Promise<Attempt<T>> => {
    let response: Response;
    let body: string;
    try {
      response = await send();
      body = await response.text();
    } catch (error) {
      return { ok: false, failure: classifyNoAnswer(error) };
    }
    if (response.status === 200) {
      const value = read(body);
      if (value !== null) return { ok: true, value };
    }
    const failure = classifyErrorAnswer({
      provider: server.provider,
      httpStatus: response.status,
      retryAfter: response.headers.get('retry-after'),
      body,
      sent,
      now: deps.clock.now(),
    });
    return { ok: false, failure };
  };

  const exchangeCode = async (
    server: AuthorizationServer,
    registration: Registration,
    exchange: {
      callbackParameters: URLSearchParams;
      expectedState: string;
      codeVerifier: Secret<string>;
      redirectUri: string;
      /** Sent as `scope`; null leaves it out. */
      scope: string | null;
    },
    signal: AbortSignal,
  ): Promise<Attempt<TokenAnswer>> => {
    const callback = validateCallback(
      server,
      registration,
      exchange.callbackParameters,
      exchange.expectedState,
    );
    if (!callback.ok) return callback;
    const verifier = exchange.codeVerifier.reveal();
    const clientSecret = registration.clientSecret.reveal();
    return attempt(
      server,
      [callback.value.get('code') ?? '', verifier, clientSecret],
      () =>
        oauth.authorizationCodeGrantRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          oauth.ClientSecretPost(clientSecret),
          callback.value,
          exchange.redirectUri,
          verifier,
          {
            ...requestOptions(server.tokenUrl, signal),
            ...(exchange.scope === null ? {} : { additionalParameters: { scope: exchange.scope } }),
          },
        ),
      readTokenAnswer,
    );
  };

  const refresh = async (
    server: AuthorizationServer,
    registration: Registration,
    request: { refreshToken: Secret<string>; scope: string | null },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>> => {
    const refreshToken = request.refreshToken.reveal();
    const clientSecret = registration.clientSecret.reveal();
    const answer = await attempt(
      server,
      [refreshToken, clientSecret],
      () =>
        oauth.refreshTokenGrantRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          oauth.ClientSecretPost(clientSecret),
          refreshToken,
          {
            ...requestOptions(server.tokenUrl, signal),
            ...(request.scope === null ? {} : { additionalParameters: { scope: request.scope } }),
          },
        ),
      readTokenAnswer,
    );
    return answer.ok ? { ok: true, value: answer.value.tokens } : answer;
  };

  /** A token that the server no longer knows counts as revoked (RFC 7009 section 2.2). */
  const revoke = async (
    server: AuthorizationServer,
    registration: Registration,
    token: Secret<string>,
    signal: AbortSignal,
  ): Promise<Attempt<null>> => {
    const revocationUrl = server.revocationUrl;
    if (revocationUrl === null) throw new TypeError('This authorization server has no revocation endpoint.');
    const clientSecret = registration.clientSecret.reveal();
    const revealed = token.reveal();
    const answer = await attempt(
      server,
      [revealed, clientSecret],
      () =>
        oauth.revocationRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          oauth.ClientSecretPost(clientSecret),
          revealed,
          requestOptions(revocationUrl, signal),
        ),
      () => 'revoked',
    );
    if (answer.ok) return { ok: true, value: null };
    const { error } = answer.failure.provider;
    return error === 'invalid_token' || error === 'invalid_grant' ? { ok: true, value: null } : answer;
  };

  return { exchangeCode, refresh, revoke };
};

const metadataOf = (server: AuthorizationServer): oauth.AuthorizationServer => ({
  issuer: server.issuer,
  token_endpoint: server.tokenUrl,
  ...(server.revocationUrl === null ? {} : { revocation_endpoint: server.revocationUrl }),
});

/** State, `iss` when present, one value per parameter; then `error`, then `code`. */
const validateCallback = (
  server: AuthorizationServer,
  registration: Registration,
  parameters: URLSearchParams,
  expectedState: string,
): Attempt<URLSearchParams> => {
  const invalid: ProviderFailure = ownFailure('request', 'callback_invalid');
  try {
    const client = { client_id: registration.clientId };
    const callback = oauth.validateAuthResponse(metadataOf(server), client, parameters, expectedState);
    const codes = callback.getAll('code');
    const isSound = codes.length === 1 && codes[0] !== '';
    return isSound ? { ok: true, value: callback } : { ok: false, failure: invalid };
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) {
      const failure = classifyCallbackError(server.provider, {
        error: error.error,
        description: error.error_description ?? null,
        suberror: parameters.get('error_subcode'),
        sent: [expectedState],
      });
      return { ok: false, failure };
    }
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
      return { ok: false, failure: invalid };
    }
    throw error;
  }
};

/** When the server does not say how long an access token lives. */
const unsaidExpirySeconds = 300;

/**
 * A successful token answer (RFC 6749 section 5.1); null when it is none. Read here and not by the library,
 * which knows neither the two spellings of Google's issuer nor Entra's issuer template.
 */
const readTokenAnswer = (body: string): TokenAnswer | null => {
  const fields = parseObject(body);
  if (fields === null) return null;
  const accessToken = fields.access_token;
  const tokenType = fields.token_type;
  if (typeof accessToken !== 'string' || accessToken === '') return null;
  // Recommended, not required (RFC 6749 section 5.1): an answer without it may have spent the refresh token.
  const expiresIn = toSeconds(fields.expires_in) ?? unsaidExpirySeconds;
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') return null;
  const { refresh_token: refreshToken, scope, id_token: idToken } = fields;
  return {
    tokens: {
      accessToken: secret(accessToken),
      refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? secret(refreshToken) : null,
      expiresInSeconds: expiresIn,
      refreshTokenExpiresInSeconds: toSeconds(fields.refresh_token_expires_in ?? fields.refresh_expires_in),
      scope: typeof scope === 'string' ? scope : null,
    },
    idToken: typeof idToken === 'string' && idToken !== '' ? secret(idToken) : null,
  };
};

/** Some servers write seconds as text. Null unless a positive number. */
const toSeconds = (value: unknown): number | null => {
  const seconds = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : null;
};
