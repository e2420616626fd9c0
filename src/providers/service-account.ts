// The assertion of a Google service account (RFC 7523 section 3): a token request that the account signs itself.
// https://developers.google.com/identity/protocols/oauth2/service-account
import { sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { ServiceAccountKey } from './credentials.ts';

const signLater = promisify(sign);

/** The longest that Google takes. */
const lifeSeconds = 3600;

export type AssertionClaims = {
  /** The token endpoint. */
  audience: string;
  /** The mailbox that the account acts for; null = the account itself. */
  subject: string | null;
  scopes: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
};

export const signAssertion = async (
  { key, keyId, clientEmail }: ServiceAccountKey,
  { audience, subject, scopes, now }: AssertionClaims,
): Promise<string> => {
  const issuedAt = Math.floor(now / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId === null ? {} : { kid: keyId }) };
  const claims = {
    iss: clientEmail,
    ...(subject === null ? {} : { sub: subject }),
    scope: scopes.join(' '),
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + lifeSeconds,
  };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await signLater('sha256', Buffer.from(input), key);
  return `${input}.${signature.toString('base64url')}`;
};
