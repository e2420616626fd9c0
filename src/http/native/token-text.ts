// A kept token as JSON, put together from texts: what the tokens of a kind have in common is written once, by the same
// function that presents every token, and only what differs is filled in.
import type { KeptToken } from '../../core/index.ts';
import { secret } from '../../core/index.ts';
import { isoTime } from './parts.ts';
import { presentToken, secondsUntil } from './token-answer.ts';

/** What differs, in the order of `places`. */
type Filling = 'token' | 'expiresAt' | 'expiresIn' | 'mailboxId' | 'email' | 'emailInUrl';
/** Text and fillings in turn; a text comes first and last. */
type Template = { first: string; rest: readonly { filling: Filling; text: string }[] };

/**
 * Private use characters, which JSON leaves as they are and which no host, scope or resource has. In an address of an
 * API the user's email is percent-encoded, and so is its place.
 */
const places = {
  '\ue000': 'token',
  '"\ue001"': 'expiresIn',
  '\ue002': 'mailboxId',
  '\ue003': 'email',
  '%EE%80%83': 'emailInUrl',
  '\ue004': 'expiresAt',
} as const satisfies Record<string, Filling>;

const isPlace = (text: string): text is keyof typeof places => Object.hasOwn(places, text);
const anyPlace = new RegExp(`(${Object.keys(places).join('|')})`);

/** By kind, which is one object for all tokens that are kept of it. */
const templates = new WeakMap<KeptToken['kind'], Template>();

export function tokenText(token: KeptToken, now: number): string {
  const { first, rest } = templateOf(token.kind);
  let text = first;
  for (const { filling, text: after } of rest) text += filled(filling, token, now) + after;
  return text;
}

function filled(filling: Filling, token: KeptToken, now: number): string {
  switch (filling) {
    case 'token':
      return insideQuotes(token.accessToken.reveal());
    case 'expiresAt':
      return isoTime(token.expiresAt);
    case 'expiresIn':
      return String(secondsUntil(token.expiresAt, now));
    case 'mailboxId':
      return token.mailboxId;
    case 'email':
      return insideQuotes(token.email);
    case 'emailInUrl':
      return encodeURIComponent(token.email);
    default:
      return filling satisfies never;
  }
}

const insideQuotes = (text: string): string => JSON.stringify(text).slice(1, -1);

function templateOf(kind: KeptToken['kind']): Template {
  const known = templates.get(kind);
  if (known) return known;
  const sample = presentToken(
    {
      ...kind,
      accessToken: secret('\ue000'),
      mailboxId: '\ue002',
      email: '\ue003',
      expiresAt: 0,
      refreshed: false,
    },
    0,
  );
  const text = JSON.stringify({ ...sample, expires_in: '\ue001', expires_at: '\ue004' });
  const [first = '', ...parts] = text.split(anyPlace);
  const rest: { filling: Filling; text: string }[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const [place = '', after = ''] = parts.slice(at, at + 2);
    if (!isPlace(place)) throw new Error('a token cannot be written: its parts do not take turns');
    rest.push({ filling: places[place], text: after });
  }
  const template = { first, rest };
  templates.set(kind, template);
  return template;
}
