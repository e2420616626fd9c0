// The cookies that tie one authorization to one browser. A departure sets one, named after its `state`, so that
// two links in one browser do not disturb each other. The arrival replaces its value by what the result page
// needs to ask again; the page's address names the cookie, and without the cookie shows nothing.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ticket } from '../../core/index.ts';

const resultSecondsMin = 600;
const referenceForm = /^[0-9a-f]{16}$/;
const separator = '.';

/** Names the cookie of a `state` without telling the state. */
export const referenceOf = (state: string): string =>
  createHash('sha256').update(state).digest('hex').slice(0, 16);

/** Plain http is for the loopback interface only; there, not every browser takes the prefix and `Secure`. */
const isSecure = (origin: string): boolean => origin.startsWith('https:');

// The name says nothing about this server: a workspace shows its own host.
const nameOf = (origin: string, reference: string): string =>
  `${isSecure(origin) ? '__Host-' : ''}connect-${reference}`;

const optionsFor = (origin: string) =>
  ({ httpOnly: true, secure: isSecure(origin), sameSite: 'lax', path: '/' }) as const;

/** `origin`: of the page that sets the cookie; that of the callback is the same. */
export function bindBrowser(
  reply: FastifyReply,
  origin: string,
  departure: { state: string; browserToken: string; maxAgeSeconds: number },
): void {
  const { state, browserToken, maxAgeSeconds } = departure;
  const options = { ...optionsFor(origin), maxAge: maxAgeSeconds };
  reply.setCookie(nameOf(origin, referenceOf(state)), browserToken, options);
}

/** Also finds the token of an arrival that was answered before: a reload gets the same answer. */
export function browserTokenOf(request: FastifyRequest, origin: string, state: string): string | null {
  const value = request.cookies[nameOf(origin, referenceOf(state))];
  return value === undefined ? null : (value.split(separator).at(-1) ?? null);
}

/** `lifeSeconds`: how long the result is of use; it is kept for ten minutes at least. */
export function keepTicket(
  reply: FastifyReply,
  origin: string,
  { oauthClientId, state, browserToken, lifeSeconds }: Ticket & { lifeSeconds: number },
): void {
  const value = [oauthClientId, state, browserToken].join(separator);
  const options = { ...optionsFor(origin), maxAge: Math.max(resultSecondsMin, Math.ceil(lifeSeconds)) };
  reply.setCookie(nameOf(origin, referenceOf(state)), value, options);
}

export function ticketOf(request: FastifyRequest, origin: string, reference: string): Ticket | null {
  if (!referenceForm.test(reference)) return null;
  const parts = request.cookies[nameOf(origin, reference)]?.split(separator) ?? [];
  const [oauthClientId, state, browserToken] = parts;
  return oauthClientId && state && browserToken && parts.length === 3
    ? { oauthClientId, state, browserToken }
    : null;
}
