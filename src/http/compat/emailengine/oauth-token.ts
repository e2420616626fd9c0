// The access token of an account, off until somebody switches it on. A dead grant says `authenticationFailed`; a
// provider that is down never does: it is 503 with `Retry-After`, and the account is untouched.

import { Type } from 'typebox';
import { type Core, GatewayError, type Principal } from '../../../core/index.ts';
import { AccountParams } from './account-schemas.ts';
import { accountIdOf, tokenRequestOf } from './account-view.ts';
import { EmailEngineError } from './errors.ts';
import { accountOf, accountOfMailbox } from './find-account.ts';
import { typeOf } from './find-app.ts';
import { at, callerOf, type Noun } from './route.ts';

/** Below this rest of its life a token is replaced; the core's own margin is longer. */
const minTtlSeconds = 30;

const query = Type.Object({
  /** Ours: `imap`, `smtp`, `gmail_api`, `graph` or a resource's URL; EmailEngine has one token an account. */
  resource: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
});

export const oauthToken: Noun = (app, { core }) => {
  at(app, '/account/:account/oauth-token', (scope) => {
    scope.get('/', { schema: { params: AccountParams, querystring: query } }, async (request) => {
      const { principal, workspaceId } = callerOf(request, 'tokens:read');
      await requireSwitch(core, principal, workspaceId);
      const { mailbox } = await accountOf(core, principal, request.params.account);
      const { resource = null } = request.query;
      const token = await core.tokens
        .read(principal, mailbox.id, { resource, minTtlSeconds, forceRefresh: false })
        .catch(async (error: unknown) => {
          throw await renewError(core, principal, mailbox.id, error);
        });
      const joined = await accountOfMailbox(core, principal, mailbox.id);
      return {
        account: accountIdOf(joined),
        user: token.email,
        accessToken: token.accessToken.reveal(),
        provider: typeOf(joined.oauthClient),
        app: joined.oauthClient.id,
        registeredScopes: token.scope.split(' '),
        expires: new Date(token.expiresAt).toISOString(),
        cached: !token.refreshed,
      };
    });
  });
};

async function requireSwitch(core: Core, principal: Principal, workspaceId: string): Promise<void> {
  const { settings } = await core.workspaces.read(principal, workspaceId);
  if (!settings.oauthTokensApi) {
    throw new EmailEngineError(403, 'Disabled API endpoint', { code: 'ApiEndpointDisabled' });
  }
}

/** What EmailEngine calls a failed renewal: the grant is over, or the provider refuses the application. */
async function renewError(
  core: Core,
  principal: Principal,
  mailboxId: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof GatewayError)) return error;
  if (error.code === 'needs_reauthorization') {
    const joined = await accountOfMailbox(core, principal, mailboxId);
    return new EmailEngineError(403, error.message, {
      code: 'OauthRenewError',
      authenticationFailed: true,
      tokenRequest: tokenRequestOf(joined),
      ...(error.extras.reconnectUrl ? { reconnectUrl: error.extras.reconnectUrl } : {}),
    });
  }
  // The second is an administrator's refusal, such as a delegation that was withdrawn; it ends no grant.
  if (error.code === 'oauth_client_paused' || error.code === 'provider_refused') {
    return new EmailEngineError(403, error.message, { code: 'OauthRenewError', authenticationFailed: false });
  }
  return error;
}
