// A fetch that signs its requests with a mailbox's token: to the host of the mail API and to no other, and once more
// with another token when the API answers 401.
import { boundedText } from './bounded-text.ts';
import type { Token } from './generated/types.ts';
import { type MailApi, mailApiOf } from './targets.ts';
import type { TokenSource } from './token-source.ts';

export type AuthorizedFetch = (path: string | URL, init?: RequestInit) => Promise<Response>;

export type AuthorizedFetchOptions = {
  fetch?: typeof globalThis.fetch | undefined;
  /** How long one attempt may take, in milliseconds, the answer's body included. Default: 30 000. */
  timeoutMs?: number | undefined;
};

/** Of an answer that is thrown away. */
const refusalBytesMax = 64 * 1024;

/** `path` is below the mailbox's own address in the API; a whole URL must be on the API's host. */
export function authorizedFetch(
  tokens: TokenSource,
  transport: 'gmail_api' | 'graph',
  { fetch = globalThis.fetch, timeoutMs = 30_000 }: AuthorizedFetchOptions = {},
): AuthorizedFetch {
  const send = async (token: Token, path: string | URL, init: RequestInit): Promise<Response> => {
    const url = addressOf(mailApiOf(token, transport), path);
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token.access_token}`);
    return fetch(url, { ...init, headers, ...boundedBy(init.signal, timeoutMs) });
  };
  return async (path, init = {}) => {
    const token = await tokens.token(init.signal ? { signal: init.signal } : {});
    const response = await send(token, path, init);
    // A stream is used up.
    const isSendable = !(init.body instanceof ReadableStream);
    if (response.status !== 401 || !isSendable || !tokens.refused(token.access_token)) return response;
    await boundedText(response, refusalBytesMax);
    return send(await tokens.token(init.signal ? { signal: init.signal } : {}), path, init);
  };
}

/** Throws `TypeError` for another host: the token is not for it. */
export function addressOf({ base_url: base, mailbox_url: mailbox }: MailApi, path: string | URL): URL {
  const isWhole = path instanceof URL || /^[a-z][a-z\d+.-]*:/i.test(path);
  const url = isWhole ? new URL(path) : new URL(`${mailbox.replace(/\/$/, '')}/${path.replace(/^\/+/, '')}`);
  if (!isOfApi(url, base)) throw new TypeError(`${url.host} is not the mail API that this token is for`);
  return url;
}

export const isOfApi = (url: URL, base: string): boolean => url.origin === new URL(base).origin;

function boundedBy(signal: AbortSignal | null | undefined, timeoutMs: number): { signal: AbortSignal } {
  const timeout = AbortSignal.timeout(timeoutMs);
  return { signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
}
