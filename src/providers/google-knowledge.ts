// What is known of Google without asking: its scopes, its one resource, its kinds of registration, the authorization
// URL. https://developers.google.com/identity/protocols/oauth2/web-server
import type { OAuthClient } from '../core/oauth-clients.ts';
import type { Profile, ProviderKnowledge, Transport } from '../core/ports.ts';
import { endpointsOf } from './clouds.ts';
import { factsOf, type ParseCredential } from './credentials.ts';
import type { GoogleEndpoints } from './endpoints.ts';
import { authorizationUrl } from './oauth2.ts';
import { isIdentityScope, missingWords, scopeWords } from './scopes.ts';

/** Every Google access token is for all that its scope covers, so there is one resource. */
const mailResource = 'https://mail.google.com/';
const mailScope = 'https://mail.google.com/';
const modifyScope = 'https://www.googleapis.com/auth/gmail.modify';
const sendScope = 'https://www.googleapis.com/auth/gmail.send';

const identityScopes = ['openid', 'email', 'profile'];

const profileScopes = {
  full: [mailScope],
  api: [modifyScope],
  send_only: [sendScope],
} as const satisfies Record<Profile, readonly string[]>;

/** Wider scopes that allow all of what a narrower one does. */
const widerScopes: Readonly<Record<string, readonly string[]>> = {
  [modifyScope]: [mailScope],
  [sendScope]: [modifyScope, mailScope],
};

/** The mail scope opens the API too, but is asked for by those who want IMAP and SMTP. */
const scopeTransports: Readonly<Record<string, readonly Transport[]>> = {
  [mailScope]: ['imap', 'smtp'],
  [modifyScope]: ['gmail_api'],
  [sendScope]: ['gmail_api'],
};

const transportsOf = (granted: string): Transport[] => [
  ...new Set(scopeWords(granted).flatMap((word) => scopeTransports[wordKey(word)] ?? [])),
];

const opensWithMail = (granted: string): boolean =>
  scopeWords(granted).some((word) => wordKey(word) === mailScope);

const wordKey = (word: string): string => {
  const lower = word.toLowerCase();
  return lower === 'https://mail.google.com' ? mailScope : lower;
};

export const createGoogleKnowledge = (
  clouds: Record<string, GoogleEndpoints>,
  parseCredential: ParseCredential,
): ProviderKnowledge => ({
  name: 'google',
  registrations: { authorization_code: ['secret'], jwt_bearer: ['service_account_key'] },
  readCredential: (kind, text) => factsOf(parseCredential(kind, text)),
  clouds: Object.keys(clouds),
  tokenUrls: Object.values(clouds).map(({ token }) => token),
  tokenHost: (client) => new URL(endpointsOf(clouds, client).token).host,

  // A service account's tokens are asked for by us alone: nobody signs in who could be identified.
  scopesFor: (client, profile) => [
    ...new Set([
      ...(client.grantType === 'authorization_code' ? identityScopes : []),
      ...profileScopes[profile],
      ...client.extraScopes,
    ]),
  ],

  missingScopes: (_client, profile, granted) => {
    const have = new Set(scopeWords(granted).map(wordKey));
    const isCovered = (word: string): boolean => (widerScopes[word] ?? []).some((wider) => have.has(wider));
    const required = profileScopes[profile].filter((word) => !isCovered(word));
    return missingWords(required, granted, wordKey);
  },

  transports: (_client, granted) => transportsOf(granted),

  opens: (_client, granted) => [
    ...new Set([...transportsOf(granted), ...(opensWithMail(granted) ? ['gmail_api' as const] : [])]),
  ],

  target: (client, transport) => {
    const endpoints = endpointsOf(clouds, client);
    switch (transport) {
      case 'imap':
      case 'smtp':
        return { transport, server: endpoints[transport] };
      case 'gmail_api':
        return { transport, baseUrl: endpoints.gmailApi };
      case 'graph':
        throw new TypeError('Google has no Graph.');
      default:
        return transport satisfies never;
    }
  },

  resourceOf: (client, transportOrUrl) => {
    if (['imap', 'smtp', 'gmail_api'].includes(transportOrUrl)) return mailResource;
    const wanted = transportOrUrl.replace(/\/+$/, '').toLowerCase();
    const { gmailApi } = endpointsOf(clouds, client);
    const spellings = [mailResource, gmailApi, new URL(gmailApi).origin, 'https://gmail.googleapis.com'];
    return spellings.some((one) => one.replace(/\/+$/, '').toLowerCase() === wanted) ? mailResource : null;
  },

  primaryResource: () => mailResource,

  scopesOfResource: (_client, resource, granted) =>
    resource === mailResource && transportsOf(granted).length > 0
      ? scopeWords(granted).filter((word) => !isIdentityScope(word))
      : [],

  resourcesOf: (_client, scope) => (transportsOf(scope).length > 0 ? [mailResource] : []),

  authorizationUrl: (client, request) =>
    authorizationUrl(endpointsOf(clouds, client).authorization, {
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: request.redirectUri,
      scope: request.scopes.join(' '),
      state: request.state,
      nonce: request.nonce,
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
      // Both are needed for a refresh token: a second consent gives none otherwise.
      access_type: 'offline',
      prompt: 'consent',
      login_hint: request.loginHint,
      // Only shows the right accounts first; the claim `hd` is what is checked.
      hd: client.personalAccounts ? null : '*',
    }),

  // A Workspace administrator approves in the Admin console alone.
  adminConsentUrl: null,
  readAdminConsent: () => null,
});

/** Whether a token of this scope may list the addresses that the account sends as. */
export const mayListAddresses = (scope: string): boolean =>
  scopeWords(scope).some((word) => addressListScopes.has(wordKey(word)));

const addressListScopes: ReadonlySet<string> = new Set([
  mailScope,
  modifyScope,
  'https://www.googleapis.com/auth/gmail.settings.basic',
]);

/** The scopes of the widest profile first: with which of them a delegation is tried. */
export const delegatedScopes = (client: OAuthClient): string[][] =>
  [profileScopes.full, profileScopes.api, profileScopes.send_only].map((scopes) => [
    ...scopes,
    ...client.extraScopes,
  ]);
