// The cookie by which a browser is signed in to the console, and the rule by which a call that carries it is believed to
// come from the console's own page.
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/index.ts';

/** Says that a call wants its cookie looked at. Another site's page cannot send it without asking us first. */
export const consoleHeader = 'mailgrant-console';

/**
 * Over https the prefix holds the cookie to this very host (RFC 6265bis section 4.1.3.2). Plain http is for the loopback
 * interface only, where cookies of all ports are one jar: the port tells two servers apart.
 */
export function consoleCookieName(publicUrl: string, name = 'console'): string {
  const { protocol, port } = new URL(publicUrl);
  return protocol === 'https:' ? `__Host-${name}` : `${name}-${port || '80'}`;
}

export type CookieOptions = {
  name: string;
  publicUrl: string;
  sameSite: 'Strict' | 'Lax';
  maxAgeSeconds: number;
};

/** The value of a `Set-Cookie` header. `value`: base64url and full stops. */
export const cookieText = (
  value: string,
  { name, publicUrl, sameSite, maxAgeSeconds }: CookieOptions,
): string =>
  [
    `${consoleCookieName(publicUrl, name)}=${value}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${sameSite}`,
    `Max-Age=${Math.max(0, Math.ceil(maxAgeSeconds))}`,
    ...(publicUrl.startsWith('https:') ? ['Secure'] : []),
  ].join('; ');

export const sessionCookie = (publicUrl: string, value: string, maxAgeSeconds: number): string =>
  cookieText(value, { name: 'console', publicUrl, sameSite: 'Strict', maxAgeSeconds });

/** The value of a cookie that the browser sent under this very name; null when there is none, or there are two. */
export function cookieOf({ cookie }: IncomingHttpHeaders, name: string): string | null {
  const values = (cookie ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  const [value] = values;
  return values.length === 1 && value ? value : null;
}

/**
 * The session's token of a call by the console's page; null when this is none: it names an API key, has no cookie, or
 * does not say that it is the console's. Throws `permission_denied` for another site's page.
 */
export function consoleTokenOf(headers: IncomingHttpHeaders, publicUrl: string): string | null {
  if (headers.authorization !== undefined || headers[consoleHeader] !== '1') return null;
  const token = cookieOf(headers, consoleCookieName(publicUrl));
  if (token === null) return null;
  requireConsole(headers, publicUrl);
  return token;
}

/** Throws `permission_denied` for a call that is not made by the console's page under the public URL. */
export function requireConsole(headers: IncomingHttpHeaders, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const isOwn =
    headers[consoleHeader] === '1' &&
    (site === undefined || site === 'same-origin') &&
    (origin === undefined || origin === publicUrl);
  if (isOwn) return;
  throw new GatewayError(
    'permission_denied',
    `Only the console itself may call this with a cookie: under ${publicUrl}, with the header \`Mailgrant-Console: 1\`.`,
  );
}
