// Microsoft's two resources, Exchange and Graph, and how scopes are named: with or without their resource, in any
// case. What a profile needs of them, from a person (delegated) or for the app itself (application permissions).
// https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
import type { OAuthClient } from '../core/oauth-clients.ts';
import type { IssuedTokens, Profile, Transport } from '../core/ports.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import { isIdentityScope, scopeWords } from './scopes.ts';

export type Resource = 'outlook' | 'graph';

type Needs = Record<Profile, { resource: Resource; scopes: readonly string[] }>;

const delegated = {
  full: { resource: 'outlook', scopes: ['IMAP.AccessAsUser.All', 'SMTP.Send'] },
  api: { resource: 'graph', scopes: ['User.Read', 'Mail.ReadWrite', 'Mail.Send'] },
  send_only: { resource: 'outlook', scopes: ['SMTP.Send'] },
} as const satisfies Needs;

const ofTheApp = {
  full: { resource: 'outlook', scopes: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] },
  api: { resource: 'graph', scopes: ['Mail.ReadWrite', 'Mail.Send'] },
  send_only: { resource: 'outlook', scopes: ['SMTP.SendAsApp'] },
} as const satisfies Needs;

export const isAppOnly = (client: OAuthClient): boolean => client.grantType === 'client_credentials';

export const needsOf = (client: OAuthClient, profile: Profile): Needs[Profile] =>
  isAppOnly(client) ? ofTheApp[profile] : delegated[profile];

/** With their resource in front. */
export const requiredScopes = (
  endpoints: MicrosoftEndpoints,
  client: OAuthClient,
  profile: Profile,
): string[] => {
  const { resource, scopes } = needsOf(client, profile);
  return scopes.map((name) => `${resourceUrl(endpoints, resource)}/${name}`);
};

const identityScopes = ['openid', 'email', 'profile', 'offline_access'];

export const withIdentity = (scopes: readonly string[]): string[] => [
  ...new Set([...identityScopes, ...scopes]),
];

export const withRefreshToken = (scopes: readonly string[]): string[] => [
  ...new Set(['offline_access', ...scopes.filter((word) => word !== 'openid')]),
];

const scopeTransports: Readonly<Record<string, Transport>> = {
  'outlook/imap.accessasuser.all': 'imap',
  'outlook/imap.accessasapp': 'imap',
  'outlook/smtp.send': 'smtp',
  'outlook/smtp.sendasapp': 'smtp',
  'graph/mail.readwrite': 'graph',
  'graph/mail.read': 'graph',
  'graph/mail.send': 'graph',
};

export const transportsOf = (endpoints: MicrosoftEndpoints, granted: string): Transport[] => {
  const opened = scopeWords(granted).map((word) => scopeTransports[scopeKey(endpoints, word)]);
  return [...new Set(opened.filter((transport) => transport !== undefined))];
};

export const transportResources = {
  imap: 'outlook',
  smtp: 'outlook',
  graph: 'graph',
} as const satisfies Partial<Record<Transport, Resource>>;

export const resourceUrl = (endpoints: MicrosoftEndpoints, resource: Resource): string =>
  resource === 'outlook' ? endpoints.outlookResource : endpoints.graphResource;

/** Exchange Online answers to a second name; tokens for either open the same mailboxes. */
const outlookAlias = 'https://outlook.office365.com';

/** All that an administrator has granted the app at one resource. Exchange wants its second name here. */
export const defaultScope = (endpoints: MicrosoftEndpoints, resource: Resource): string => {
  const url = resourceUrl(endpoints, resource);
  return `${url === 'https://outlook.office.com' ? outlookAlias : url}/.default`;
};

export const resourceByUrl = (endpoints: MicrosoftEndpoints, url: string): Resource | null => {
  const wanted = url.replace(/\/+$/, '').toLowerCase();
  const same = (name: string): boolean => name.toLowerCase() === wanted;
  if ([endpoints.outlookResource, outlookAlias].some(same)) return 'outlook';
  return [endpoints.graphResource, endpoints.graph].some(same) ? 'graph' : null;
};

export const resourceOfKey = (key: string): Resource | null => {
  if (key.startsWith('outlook/')) return 'outlook';
  return key.startsWith('graph/') ? 'graph' : null;
};

/** The resources that the scopes belong to, in their order. */
export const resourcesOf = (endpoints: MicrosoftEndpoints, words: readonly string[]): Resource[] => {
  const names = words
    .filter((word) => !isIdentityScope(word))
    .map((word) => resourceOfKey(scopeKey(endpoints, word)))
    .filter((name) => name !== null);
  return [...new Set(names)];
};

/**
 * `outlook/imap.accessasuser.all`: one spelling for a scope with or without its resource, in any case. The
 * protocol scopes exist at Exchange alone; any other short name means Graph.
 */
export const scopeKey = (endpoints: MicrosoftEndpoints, word: string): string => {
  if (isIdentityScope(word)) return word.toLowerCase();
  const slash = word.lastIndexOf('/');
  if (slash > 0) {
    const resource = resourceByUrl(endpoints, word.slice(0, slash));
    return `${resource ?? word.slice(0, slash)}/${word.slice(slash + 1)}`.toLowerCase();
  }
  return `${/^(?:imap|pop|smtp)\./i.test(word) ? 'outlook' : 'graph'}/${word}`.toLowerCase();
};

export const qualify = (endpoints: MicrosoftEndpoints, word: string, resource: Resource): string =>
  isIdentityScope(word) || word.includes('/') ? word : `${resourceUrl(endpoints, resource)}/${word}`;

/** Entra may drop the resource from the scopes of an answer; they are those of the resource asked for. */
export const qualifyScope = (
  endpoints: MicrosoftEndpoints,
  tokens: IssuedTokens,
  resource: Resource | null,
): IssuedTokens => {
  if (tokens.scope === null || resource === null) return tokens;
  const words = scopeWords(tokens.scope).map((word) => qualify(endpoints, word, resource));
  return { ...tokens, scope: words.join(' ') };
};
