// Access tokens over HTTP. What is kept in memory is mostly answered by the door (token-door.ts), in the same bytes.
import { answer, type Noun, operation } from './operation.ts';
import { idParams, noQuery } from './parts.ts';
import { principalOf } from './principal.ts';
import { presentToken, tokenSchema } from './token-answer.ts';
import { tokenRequestOf, tokenRequestSchema } from './token-request.ts';

export const tokens: Noun = (app, core) => {
  app.addSchema(tokenSchema);
  app.post(
    '/v1/mailboxes/:id/token',
    {
      config: { isBodyOptional: true },
      schema: {
        params: idParams,
        querystring: noQuery,
        body: tokenRequestSchema,
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
      const { params, body } = request;
      const token = await core.tokens.read(principalOf(request), params.id, tokenRequestOf(body));
      return presentToken(token, core.now());
    },
  );
};
