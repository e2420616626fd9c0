// Access tokens over HTTP: the one answer that holds a secret, and where that secret is good for.
import { type Static, Type } from 'typebox';
import type { TokenAnswer } from '../../core/index.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, email, id, idParams, isoTime, noQuery, oneOf, provider, text, time } from './parts.ts';
import { principalOf } from './principal.ts';
import { presentTarget, targetSchema } from './token-targets.ts';

/** Longer than this no provider's token lives for sure: Google's last an hour, less the margin to refresh. */
const minTtlSecondsMax = 3000;

const tokenRequest = Type.Object(
  {
    resource: Type.Optional(
      text({
        description:
          "`imap`, `smtp`, `gmail_api`, `graph`, or a resource's URL. Omit for the mailbox's first.",
        examples: ['imap'],
        maxLength: 512,
      }),
    ),
    min_ttl_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: minTtlSecondsMax,
        default: 0,
        description: 'The token shall live at least this long.',
        examples: [300],
      }),
    ),
    force_refresh: Type.Optional(
      Type.Boolean({
        description:
          'True when a server refused the last token: asks the provider for another, unless the stored one is only seconds old.',
      }),
    ),
  },
  { ...closed, examples: [{ resource: 'imap' }] },
);

const tokenSchema = Type.Object(
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

export const tokens: Noun = (app, core) => {
  app.addSchema(tokenSchema);
  app.post(
    '/v1/mailboxes/:id/token',
    {
      config: { isBodyOptional: true },
      schema: {
        params: idParams,
        querystring: noQuery,
        body: tokenRequest,
        ...operation({
          takesBody: true,
          id: 'readToken',
          tag: 'Tokens',
          summary: 'Get an access token',
          description: 'Answers at once with the stored token while it is fresh. The body may be left out.',
          scope: 'tokens:read',
          success: { 200: answer('Token', 'The token.') },
          errors: [
            'not_found',
            'mailbox_disabled',
            'resource_not_granted',
            'needs_reauthorization',
            'oauth_client_paused',
            'provider_unavailable',
            'provider_rate_limited',
            'provider_answer_unreadable',
            'provider_refused',
            'refresh_timeout',
          ],
        }),
      },
    },
    async (request) => {
      const { body } = request;
      const token = await core.tokens.read(principalOf(request), request.params.id, {
        resource: body.resource ?? null,
        minTtlSeconds: body.min_ttl_seconds ?? 0,
        forceRefresh: body.force_refresh ?? false,
      });
      return present(token, core.now());
    },
  );
};

const present = (token: TokenAnswer, now: number): Static<typeof tokenSchema> => ({
  access_token: token.accessToken.reveal(),
  token_type: 'Bearer',
  expires_at: isoTime(token.expiresAt),
  expires_in: Math.max(0, Math.floor((token.expiresAt - now) / 1000)),
  scope: token.scope,
  resource: token.resource,
  mailbox_id: token.mailboxId,
  email: token.email,
  provider: token.provider,
  refreshed: token.refreshed,
  targets: token.targets.map((target) => presentTarget(token, target)),
});
