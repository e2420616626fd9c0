// From a callback's code to tokens and identity: the code for the profile's own resource, then the refresh token for
// every further resource that was asked for. Whether the result is acceptable is acceptance.ts's to say.
import type { AuthorizationRequest } from './authorization.ts';
import type { ConnectSession } from './connect-session.ts';
import type { ReasonCode } from './diagnosis.ts';
import { pauseOAuthClient } from './oauth-client-pause.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Identity, IssuedTokens, Ports, ProviderFailure, ProviderWords } from './ports.ts';

export type Authorized = {
  tokens: IssuedTokens;
  /** For resources beyond the profile's own, where the OAuth client asks for such scopes. */
  furtherTokens: { resource: string; tokens: IssuedTokens }[];
  identity: Identity;
  /** Every address of the account that the provider named, its main one included or not. */
  addresses: string[];
  client: OAuthClient;
};

/** Why a session does not come to a mailbox. */
export type Refusal = {
  reason: ReasonCode;
  provider?: ProviderWords;
  missingScopes?: string[];
  signedInAs?: string | null;
};

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'>;

/** The list of aliases is a convenience: nobody waits for it as long as for a token. */
const addressesMilliseconds = 3000;

export function createCodeExchange(ports: Needs) {
  const { clock, log, store, providers, settings } = ports;

  async function exchange(
    session: ConnectSession,
    request: AuthorizationRequest,
    callbackParameters: URLSearchParams,
    state: string,
  ): Promise<Authorized | Refusal> {
    const client = await store.oauthClients.byId(request.oauthClientId);
    if (!client || client.deletedAt !== null) return { reason: 'client_unknown' };
    const provider = providers[session.provider];
    const resource = provider.primaryResource(client, session.profile);
    const attempt = await provider.exchangeCode(
      client,
      {
        callbackParameters,
        expectedState: state,
        expectedNonce: request.nonce,
        codeVerifier: request.codeVerifier,
        redirectUri: request.redirectUri,
        resource,
        scopes: provider.scopesOfResource(client, resource, request.scope),
      },
      clock.deadline(settings.providerTimeoutSeconds * 1000),
    );
    if (attempt.ok) {
      const { tokens, identity } = attempt.value;
      // An answer without `scope` grants what was asked for (RFC 6749 section 5.1).
      const complete = { ...tokens, scope: tokens.scope ?? request.scope };
      const furtherTokens = await exchangeFurther(client, resource, request.scope, {
        tokens: complete,
        identity,
      });
      const held = [complete, ...furtherTokens.map((further) => further.tokens)];
      const addresses = await Promise.all(held.map((each) => addressesOf(client, each)));
      return { tokens: complete, furtherTokens, identity, addresses: [...new Set(addresses.flat())], client };
    }
    const { failure } = attempt;
    log.warn('an authorization failed', {
      sessionId: session.id,
      reason: failure.reason,
      provider: failure.provider,
    });
    if (failure.kind === 'oauth_client') await pauseOAuthClient(ports, client, failure);
    return { reason: reasonOf(failure), provider: failure.provider };
  }

  async function addressesOf(
    client: OAuthClient,
    { accessToken, scope }: Pick<IssuedTokens, 'accessToken' | 'scope'>,
  ): Promise<string[]> {
    const deadline = clock.deadline(addressesMilliseconds);
    return providers[client.provider].addresses(client, { accessToken, scope: scope ?? '' }, deadline);
  }

  /**
   * Tokens for the other resources that were asked for: a code is redeemed for one. What is not given is missing
   * from the grant's scope afterwards, which is where anybody looks; it ends nothing.
   */
  async function exchangeFurther(
    client: OAuthClient,
    primary: string,
    requestedScope: string,
    { tokens, identity }: { tokens: IssuedTokens; identity: Identity },
  ): Promise<Authorized['furtherTokens']> {
    const provider = providers[client.provider];
    const further: Authorized['furtherTokens'] = [];
    let { refreshToken } = tokens;
    for (const resource of provider.resourcesOf(client, requestedScope)) {
      if (resource === primary || refreshToken === null) continue;
      const attempt = await provider.refresh(
        client,
        {
          refreshToken,
          scopes: provider.scopesOfResource(client, resource, requestedScope),
          entraTenantId: identity.entraTenantId,
        },
        clock.deadline(settings.providerTimeoutSeconds * 1000),
      );
      if (!attempt.ok) {
        log.warn('a further resource was not granted', { resource, provider: attempt.failure.provider });
        continue;
      }
      further.push({ resource, tokens: attempt.value });
      refreshToken = attempt.value.refreshToken ?? refreshToken;
    }
    return further;
  }

  return { exchange };
}

/** At the token endpoint a refused code is called what a refused refresh token is called; it is another matter. */
const reasonOf = ({ kind, reason }: ProviderFailure): ReasonCode =>
  kind === 'grant' && (reason === 'grant_revoked' || reason === 'grant_refused_once')
    ? 'code_refused'
    : reason;
