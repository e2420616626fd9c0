// What makes the engine Google-like: offline access by parameter and fresh consent only, granular consent, no refresh
// token in refresh answers, userinfo scope URLs, extra callback parameters, Google's error bodies.
import type { Dialect, Match, TokenAnswer } from './dialect.ts';
import { splitScope } from './dialect.ts';
import { googleClientPage, googleClientRefusal } from './google-errors.ts';

export const GOOGLE_MAIL_SCOPE = 'https://mail.google.com/';

const GMAIL = 'https://www.googleapis.com/auth/gmail.';
const USERINFO: Record<string, string> = {
  email: 'https://www.googleapis.com/auth/userinfo.email',
  profile: 'https://www.googleapis.com/auth/userinfo.profile',
};
const SHORT = new Map(Object.entries(USERINFO).map(([short, url]) => [url, short]));

const PATHS: Record<string, Match> = {
  '/o/oauth2/v2/auth': { action: 'authorize' },
  '/token': { action: 'token' },
  '/revoke': { action: 'revoke' },
  '/oauth2/v3/certs': { action: 'keys' },
  '/v1/userinfo': { action: 'userinfo' },
  '/introspect': { action: 'introspect' },
  '/.well-known/openid-configuration': { action: 'discovery' },
};

/** Identity scopes under their short names, as the engine knows them. */
export function readGoogleScopes(scope: string | null) {
  const scopes = splitScope(scope).map((name) => SHORT.get(name) ?? name);
  return { scopes, unknown: scopes.filter((name) => !googleDialect.scopes.includes(name)) };
}

export const googleDialect: Dialect = {
  provider: 'google',
  displayName: 'Google',
  rotationDefault: 'none',
  issParameterDefault: true,
  scopes: [
    'openid',
    'email',
    'profile',
    GOOGLE_MAIL_SCOPE,
    ...['modify', 'readonly', 'send', 'compose', 'metadata', 'labels', 'settings.basic'].map(
      (name) => GMAIL + name,
    ),
    // Of another API, for registrations that ask for more than mail.
    'https://www.googleapis.com/auth/postmaster.readonly',
  ],
  identityScopes: new Set(['openid', 'email', 'profile']),
  granularConsent: true,
  refuseClient: googleClientRefusal,
  clientPage: googleClientPage,

  match(pathname) {
    return pathname.startsWith('/gmail/v1/') ? { action: 'gmailApi' } : PATHS[pathname];
  },

  prepareAuthorize(query) {
    const { scopes, unknown } = readGoogleScopes(query.get('scope'));
    if (unknown.length > 0) {
      return { title: 'Error 400: invalid_scope', detail: `Some requested scopes were invalid: ${unknown}` };
    }
    query.set('scope', scopes.join(' '));
    return { query };
  },

  prepareToken({ form }) {
    const scopes = splitScope(form.get('scope')).map((scope) => SHORT.get(scope) ?? scope);
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    return undefined;
  },

  accessTokenScopes: (granted) => granted,

  issuesRefreshToken: ({ offline, freshConsent }) => offline && freshConsent,

  shapeTokenAnswer(answer, { refresh, settings }) {
    const shaped: TokenAnswer = { ...answer, scope: googleScopeField(answer.scope ?? '') };
    if (refresh && settings.rotation === 'none') delete shaped.refresh_token;
    if (shaped.refresh_token !== undefined && settings.refreshTokenExpiresInSeconds !== null) {
      shaped.refresh_token_expires_in = settings.refreshTokenExpiresInSeconds;
    }
    return shaped;
  },

  shapeTokenError({ status, body }, { form, failure }, { store }) {
    const { error } = body;
    if (error === 'invalid_grant') {
      const refresh = form.get('grant_type') === 'refresh_token';
      const text = refresh
        ? 'Token has been expired or revoked.'
        : failure?.includes('PKCE') || failure?.includes('verifier')
          ? 'Invalid code verifier.'
          : failure?.includes('code not found') && !store.wasRevoked(form.get('code') ?? '')
            ? 'Malformed auth code.'
            : 'Bad Request';
      return { status: 400, body: { error, error_description: text } };
    }
    return { status, body };
  },

  idTokenClaims({ user, clientId, origin, scopes, settings }) {
    return {
      iss: settings.issWithoutScheme ? origin.replace(/^https?:\/\//, '') : origin,
      azp: clientId,
      sub: user.id,
      ...(user.hostedDomain !== undefined && { hd: user.hostedDomain }),
      ...(scopes.has('email') && user.emailClaim && { email: user.login, email_verified: true }),
      ...(scopes.has('profile') && user.name !== undefined && { name: user.name }),
    };
  },

  decorateCallback(query, { user, scope, consentShown, settings }) {
    if (!settings.issParameter) query.delete('iss');
    // The only word Google has for prompt=none that cannot be silent.
    if (/^(?:login|consent)_required$/.test(query.get('error') ?? ''))
      query.set('error', 'interaction_required');
    if (!query.has('code')) return;
    query.set('scope', googleScopeField(scope));
    query.set('authuser', '0');
    if (user?.hostedDomain !== undefined) query.set('hd', user.hostedDomain);
    query.set('prompt', consentShown ? 'consent' : 'none');
  },

  discovery(origin) {
    return {
      issuer: origin,
      authorization_endpoint: `${origin}/o/oauth2/v2/auth`,
      token_endpoint: `${origin}/token`,
      userinfo_endpoint: `${origin}/v1/userinfo`,
      revocation_endpoint: `${origin}/revoke`,
      jwks_uri: `${origin}/oauth2/v3/certs`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    };
  },

  mayPick: () => true,

  endpoints(origin, mail) {
    return {
      default: {
        issuers: [origin],
        authorization: `${origin}/o/oauth2/v2/auth`,
        token: `${origin}/token`,
        keys: `${origin}/oauth2/v3/certs`,
        revocation: `${origin}/revoke`,
        userinfo: `${origin}/v1/userinfo`,
        ...mail,
        gmailApi: `${origin}/gmail/v1`,
      },
    };
  },
};

/** Google answers `email` and `profile` with their long names and leaves the order to chance. */
function googleScopeField(scope: string): string {
  return splitScope(scope)
    .map((name) => USERINFO[name] ?? name)
    .reverse()
    .join(' ');
}
