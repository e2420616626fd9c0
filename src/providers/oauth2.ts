// The one door to the OAuth library: authorization URL, callback, code exchange, refresh, revocation, tokens without
// a person, client authentication (RFC 6749, 7636, 7009, 7523, 9207). Every outcome is an `Attempt`. Knows neither
// Google nor Microsoft, nor ID tokens.
import type { KeyObject } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { ProviderName } from '../core/oauth-clients.ts';
import type {
  Attempt,
  Clock,
  EgressFetch,
  EgressPost,
  IssuedTokens,
  PostAnswer,
  ProviderFailure,
} from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts';
import { classifyCallbackError, classifyErrorAnswer, classifyNoAnswer, ownFailure } from './token-errors.ts';
import { type FormAuthentication, sendRefreshRequest } from './token-request.ts';

/** One authorization server, as far as one request needs it. */
export type AuthorizationServer = {
  provider: ProviderName;
  /** What `iss` of a callback must be, when it is present (RFC 9207). */
  issuer: string;
  tokenUrl: string;
  revocationUrl: string | null;
};

/** A registration at it, and how it authenticates. */
export type Registration = { clientId: string; authentication: ClientAuthentication };

export type ClientAuthentication =
  | { method: 'client_secret_post'; clientSecret: Secret<string> }
  /** RFC 7523 section 2.2. `thumbprint`: the header `x5t#S256` by which the server finds the certificate. */
  | { method: 'private_key_jwt'; key: KeyObject; thumbprint: string };

/** Both clocks may differ, and the assertion is used at once. */
const assertionLifeSeconds = 300;
const jwtBearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export type OAuth2 = ReturnType<typeof createOAuth2>;

/** The authorization endpoint with its parameters; those with null are left out. */
export const authorizationUrl = (endpoint: string, parameters: Record<string, string | null>): string => {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return url.href;
};

export const createOAuth2 = (deps: {
  egressFetch: EgressFetch;
  egressPost: EgressPost;
  clock: Pick<Clock, 'now'>;
}) => {
  const requestOptions = (url: string, signal: AbortSignal) => ({
    signal,
    [oauth.customFetch]: deps.egressFetch,
    // Plain http only where the endpoint table has it, which it allows for loopback alone.
    [oauth.allowInsecureRequests]: url.startsWith('http:'),
  });

  const authenticationOf = (
    server: AuthorizationServer,
    { authentication }: Registration,
  ): oauth.ClientAuth => {
    if (authentication.method === 'client_secret_post') {
      return oauth.ClientSecretPost(authentication.clientSecret.reveal());
    }
    const { key, thumbprint } = authentication;
    const signingKey = key.toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']);
    return oauth.PrivateKeyJwt(signingKey, {
      [oauth.modifyAssertion]: (header, payload) => {
        const now = Math.floor(deps.clock.now() / 1000);
        Object.assign(header, { typ: 'JWT', 'x5t#S256': thumbprint });
        // Entra wants the endpoint that is called, not the issuer; and the time is our clock's.
        Object.assign(payload, { aud: server.tokenUrl, iat: now, nbf: now, exp: now + assertionLifeSeconds });
      },
    });
  };

  const formAuthenticationOf = (
    server: AuthorizationServer,
    registration: Registration,
  ): FormAuthentication => {
    const { clientId, authentication } = registration;
    if (authentication.method === 'client_secret_post') return authentication;
    const authenticate = authenticationOf(server, registration);
    return {
      addTo: async (fields, headers) =>
        authenticate(metadataOf(server), { client_id: clientId }, fields, headers),
    };
  };

  /** Sends one request and gives its parsed success, or the classified refusal. */
  const attempt = async <T>(
    server: AuthorizationServer,
    sent: string[],
    send: () => Promise<PostAnswer>,
    read: (body: string) => T | null,
  ): Promise<Attempt<T>> => {
    let answer: PostAnswer;
    try {
      answer = await send();
    } catch (error) {
      return { ok: false, failure: classifyNoAnswer(error) };
    }
    if (answer.status === 200) {
      const value = read(answer.body);
      if (value !== null) return { ok: true, value };
    }
    const failure = classifyErrorAnswer({
      provider: server.provider,
      httpStatus: answer.status,
      retryAfter: answer.retryAfter,
      body: answer.body,
      sent,
      now: deps.clock.now(),
    });
    return { ok: false, failure };
  };

  /** The same, of what the library sends. */
  const attemptByLibrary = <T>(
    server: AuthorizationServer,
    sent: string[],
    send: () => Promise<Response>,
    read: (body: string) => T | null,
  ): Promise<Attempt<T>> => attempt(server, sent, async () => plainAnswer(await send()), read);

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
    return attemptByLibrary(
      server,
      [callback.value.get('code') ?? '', verifier, ...secretsOf(registration)],
      () =>
        oauth.authorizationCodeGrantRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          authenticationOf(server, registration),
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
    const { clientId } = registration;
    const answer = await attempt(
      server,
      [request.refreshToken.reveal(), ...secretsOf(registration)],
      () =>
        sendRefreshRequest(
          deps.egressPost,
          server.tokenUrl,
          {
            form: { clientId, ...request },
            authentication: formAuthenticationOf(server, registration),
          },
          signal,
        ),
      readTokenAnswer,
    );
    return answer.ok ? { ok: true, value: answer.value.tokens } : answer;
  };

  /** A token of the client's own, without a person (RFC 6749 section 4.4). */
  const clientCredentials = async (
    server: AuthorizationServer,
    registration: Registration,
    scope: string,
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>> => {
    const answer = await attemptByLibrary(
      server,
      secretsOf(registration),
      () =>
        oauth.clientCredentialsGrantRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          authenticationOf(server, registration),
          { scope },
          requestOptions(server.tokenUrl, signal),
        ),
      readTokenAnswer,
    );
    return answer.ok ? { ok: true, value: answer.value.tokens } : answer;
  };

  /** A token for whom the assertion names (RFC 7523 section 2.1). The assertion authenticates; nothing else does. */
  const jwtBearer = async (
    server: AuthorizationServer,
    issuer: { clientId: string; assertion: string },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>> => {
    const { clientId, assertion } = issuer;
    const answer = await attemptByLibrary(
      server,
      [assertion],
      () =>
        oauth.genericTokenEndpointRequest(
          metadataOf(server),
          { client_id: clientId },
          () => {},
          jwtBearerGrantType,
          { assertion },
          requestOptions(server.tokenUrl, signal),
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
    const revealed = token.reveal();
    const answer = await attemptByLibrary(
      server,
      [revealed, ...secretsOf(registration)],
      () =>
        oauth.revocationRequest(
          metadataOf(server),
          { client_id: registration.clientId },
          authenticationOf(server, registration),
          revealed,
          requestOptions(revocationUrl, signal),
        ),
      () => 'revoked',
    );
    if (answer.ok) return { ok: true, value: null };
    const { error } = answer.failure.provider;
    return error === 'invalid_token' || error === 'invalid_grant' ? { ok: true, value: null } : answer;
  };

  return { exchangeCode, refresh, clientCredentials, jwtBearer, revoke };
};

const plainAnswer = async (response: Response): Promise<PostAnswer> => ({
  status: response.status,
  retryAfter: response.headers.get('retry-after'),
  body: await response.text(),
});

/** What no record may repeat. An assertion is masked by its shape. */
const secretsOf = ({ authentication }: Registration): string[] =>
  authentication.method === 'client_secret_post' ? [authentication.clientSecret.reveal()] : [];

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
