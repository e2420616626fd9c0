// What makes the engine Entra-like: tenants in the paths, an issuer per home tenant, one resource per token call,
// rolling refresh tokens, AADSTS error bodies.
import { createHash } from 'node:crypto';
import type { Dialect, Match, Refusal, TokenRequest } from './dialect.ts';
import { splitScope } from './dialect.ts';
import { type AadstsError, aadstsBody, entraClientPage, entraClientRefusal } from './microsoft-errors.ts';
import {
  GRAPH_RESOURCE,
  IDENTITY,
  MAINTAIN_ACCESS,
  normalizeScopes,
  OUTLOOK_RESOURCE,
  resourceOf,
  SCOPES,
} from './microsoft-scopes.ts';
import { CONSUMER_TENANT_ID, guidFor } from './users.ts';

export { GRAPH_RESOURCE, OUTLOOK_RESOURCE, resourceOf } from './microsoft-scopes.ts';

const TENANT = '([A-Za-z0-9.-]+)';
const TOKEN_PATH = new RegExp(`^/${TENANT}/oauth2/v2\\.0/token$`);
const ROUTES: [RegExp, Match['action']][] = [
  [new RegExp(`^/${TENANT}/oauth2/v2\\.0/authorize$`), 'authorize'],
  [TOKEN_PATH, 'token'],
  [new RegExp(`^/${TENANT}/v2\\.0/adminconsent$`), 'adminConsent'],
  [new RegExp(`^/${TENANT}/discovery/v2\\.0/keys$`), 'keys'],
  [new RegExp(`^/${TENANT}/v2\\.0/\\.well-known/openid-configuration$`), 'discovery'],
  [/^\/introspect$/, 'introspect'],
  [/^\/oidc\/userinfo$/, 'userinfo'],
  [/^\/v1\.0\//, 'graph'],
];

/** Errors the engine sends to the callback; the latter two answer prompt=none. */
const CALLBACK_CODES: Record<string, number | undefined> = {
  access_denied: 65004,
  login_required: 50058,
  consent_required: 65001,
};

export const microsoftDialect: Dialect = {
  provider: 'microsoft',
  displayName: 'Microsoft',
  rotationDefault: 'lenient',
  issParameterDefault: false,
  scopes: SCOPES,
  identityScopes: new Set([...IDENTITY, MAINTAIN_ACCESS]),
  granularConsent: false,
  refuseClient: entraClientRefusal,
  clientPage: entraClientPage,
  /** Any tenant path of the token endpoint will do. */
  assertionAudience: (origin) => (audience) =>
    audience.startsWith(`${origin}/`) && TOKEN_PATH.test(audience.slice(origin.length)),

  match(pathname) {
    for (const [pattern, action] of ROUTES) {
      const found = pattern.exec(pathname);
      if (found !== null) return { action, ...(found[1] !== undefined && { tenant: found[1] }) };
    }
    return undefined;
  },

  prepareAuthorize(query, { tenant }) {
    const { known, unknown } = normalizeScopes(query.get('scope'));
    if (unknown.length > 0) {
      return { title: 'AADSTS70011', detail: `The scope ${unknown.join(' ')} is not valid.` };
    }
    query.set('scope', known.join(' '));
    if (tenant !== undefined) query.set('tenant', tenant);
    return { query };
  },

  prepareToken(request, { store, users }) {
    const { form } = request;
    const { known, unknown } = normalizeScopes(form.get('scope'));
    form.delete('scope');
    if (unknown.length > 0) return refuse({ code: 70011, error: 'invalid_scope' });
    const wanted = known.filter((scope) => resourceOf(scope) !== undefined);
    if (new Set(wanted.map(resourceOf)).size > 1) return refuse({ code: 28000, error: 'invalid_scope' });
    if (wanted.length > 0) request.requestedScopes = wanted;

    const stored = store.findRefreshToken(form.get('refresh_token') ?? '');
    if (form.get('grant_type') !== 'refresh_token' || stored === undefined || known.length === 0)
      return undefined;
    const consented = splitScope(store.widenToConsent(stored));
    if (wanted.some((scope) => !consented.includes(scope))) {
      // Personal accounts call a resource without consent "unauthorized or expired", though the grant is alive.
      const personal = users.byId(stored.accountId ?? '')?.tenantId === CONSUMER_TENANT_ID;
      return refuse(
        personal
          ? { code: 70000, error: 'invalid_grant' }
          : { code: 65001, error: 'invalid_grant', suberror: 'consent_required' },
      );
    }
    form.set('scope', known.filter((scope) => consented.includes(scope)).join(' '));
    return undefined;
  },

  accessTokenScopes(granted, requested) {
    const available = granted.filter((scope) => resourceOf(scope) !== undefined);
    const first = available[0];
    if (first === undefined) return granted.filter((scope) => IDENTITY.includes(scope));
    if (requested !== undefined) return available.filter((scope) => requested.includes(scope));
    return available.filter((scope) => resourceOf(scope) === resourceOf(first));
  },

  issuesRefreshToken: ({ scopes }) => scopes.has(MAINTAIN_ACCESS),

  shapeTokenAnswer(answer) {
    const scope = splitScope(answer.scope).filter((name) => name !== 'openid');
    return { ...answer, scope: scope.join(' '), ext_expires_in: answer.expires_in };
  },

  shapeTokenError(refusal, request, { store }) {
    const { error } = refusal.body;
    if (typeof error !== 'string') return refusal;
    return refuse({ error, ...explain(error, request, store.wasRevoked) }, refusal.status);
  },

  idTokenClaims({ user, clientId, origin, scopes }) {
    const tenantId = user.tenantId ?? CONSUMER_TENANT_ID;
    const profile = scopes.has('profile');
    return {
      iss: `${origin}/${tenantId}/v2.0`,
      // Pairwise: another app sees another `sub` for the same person.
      sub: createHash('sha256').update(`${clientId} ${user.id}`).digest('base64url'),
      tid: tenantId,
      ver: '2.0',
      ...(profile && { oid: user.id, preferred_username: user.login }),
      ...(profile && user.name !== undefined && { name: user.name }),
      ...(scopes.has('email') && user.emailClaim && { email: user.login }),
    };
  },

  decorateCallback(query, { settings }) {
    if (!settings.issParameter) query.delete('iss');
    if (query.has('code')) query.set('session_state', guidFor(query.get('code') ?? ''));
    const code = CALLBACK_CODES[query.get('error') ?? ''];
    // A description that a page of ours has chosen stays.
    if (code !== undefined && !/^AADSTS/.test(query.get('error_description') ?? '')) {
      query.set('error_description', aadstsBody({ code, error: '' }).error_description);
    }
    if (query.get('error') === 'access_denied') query.set('error_subcode', 'cancel');
  },

  discovery(origin, { tenant = 'common' }) {
    const alias = ['common', 'organizations', 'consumers'].includes(tenant);
    return {
      issuer: `${origin}/${alias ? '{tenantid}' : tenant}/v2.0`,
      authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
      userinfo_endpoint: `${origin}/oidc/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  },

  mayPick(user, tenant = 'common') {
    if (tenant === 'common') return true;
    const personal = user.tenantId === CONSUMER_TENANT_ID;
    if (tenant === 'organizations') return !personal;
    if (tenant === 'consumers') return personal;
    return user.tenantId === tenant || user.login.endsWith(`@${tenant}`);
  },

  endpoints(origin, mail) {
    return {
      global: {
        issuers: [`${origin}/{tenantid}/v2.0`],
        authorization: `${origin}/{tenant}/oauth2/v2.0/authorize`,
        token: `${origin}/{tenant}/oauth2/v2.0/token`,
        adminConsent: `${origin}/{tenant}/v2.0/adminconsent`,
        keys: `${origin}/common/discovery/v2.0/keys`,
        userinfo: `${origin}/oidc/userinfo`,
        outlookResource: OUTLOOK_RESOURCE,
        graphResource: GRAPH_RESOURCE,
        ...mail,
        graph: `${origin}/v1.0`,
      },
    };
  },
};

function refuse(error: AadstsError, status = error.error === 'invalid_client' ? 401 : 400): Refusal {
  return { status, body: aadstsBody(error) };
}

function explain(
  error: string,
  { form, failure = '' }: TokenRequest,
  wasRevoked: (token: string) => boolean,
): { code: number; error?: string } {
  switch (error) {
    case 'invalid_grant':
      if (failure.includes('already consumed') || wasRevoked(form.get('code') ?? '')) return { code: 54005 };
      if (failure.includes('PKCE') || failure.includes('verifier')) return { code: 501481 };
      if (failure.includes('redirect_uri')) return { code: 500112 };
      if (failure.includes('expired')) return { code: 70008 };
      if (failure.includes('account not found')) return { code: 50034 };
      if (wasRevoked(form.get('refresh_token') ?? '')) return { code: 50173 };
      return { code: 70000 };
    case 'invalid_scope':
      return { code: 70011 };
    case 'invalid_request':
      return { code: 900144 };
    default:
      return { code: 9002313 };
  }
}
