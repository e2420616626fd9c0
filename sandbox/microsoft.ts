// What makes the engine Entra-like: tenants in the paths, an issuer per home tenant, one resource per token call,
// rolling refresh tokens, AADSTS error bodies.
import { createHash } from 'node:crypto';
import type { Dialect, Match, Refusal, TokenRequest } from './dialect.ts';
import { splitScope } from './dialect.ts';
import { type AadstsError, aadstsBody } from './microsoft-errors.ts';
import { CONSUMER_TENANT_ID, guidFor } from './users.ts';

export const OUTLOOK_RESOURCE = 'https://outlook.office.com';
export const GRAPH_RESOURCE = 'https://graph.microsoft.com';

/** Stands in for `offline_access` inside the engine, which would drop that scope unless prompt=consent. */
export const MAINTAIN_ACCESS = 'maintain_access';

const IDENTITY = ['openid', 'profile', 'email'];
const OUTLOOK = ['IMAP.AccessAsUser.All', 'POP.AccessAsUser.All', 'SMTP.Send'];
const GRAPH = [
  'User.Read',
  'Mail.Read',
  'Mail.ReadWrite',
  'Mail.Send',
  'Mail.Read.Shared',
  'Mail.Send.Shared',
];
const RESOURCE_SCOPES = [
  ...OUTLOOK.map((name) => `${OUTLOOK_RESOURCE}/${name}`),
  ...GRAPH.map((name) => `${GRAPH_RESOURCE}/${name}`),
];
const SCOPES = [...IDENTITY, MAINTAIN_ACCESS, ...RESOURCE_SCOPES];
const BY_LOWER_CASE = new Map(SCOPES.map((scope) => [scope.toLowerCase(), scope]));

const TENANT = '([A-Za-z0-9.-]+)';
const ROUTES: [RegExp, Match['action']][] = [
  [new RegExp(`^/${TENANT}/oauth2/v2\\.0/authorize$`), 'authorize'],
  [new RegExp(`^/${TENANT}/oauth2/v2\\.0/token$`), 'token'],
  [new RegExp(`^/${TENANT}/discovery/v2\\.0/keys$`), 'keys'],
  [new RegExp(`^/${TENANT}/v2\\.0/\\.well-known/openid-configuration$`), 'discovery'],
  [/^\/introspect$/, 'introspect'],
  [/^\/oidc\/userinfo$/, 'userinfo'],
  [/^\/v1\.0\//, 'graph'],
];

export const microsoftDialect: Dialect = {
  provider: 'microsoft',
  displayName: 'Microsoft',
  rotationDefault: 'lenient',
  issParameterDefault: false,
  scopes: SCOPES,
  identityScopes: new Set([...IDENTITY, MAINTAIN_ACCESS]),
  granularConsent: false,

  match(pathname) {
    for (const [pattern, action] of ROUTES) {
      const found = pattern.exec(pathname);
      if (found !== null) return { action, ...(found[1] !== undefined && { tenant: found[1] }) };
    }
    return undefined;
  },

  prepareAuthorize(query, { tenant }) {
    const { known, unknown } = normalize(query.get('scope'));
    if (unknown.length > 0) {
      return { title: 'AADSTS70011', detail: `The scope ${unknown.join(' ')} is not valid.` };
    }
    query.set('scope', known.join(' '));
    if (tenant !== undefined) query.set('tenant', tenant);
    return { query };
  },

  prepareToken(request, { store, users }) {
    const { form } = request;
    const { known, unknown } = normalize(form.get('scope'));
    form.delete('scope');
    if (unknown.length > 0) return refuse({ code: 70011, error: 'invalid_scope' });
    const wanted = known.filter((scope) => resourceOf(scope) !== undefined);
    if (new Set(wanted.map(resourceOf)).size > 1) return refuse({ code: 28000, error: 'invalid_scope' });
    if (wanted.length > 0) request.requestedScopes = wanted;

    const stored = store.findRefreshToken(form.get('refresh_token') ?? '');
    if (form.get('grant_type') !== 'refresh_token' || stored === undefined || known.length === 0)
      return undefined;
    const consented = splitScope(stored.scope);
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
    if (query.get('error') === 'access_denied') {
      query.set('error_description', aadstsBody({ code: 65004, error: 'access_denied' }).error_description);
      query.set('error_subcode', 'cancel');
    }
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

/** The resource a scope belongs to; undefined for identity scopes. */
export function resourceOf(scope: string): string | undefined {
  return [OUTLOOK_RESOURCE, GRAPH_RESOURCE].find((resource) => scope.startsWith(`${resource}/`));
}

/** Entra compares without regard to case and takes a bare name for a Graph scope. */
function normalize(scope: string | null): { known: string[]; unknown: string[] } {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const name of splitScope(scope)) {
    const lower = name.toLowerCase();
    const match =
      lower === 'offline_access' || lower === `${GRAPH_RESOURCE}/offline_access`
        ? MAINTAIN_ACCESS
        : (BY_LOWER_CASE.get(lower) ?? BY_LOWER_CASE.get(`${GRAPH_RESOURCE}/${lower}`));
    if (match === undefined) unknown.push(name);
    else known.add(match);
  }
  return { known: [...known], unknown };
}

function refuse(error: AadstsError, status = error.error === 'invalid_client' ? 401 : 400): Refusal {
  return { status, body: aadstsBody(error) };
}

function explain(
  error: string,
  { form, failure = '' }: TokenRequest,
  wasRevoked: (token: string) => boolean,
): { code: number; error?: string } {
  switch (error) {
    case 'invalid_client':
      return failure.includes('not found')
        ? { code: 700016, error: 'unauthorized_client' }
        : { code: 7000215 };
    case 'invalid_grant':
      if (failure.includes('already consumed')) return { code: 54005 };
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
