// The one answer that holds a secret: an access token, and where it is good for.
import { type Static, Type } from 'typebox';
import type { TokenAnswer } from '../../core/index.ts';
import { email, id, isoTime, oneOf, provider, time } from './parts.ts';
import { presentTarget, targetSchema } from './token-targets.ts';

export const tokenSchema = Type.Object(
  {
    access_token: Type.String({ description: 'Keep it out of logs.' }),
    token_type: oneOf(['Bearer'], { description: 'RFC 6750.' }),
    expires_at: time('When it ends.'),
    expires_in: Type.Integer({ description: 'Seconds from now.' }),
    scope: Type.String({ description: 'Space-separated, as granted.' }),
    resource: Type.String({ description: 'What it is for.' }),
    mailbox_id: id('Whose it is.'),
    email: email('Whose it is.'),
    provider: provider('Who issued it.'),
    refreshed: Type.Boolean({ description: 'True when this call made the provider issue it.' }),
    targets: Type.Array(targetSchema, { description: 'Where it is good for.' }),
  },
  { $id: 'Token', title: 'Token', description: 'An access token that works.' },
);

export const presentToken = (token: TokenAnswer, now: number): Static<typeof tokenSchema> => ({
  access_token: token.accessToken.reveal(),
  token_type: 'Bearer',
  expires_at: isoTime(token.expiresAt),
  expires_in: secondsUntil(token.expiresAt, now),
  scope: token.scope,
  resource: token.resource,
  mailbox_id: token.mailboxId,
  email: token.email,
  provider: token.provider,
  refreshed: token.refreshed,
  targets: token.targets.map((target) => presentTarget(token, target)),
});

export const secondsUntil = (time: number, now: number): number =>
  Math.max(0, Math.floor((time - now) / 1000));
