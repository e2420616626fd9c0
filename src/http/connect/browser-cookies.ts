// The cookies that tie one authorization to one browser. A departure sets one, named after its `state`, so that
// two links in one browser do not disturb each other. The arrival replaces its value by what the result page
// needs to ask again; the page's address names the cookie, and without the cookie shows nothing.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where the provider sent the browser back to, kept to show the result once more. */
export type Ticket = { oauthClientId: string; state: string; browserToken: string };

export type BrowserCookies = ReturnType<typeof createBrowserCookies>;

const resultSeconds = 600;
const referenceForm = /^[0-9a-f]{16}$/;
const separator = '.';

/** Names the cookie of a `state` without telling the state. */
export const referenceOf = (state: string): string =>
  createHash('sha256').update(state).digest('hex').slice(0, 16);

export function createBrowserCookies(publicUrl: string) {
  // Plain http is for the loopback interface only; there, not every browser takes the prefix and `Secure`.
  const isSecure = publicUrl.startsWith('https:');
  const nameOf = (reference: string): string => `${isSecure ? '__Host-' : ''}mailgrant-${reference}`;
  const options = { httpOnly: true, secure: isSecure, sameSite: 'lax', path: '/' } as const;

  return {
    bind(
      reply: FastifyReply,
      departure: { state: string; browserToken: string; maxAgeSeconds: number },
    ): void {
      const { state, browserToken, maxAgeSeconds } = departure;
      reply.setCookie(nameOf(referenceOf(state)), browserToken, { ...options, maxAge: maxAgeSeconds });
    },

    /** Also finds the token of an arrival that was answered before: a reload gets the same answer. */
    browserToken(request: FastifyRequest, state: string): string | null {
      const value = request.cookies[nameOf(referenceOf(state))];
      return value === undefined ? null : (value.split(separator).at(-1) ?? null);
    },

    keepTicket(reply: FastifyReply, { oauthClientId, state, browserToken }: Ticket): void {
      const value = [oauthClientId, state, browserToken].join(separator);
      reply.setCookie(nameOf(referenceOf(state)), value, { ...options, maxAge: resultSeconds });
    },

    ticket(request: FastifyRequest, reference: string): Ticket | null {
      if (!referenceForm.test(reference)) return null;
      const parts = request.cookies[nameOf(reference)]?.split(separator) ?? [];
      const [oauthClientId, state, browserToken] = parts;
      return oauthClientId && state && browserToken && parts.length === 3
        ? { oauthClientId, state, browserToken }
        : null;
    },
  };
}
