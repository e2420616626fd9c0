// Microsoft Entra: directories, its two resources (Exchange and Graph), and how it names scopes. The protocol
// itself is in oauth2.ts. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
//
// One token request names one resource. A refresh token is bound to neither, so it serves both; what a grant
// covers is the scope of the code exchange, which lists the redeemed resource only. A profile therefore never
// mixes the two, and a person who needs both connects twice.
import { GatewayError } from '../core/errors.ts';
import type { OAuthClient } from '../core/oauth-clients.ts';
import type {
  EgressFetch,
  IssuedTokens,
  Profile,
  Provider,
  ProviderFailure,
  Transport,
} from '../core/ports.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import type { VerifyIdToken } from './id-token.ts';
import { identifyEntra } from './identify.ts';
import { entraIdentity } from './identity.ts';
import { type AuthorizationServer, authorizationUrl, type OAuth2 } from './oauth2.ts';
import { isIdentityScope, missingWords, scopeWords } from './scopes.ts';
import { ownFailure } from './token-errors.ts';

type Resource = 'outlook' | 'graph';

const identityScopes = ['openid', 'email', 'profile', 'offline_access'];

const profiles = {
  full: { resource: 'outlook', scopes: ['IMAP.AccessAsUser.All', 'SMTP.Send'] },
  api: { resource: 'graph', scopes: ['User.Read', 'Mail.ReadWrite', 'Mail.Send'] },
} as const satisfies Record<Profile, { resource: Resource; scopes: readonly string[] }>;

const scopeTransports: Readonly<Record<string, Transport>> = {
  'outlook/imap.accessasuser.all': 'imap',
  'outlook/smtp.send': 'smtp',
  'graph/mail.readwrite': 'graph',
  'graph/mail.read': 'graph',
  'graph/mail.send': 'graph',
};

const transportResources = {
  imap: 'outlook',
  smtp: 'outlook',
  graph: 'graph',
} as const satisfies Partial<Record<Transport, Resource>>;

export type MicrosoftDeps = {
  clouds: Record<string, MicrosoftEndpoints>;
  oauth2: OAuth2;
  verifyIdToken: VerifyIdToken;
  egressFetch: EgressFetch;
};

