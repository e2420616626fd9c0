// What is known of Microsoft without asking: profiles and resources, kinds of registration, the pages that people and
// administrators are sent to. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
//
// One token request names one resource. A refresh token is bound to neither, so it serves both; what a grant covers is
// the scope of the code exchange, which lists the redeemed resource only. A profile therefore never mixes the two, and
// a person who needs both connects twice.
import type { AdminConsent, ProviderKnowledge } from '../core/ports.ts';
import { endpointsOf } from './clouds.ts';
import { factsOf, type ParseCredential } from './credentials.ts';
import { fillTenant, isOneDirectory, ownDirectory, tenantOf } from './directories.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import { isGuid } from './identity.ts';
import {
  defaultScope,
  isAppOnly,
  needsOf,
  qualify,
  requiredScopes,
  resourceByUrl,
  resourcesOf,
  resourceUrl,
  scopeKey,
  transportResources,
  transportsOf,
  withIdentity,
} from './microsoft-scopes.ts';
import { authorizationUrl } from './oauth2.ts';
import { isIdentityScope, missingWords, scopeWords } from './scopes.ts';
import { classifyCallbackError } from './token-errors.ts';

export const createMicrosoftKnowledge = (
  clouds: Record<string, MicrosoftEndpoints>,
  parseCredential: ParseCredential,
): ProviderKnowledge => ({
  name: 'microsoft',
  registrations: {
    authorization_code: ['secret', 'certificate'],
    client_credentials: ['secret', 'certificate'],
  },

  readCredential: (kind, text) => {
    // The portal shows both side by side, and the value only once.
    if (kind === 'secret' && isGuid(text.reveal().trim())) {
      return { ok: false, objection: "is the id of a secret; enter the secret's value" };
    }
    return factsOf(parseCredential(kind, text));
  },

  clouds: Object.keys(clouds),
  tokenUrls: Object.values(clouds).map(({ token }) => token),
  tokenHost: (client) => new URL(endpointsOf(clouds, client).token).host,

  scopesFor: (client, profile) => {
    const scopes = [...requiredScopes(endpointsOf(clouds, client), client, profile), ...client.extraScopes];
    return isAppOnly(client) ? [...new Set(scopes)] : withIdentity(scopes);
  },

  missingScopes: (client, profile, granted) => {
    const endpoints = endpointsOf(clouds, client);
    const required = requiredScopes(endpoints, client, profile);
    return missingWords(required, granted, (word) => scopeKey(endpoints, word));
  },

  transports: (client, granted) => transportsOf(endpointsOf(clouds, client), granted),
  opens: (client, granted) => transportsOf(endpointsOf(clouds, client), granted),

  target: (client, transport) => {
    const endpoints = endpointsOf(clouds, client);
    switch (transport) {
      case 'imap':
      case 'smtp':
        return { transport, server: endpoints[transport] };
      case 'graph':
        return { transport, baseUrl: endpoints.graph };
      case 'gmail_api':
        throw new TypeError('Microsoft has no Gmail API.');
      default:
        return transport satisfies never;
    }
  },

  resourceOf: (client, transportOrUrl) => {
    const endpoints = endpointsOf(clouds, client);
    if (transportOrUrl === 'imap' || transportOrUrl === 'smtp' || transportOrUrl === 'graph') {
      return resourceUrl(endpoints, transportResources[transportOrUrl]);
    }
    const resource = resourceByUrl(endpoints, transportOrUrl);
    return resource === null ? null : resourceUrl(endpoints, resource);
  },

  primaryResource: (client, profile) =>
    resourceUrl(endpointsOf(clouds, client), needsOf(client, profile).resource),

  scopesOfResource: (client, resource, granted) => {
    const endpoints = endpointsOf(clouds, client);
    const wanted = resourceByUrl(endpoints, resource);
    if (wanted === null) return [];
    return scopeWords(granted)
      .filter((word) => !isIdentityScope(word) && scopeKey(endpoints, word).startsWith(`${wanted}/`))
      .map((word) => qualify(endpoints, word, wanted));
  },

  resourcesOf: (client, scope) => {
    const endpoints = endpointsOf(clouds, client);
    return resourcesOf(endpoints, scopeWords(scope)).map((name) => resourceUrl(endpoints, name));
  },

  authorizationUrl: (client, request) =>
    authorizationUrl(fillTenant(endpointsOf(clouds, client).authorization, tenantOf(client)), {
      response_type: 'code',
      response_mode: 'query',
      client_id: client.clientId,
      redirect_uri: request.redirectUri,
      scope: request.scopes.join(' '),
      state: request.state,
      nonce: request.nonce,
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
      login_hint: request.loginHint,
      // May not be combined with login_hint. Consent is not forced: it fails for people who may not give it.
      prompt: request.loginHint === null ? 'select_account' : null,
    }),

  // `common` is refused there, because a consumer account has no administrator.
  adminConsentUrl: (client, { redirectUri, scopes, state, entraTenant }) => {
    const endpoints = endpointsOf(clouds, client);
    const named = entraTenant !== null && isOneDirectory(entraTenant) ? entraTenant : ownDirectory(client);
    // Application permissions are not named but granted as the registration lists them, one resource at a time.
    const [resource = 'outlook'] = resourcesOf(endpoints, scopes);
    return authorizationUrl(fillTenant(endpoints.adminConsent, named ?? 'organizations'), {
      client_id: client.clientId,
      scope: isAppOnly(client) ? defaultScope(endpoints, resource) : withIdentity(scopes).join(' '),
      redirect_uri: redirectUri,
      state,
    });
  },

  readAdminConsent,
});

/**
 * A refusal may lack `admin_consent`, so whose callback it is has to be told by its state, before.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
const readAdminConsent = (parameters: URLSearchParams): AdminConsent | null => {
  const error = parameters.get('error');
  if (error !== null) {
    const { reason, provider } = classifyCallbackError('microsoft', {
      error,
      description: parameters.get('error_description'),
      suberror: parameters.get('error_subcode'),
      sent: parameters.getAll('state'),
    });
    // An error of this page alone: the administrator pressed Cancel.
    return { isGranted: false, reason: error === 'permission_denied' ? 'access_denied' : reason, provider };
  }
  if (parameters.get('admin_consent')?.toLowerCase() !== 'true') return null;
  const tenant = parameters.get('tenant')?.toLowerCase() ?? '';
  return { isGranted: true, entraTenantId: isGuid(tenant) ? tenant : null };
};
