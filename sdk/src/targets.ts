// What a token is good for, picked out of its targets for one way of reading or sending mail.
import type { Token } from './generated/types.ts';

type Target = Token['targets'][number];

export type MailServer = Extract<Target, { host: string }>;
export type MailApi = Extract<Target, { base_url: string }>;

/** Throws `TypeError` when the token opens none: the token source was made for something else. */
export function mailServerOf(token: Token, transport: 'imap' | 'smtp'): MailServer {
  for (const target of token.targets) if (target.transport === transport && 'host' in target) return target;
  throw new TypeError(missing(token, transport));
}

/** Throws `TypeError` when the token opens none: the token source was made for something else. */
export function mailApiOf(token: Token, transport: 'gmail_api' | 'graph'): MailApi {
  for (const target of token.targets)
    if (target.transport === transport && 'base_url' in target) return target;
  throw new TypeError(missing(token, transport));
}

const missing = ({ resource }: Token, transport: string): string =>
  `this token is for ${resource}, which does not open ${transport}: make the token source with { resource: '${transport}' }`;