export const createMicrosoft = (deps: MicrosoftDeps): Provider => {
  const endpointsOf = (client: OAuthClient): MicrosoftEndpoints => {
    const endpoints = Object.hasOwn(deps.clouds, client.cloud) ? deps.clouds[client.cloud] : undefined;
    if (endpoints === undefined) {
      throw new GatewayError('internal_error', `The endpoint table has no Microsoft cloud ${client.cloud}.`);
    }
    return endpoints;
  };
  const required = (client: OAuthClient, profile: Profile): string[] => {
    const { resource, scopes } = profiles[profile];
    const prefix = resourceUrl(endpointsOf(client), resource);
    return scopes.map((name) => `${prefix}/${name}`);
  };
  const keyOf = (client: OAuthClient) => {
    const endpoints = endpointsOf(client);
    return (word: string): string => scopeKey(endpoints, word);
  };

  return {
    name: 'microsoft',
    clouds: Object.keys(deps.clouds),
    tokenUrls: Object.values(deps.clouds).map(({ token }) => token),

    scopesFor: (client, profile) => [
      ...new Set([...identityScopes, ...required(client, profile), ...client.extraScopes]),
    ],

    missingScopes: (client, profile, granted) =>
      missingWords(required(client, profile), granted, keyOf(client)),

    transports: (client, granted) => {
      const opened = scopeWords(granted).map((word) => scopeTransports[keyOf(client)(word)]);
      return [...new Set(opened.filter((transport) => transport !== undefined))];
    },

    target: (client, transport) => {
      const endpoints = endpointsOf(client);
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
      const endpoints = endpointsOf(client);
      if (transportOrUrl === 'imap' || transportOrUrl === 'smtp' || transportOrUrl === 'graph') {
        return resourceUrl(endpoints, transportResources[transportOrUrl]);
      }
      const resource = resourceByUrl(endpoints, transportOrUrl);
      return resource === null ? null : resourceUrl(endpoints, resource);
    },

    primaryResource: (client, profile) => resourceUrl(endpointsOf(client), profiles[profile].resource),

    scopesOfResource: (client, resource, granted) => {
      const endpoints = endpointsOf(client);
      const wanted = resourceByUrl(endpoints, resource);
      if (wanted === null) return [];
      return scopeWords(granted)
        .filter((word) => !isIdentityScope(word) && scopeKey(endpoints, word).startsWith(`${wanted}/`))
        .map((word) => qualify(endpoints, word, wanted));
    },

    resourcesOf: (client, scope) => {
      const endpoints = endpointsOf(client);
      const names = scopeWords(scope)
        .filter((word) => !isIdentityScope(word))
        .map((word) => resourceOfKey(scopeKey(endpoints, word)))
        .filter((name) => name !== null);
      return [...new Set(names)].map((name) => resourceUrl(endpoints, name));
    },

    authorizationUrl: (client, request) =>
      authorizationUrl(fillTenant(endpointsOf(client).authorization, tenantOf(client)), {
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

    exchangeCode: async (client, exchange, signal) => {
      const endpoints = endpointsOf(client);
      const tenant = tenantOf(client);
      // The same directory in the path of both legs, or Entra refuses the code (AADSTS700005).
      const server = serverOf(endpoints, tenant, exchange.callbackParameters.get('iss'));
      const scope = withIdentity(exchange.scopes).join(' ');
      const answer = await deps.oauth2.exchangeCode(server, client, { ...exchange, scope }, signal);
      if (!answer.ok) return { ok: false, failure: ofDirectory(answer.failure, client, null) };
      const { tokens, idToken } = answer.value;
      if (idToken === null) return { ok: false, failure: ownFailure('request', 'identity_invalid') };
      const claims = await deps.verifyIdToken(
        { idToken, keysUrl: endpoints.keys, audience: client.clientId, nonce: exchange.expectedNonce },
        signal,
      );
      if (!claims.ok) return claims;
      const identity = entraIdentity(claims.value, { issuers: endpoints.issuers, entraTenant: tenant });
      if (!identity.ok) return identity;
      const resource = resourceByUrl(endpoints, exchange.resource);
      return {
        ok: true,
        value: { tokens: qualifyScope(endpoints, tokens, resource), identity: identity.value },
      };
    },

    // At the directory that the grant was given in: another one answers AADSTS7000012 or AADSTS50194.
    refresh: async (client, request, signal) => {
      const endpoints = endpointsOf(client);
      const answer = await deps.oauth2.refresh(
        serverOf(endpoints, request.entraTenantId ?? tenantOf(client), null),
        client,
        {
          refreshToken: request.refreshToken,
          // Left out, the scope is that of the grant (RFC 6749 section 6): its first resource, at Entra.
          scope: request.scopes.length === 0 ? null : withRefreshToken(request.scopes).join(' '),
        },
        signal,
      );
      if (!answer.ok)
        return { ok: false, failure: ofDirectory(answer.failure, client, request.entraTenantId) };
      const first = request.scopes.find((word) => !isIdentityScope(word));
      const resource = first === undefined ? null : resourceOfKey(scopeKey(endpoints, first));
      return { ok: true, value: qualifyScope(endpoints, answer.value, resource) };
    },

    identify: (client, tokens, signal) => {
      const endpoints = endpointsOf(client);
      const isGraph = scopeWords(tokens.scope).some((word) => scopeKey(endpoints, word).startsWith('graph/'));
      // A token for Exchange opens no door at which one could ask.
      return isGraph
        ? identifyEntra(deps.egressFetch, endpoints, tokens, signal)
        : Promise.resolve({ ok: true, value: null });
    },

    revoke: null,
  };
};

/** Names that stand for no directory in particular: whoever signs in brings one. */
const anyDirectory: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

/**
 * At a directory that is not the registration's own, "unknown" and "disabled" are words of that directory's
 * administrator about that directory: they must not pause the OAuth client of everybody else. Nor do they end the
 * grant, which works again when the administrator says so.
 */
const ofDirectory = (
  failure: ProviderFailure,
  client: OAuthClient,
  entraTenantId: string | null,
): ProviderFailure => {
  const isAboutSecret =
    failure.reason === 'client_secret_wrong' || failure.reason === 'client_secret_expired';
  const own = tenantOf(client).toLowerCase();
  const isOwnDirectory = !anyDirectory.has(own) && (entraTenantId === null || entraTenantId === own);
  if (failure.kind !== 'oauth_client' || isAboutSecret || isOwnDirectory) return failure;
  return { ...failure, kind: 'request', reason: 'blocked_by_policy' };
};

/** `organizations` keeps consumer accounts out already on Microsoft's own page. */
const tenantOf = (client: OAuthClient): string => {
  const tenant = client.entraTenant ?? 'common';
  return tenant === 'common' && !client.personalAccounts ? 'organizations' : tenant;
};

const fillTenant = (url: string, tenant: string): string =>
  url.replace('{tenant}', encodeURIComponent(tenant));

/** Entra sends no `iss` today. One that comes must be an issuer of this cloud, whatever the directory. */
const serverOf = (endpoints: MicrosoftEndpoints, tenant: string, iss: string | null): AuthorizationServer => {
  const [first = ''] = endpoints.issuers;
  const fits = endpoints.issuers.some((template) => {
    const [before = '', after = ''] = template.split('{tenantid}');
    if (iss === null || !iss.startsWith(before) || !iss.endsWith(after)) return false;
    return /^[A-Za-z0-9.-]{1,253}$/.test(iss.slice(before.length, iss.length - after.length));
  });
  return {
    provider: 'microsoft',
    issuer: iss !== null && fits ? iss : first,
    tokenUrl: fillTenant(endpoints.token, tenant),
    revocationUrl: null,
  };
};

// ---------------------------------------------------------------------------------------------------------
// Scopes and resources

const resourceUrl = (endpoints: MicrosoftEndpoints, resource: Resource): string =>
  resource === 'outlook' ? endpoints.outlookResource : endpoints.graphResource;

/** Exchange Online answers to a second name; tokens for either open the same mailboxes. */
const outlookAliases = ['https://outlook.office365.com'];

const resourceByUrl = (endpoints: MicrosoftEndpoints, url: string): Resource | null => {
  const wanted = url.replace(/\/+$/, '').toLowerCase();
  const same = (name: string): boolean => name.toLowerCase() === wanted;
  if ([endpoints.outlookResource, ...outlookAliases].some(same)) return 'outlook';
  return [endpoints.graphResource, endpoints.graph].some(same) ? 'graph' : null;
};

const resourceOfKey = (key: string): Resource | null => {
  if (key.startsWith('outlook/')) return 'outlook';
  return key.startsWith('graph/') ? 'graph' : null;
};

/**
 * `outlook/imap.accessasuser.all`: one spelling for a scope with or without its resource, in any case. The
 * protocol scopes exist at Exchange alone; any other short name means Graph.
 */
const scopeKey = (endpoints: MicrosoftEndpoints, word: string): string => {
  if (isIdentityScope(word)) return word.toLowerCase();
  const slash = word.lastIndexOf('/');
  if (slash > 0) {
    const resource = resourceByUrl(endpoints, word.slice(0, slash));
    return `${resource ?? word.slice(0, slash)}/${word.slice(slash + 1)}`.toLowerCase();
  }
  return `${/^(?:imap|pop|smtp)\./i.test(word) ? 'outlook' : 'graph'}/${word}`.toLowerCase();
};

const qualify = (endpoints: MicrosoftEndpoints, word: string, resource: Resource): string =>
  isIdentityScope(word) || word.includes('/') ? word : `${resourceUrl(endpoints, resource)}/${word}`;

/** Entra may drop the resource from the scopes of an answer; they are those of the resource asked for. */
const qualifyScope = (
  endpoints: MicrosoftEndpoints,
  tokens: IssuedTokens,
  resource: Resource | null,
): IssuedTokens => {
  if (tokens.scope === null || resource === null) return tokens;
  const words = scopeWords(tokens.scope).map((word) => qualify(endpoints, word, resource));
  return { ...tokens, scope: words.join(' ') };
};

const withIdentity = (scopes: readonly string[]): string[] => [...new Set([...identityScopes, ...scopes])];

const withRefreshToken = (scopes: readonly string[]): string[] => [
  ...new Set(['offline_access', ...scopes.filter((word) => word !== 'openid')]),
];
