// The words of a scope text (RFC 6749 section 3.3), compared by one spelling: providers know several for one scope, in
// any case, with its resource in front or without.
import type { OAuthClient } from './oauth-clients.ts';
import type { Provider } from './ports.ts';

/** Providers give these under other names or not at all; nobody misses them. */
const identityWords: ReadonlySet<string> = new Set(['openid', 'email', 'profile', 'offline_access']);

export const isIdentityWord = (word: string): boolean => identityWords.has(word.toLowerCase());

export const wordsOfScope = (scope: string): string[] => scope.split(' ').filter(Boolean);

/** The one spelling to compare by. */
export function scopeKeyOf(provider: Provider, client: OAuthClient, word: string): string {
  const resource = provider.resourcesOf(client, word)[0];
  const qualified = resource ? provider.scopesOfResource(client, resource, word)[0] : undefined;
  return (qualified ?? word).toLowerCase();
}
