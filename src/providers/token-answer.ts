// A successful answer of a token endpoint (RFC 6749 section 5.1). Read here and not by the OAuth library, which knows
// neither the two spellings of Google's issuer nor Entra's issuer template.
import type { IssuedTokens } from '../core/ports.ts';
import { type Secret, secret } from '../core/secret.ts';
import { parseObject } from './provider-words.ts';

export type TokenAnswer = { tokens: IssuedTokens; idToken: Secret<string> | null };

/** When the server does not say how long an access token lives. */
const unsaidExpirySeconds = 300;

/** Null when the body is no such answer. */
export const readTokenAnswer = (body: string): TokenAnswer | null => {
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
