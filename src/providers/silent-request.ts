// An authorization request with `prompt=none` (OpenID Connect Core section 3.1.2.1), sent by us and not by a browser:
// nobody is signed in, so a sound one comes back at once, and an unsound one ends on a page of the provider's own.
import { randomBytes } from 'node:crypto';
import type { EgressFetch, ProviderFailure } from '../core/ports.ts';
import { authorizationUrl } from './oauth2.ts';
import { classifyNoAnswer } from './token-errors.ts';

export type SilentAnswer =
  /** Sent back to our redirect URI: the provider knows it, and the client that it belongs to. */
  | { kind: 'callback'; parameters: URLSearchParams }
  /** What it says instead, address of a further page included. */
  | { kind: 'page'; httpStatus: number; text: string }
  | { kind: 'none'; failure: ProviderFailure };

/** The provider's word that all is well, but for somebody who is signed in. */
const silentErrors: ReadonlySet<string> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
  'immediate_failed',
]);

export const isSound = (answer: SilentAnswer): boolean =>
  answer.kind === 'callback' && silentErrors.has(answer.parameters.get('error') ?? '');

/** Enough for the message of an error page, which comes before any decoration. Characters. */
const textMax = 131_072;

export const askSilently = async (
  egressFetch: EgressFetch,
  { endpoint, clientId, redirectUri }: { endpoint: string; clientId: string; redirectUri: string },
  signal: AbortSignal,
): Promise<SilentAnswer> => {
  // Nothing ever comes of it, so state, nonce and challenge guard nothing; servers may insist on them.
  const url = authorizationUrl(endpoint, {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    state: madeUp(),
    nonce: madeUp(),
    code_challenge: madeUp(),
    code_challenge_method: 'S256',
    prompt: 'none',
  });
  try {
    const headers = { accept: 'text/html', 'accept-language': 'en' };
    const answer = await egressFetch(url, { method: 'GET', headers, signal });
    const location = URL.parse(answer.headers.get('location') ?? '', url);
    if (location !== null && isSamePlace(location, redirectUri)) {
      return { kind: 'callback', parameters: location.searchParams };
    }
    const text = [location === null ? '' : spelledOut(location), await answer.text()].join('\n');
    return { kind: 'page', httpStatus: answer.status, text: text.slice(0, textMax) };
  } catch (error) {
    return { kind: 'none', failure: classifyNoAnswer(error) };
  }
};

/** In the form of an S256 challenge (RFC 7636 section 4.2). */
const madeUp = (): string => randomBytes(32).toString('base64url');

const isSamePlace = (location: URL, redirectUri: string): boolean => {
  const own = URL.parse(redirectUri);
  return own !== null && own.origin === location.origin && own.pathname === location.pathname;
};

/** Google packs the name of the error into `authError`, in base64. */
const spelledOut = (location: URL): string => {
  const packed = location.searchParams.get('authError') ?? '';
  return `${location.href.slice(0, 8192)}\n${Buffer.from(packed.slice(0, 8192), 'base64').toString('latin1')}`;
};
