// The operator's own sign-in server (OpenID Connect), by which people are let into the console.
import type { Secret } from '../secret.ts';

/** One way there and back. */
export type SignInRequest = {
  redirectUri: string;
  state: string;
  nonce: string;
  /** PKCE (RFC 7636); the challenge is made from it by S256. */
  codeVerifier: Secret<string>;
};

/**
 * `unavailable`: no answer, or none that can be read; try later. `refused`: it sent the person back without a sign-in.
 * `invalid`: what came back does not belong to this request, or is not signed by that server. `misconfigured`: it does
 * not know our registration, or is not what the setting says.
 */
export type SignInFailure = {
  kind: 'unavailable' | 'refused' | 'invalid' | 'misconfigured';
  /** A code or a sentence for the log; never a secret. */
  words: string | null;
};

export type SignInAttempt<T> = { ok: true; value: T } | { ok: false; failure: SignInFailure };

/** Claims of the validated ID token, with what the UserInfo endpoint adds. Nothing about their types is known. */
export type PersonClaims = Readonly<Record<string, unknown>>;

/** Neither rejects for what the server does. */
export type SignInServer = {
  /** Where to send the browser. */
  authorizationUrl(request: SignInRequest, signal: AbortSignal): Promise<SignInAttempt<string>>;
  /** Redeems the code that the browser came back with; `callback`: the query. */
  claims(
    request: SignInRequest & { callback: URLSearchParams },
    signal: AbortSignal,
  ): Promise<SignInAttempt<PersonClaims>>;
};
