// Scope drift: what the provider has stopped giving since the grant was made. It is told by the scope of each refresh;
// the full scope goes on being asked for, so that what comes back is noticed too.
import type { Grant } from './grants.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports, Provider } from './ports.ts';
import { wordsOfScope } from './scope-words.ts';

/** The scope that a grant still has. */
export const effectiveScope = ({ scope, lostScopes }: Pick<Grant, 'scope' | 'lostScopes'>): string => {
  if (lostScopes.length === 0) return scope;
  const lost = new Set(lostScopes.map((word) => word.toLowerCase()));
  return wordsOfScope(scope)
    .filter((word) => !lost.has(word.toLowerCase()))
    .join(' ');
};

/** What is lost after a refresh of one resource came back with this scope; null when nothing has changed. */
export function lostAfter(
  { providers }: Pick<Ports, 'providers'>,
  { grant, oauthClient }: { grant: Grant; oauthClient: OAuthClient },
  { resource, issuedScope }: { resource: string; issuedScope: string | null },
): string[] | null {
  // An answer without `scope` gives what was asked for (RFC 6749 section 5.1).
  if (issuedScope === null) return null;
  const provider = providers[grant.provider];
  const issued = new Set(wordsOf(provider, oauthClient, resource, issuedScope).map(({ key }) => key));
  const asked = wordsOf(provider, oauthClient, resource, grant.scope);
  const ofResource = new Set(asked.map(({ word }) => word));
  const lost = [
    ...grant.lostScopes.filter((word) => !ofResource.has(word)),
    ...asked.filter(({ key }) => !issued.has(key)).map(({ word }) => word),
  ];
  const isSame =
    lost.length === grant.lostScopes.length && lost.every((word) => grant.lostScopes.includes(word));
  return isSame ? null : lost;
}

/** Each word of the scope that belongs to the resource, as it stands there, with the one spelling to compare by. */
function wordsOf(
  provider: Provider,
  client: OAuthClient,
  resource: string,
  scope: string,
): { word: string; key: string }[] {
  return wordsOfScope(scope).flatMap((word) => {
    const [qualified] = provider.scopesOfResource(client, resource, word);
    return qualified === undefined ? [] : [{ word, key: qualified.toLowerCase() }];
  });
}
