// ID tokens (OpenID Connect Core section 3.1.3.7): signature against the provider's published keys, audience,
// times, nonce. Whose token it is, and who may have issued it, is in identity.ts.
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Attempt, Clock, EgressFetch, ProviderFailure } from '../core/ports.ts';
import { EgressError } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { classifyNoAnswer, ownFailure } from './token-errors.ts';

export type IdTokenCheck = {
  idToken: Secret<string>;
  /** URL of the JSON Web Key Set. */
  keysUrl: string;
  /** Our client id. */
  audience: string;
  nonce: string;
};

export type VerifyIdToken = (check: IdTokenCheck, signal: AbortSignal) => Promise<Attempt<JWTPayload>>;

/** Both providers sign with it and nothing else; `none` and shared-secret algorithms fall out by this. */
const algorithms = ['RS256'];
/** Seconds that the two clocks may differ. */
const clockTolerance = 60;
const keysTimeout = 5_000;
/** After fresh keys an unknown key id does not fetch them again for this long. Milliseconds. */
const keysCooldown = 30_000;
const keysMaxAge = 600_000;

export const createIdTokenVerifier = (deps: {
  egressFetch: EgressFetch;
  clock: Pick<Clock, 'now'>;
}): VerifyIdToken => {
  /** One per URL of the endpoint table, so bounded by it. */
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysOf = (url: string): JWTVerifyGetKey => {
    const known = keySets.get(url);
    if (known !== undefined) return known;
    const keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: keysTimeout,
      cooldownDuration: keysCooldown,
      cacheMaxAge: keysMaxAge,
      [customFetch]: deps.egressFetch,
    });
    keySets.set(url, keys);
    return keys;
  };

  return async ({ idToken, keysUrl, audience, nonce }, signal) => {
    try {
      const verified = await untilAborted(
        jwtVerify(idToken.reveal(), keysOf(keysUrl), {
          algorithms,
          audience,
          clockTolerance,
          currentDate: new Date(deps.clock.now()),
          requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
        }),
        signal,
      );
      const claims = verified.payload;
      const manyAudiences = Array.isArray(claims.aud) && claims.aud.length > 1;
      const partyIsOther = claims.azp !== undefined && claims.azp !== audience;
      if (claims.nonce !== nonce || partyIsOther || (manyAudiences && claims.azp === undefined)) {
        return { ok: false, failure: ownFailure('request', 'identity_invalid') };
      }
      return { ok: true, value: claims };
    } catch (error) {
      return { ok: false, failure: classify(error) };
    }
  };
};

/** The keys may be shared by several callers, so their fetch goes on; only this caller stops waiting. */
const untilAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new EgressError('aborted', 'The caller gave up.'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const classify = (error: unknown): ProviderFailure => {
  if (error instanceof EgressError) return classifyNoAnswer(error);
  if (error instanceof errors.JWKSTimeout) return ownFailure('transient', 'provider_timeout');
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSInvalid ||
    error instanceof errors.JWKInvalid ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return ownFailure('transient', 'provider_answer_unreadable');
  }
  const tokenIsBad =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported;
  if (tokenIsBad) return ownFailure('request', 'identity_invalid');
  // What remains of this library's own errors: the key endpoint answered with something else than keys.
  if (error instanceof errors.JOSEError) return ownFailure('transient', 'provider_answer_unreadable');
  throw error;
};
