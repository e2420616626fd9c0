// When a provider refuses a refresh because consent to a part of the scope is gone: what else may be asked for, before
// the grant is believed to be over. Where consents add up, one grant serves mailboxes that need unlike parts of it.
import type { Grant, TokenSet } from './grants.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { IssuedTokens, Provider, ProviderFailure } from './ports.ts';
import { wordsOfScope } from './scope-words.ts';
import { addsUp } from './shared-grants.ts';

type Loaded = { grant: Grant; oauthClient: OAuthClient; tokenSet: TokenSet | null };
type Refused = { refused: string; failure: ProviderFailure };

type Part = {
  resource: string;
  scopes: string[];
  /** Of the grant's scope: gone if this part is given, beyond what the answer itself tells. */
  lost: string[];
};

/**
 * The rest of a grant of which a part is refused; null when there is none, or it is refused as well. `deadline` of each
 * call; null = no time is left for one.
 */
export async function askForPart(
  provider: Provider,
  loaded: Loaded,
  { deadline, ...what }: Refused & { deadline: () => AbortSignal | null },
): Promise<{ resource: string; issued: IssuedTokens; lost: string[] } | null> {
  const { refreshToken, entraTenantId } = loaded.grant;
  if (refreshToken === null) return null;
  for (const { resource, scopes, lost } of partsOf(provider, loaded, what)) {
    const signal = deadline();
    if (!signal) return null;
    const attempt = await provider.refresh(
      loaded.oauthClient,
      { refreshToken, scopes, entraTenantId },
      signal,
    );
    if (!attempt.ok) continue;
    const scope = attempt.value.scope ?? scopes.join(' ');
    return { resource, issued: { ...attempt.value, scope }, lost };
  }
  return null;
}

/** First what was given last for the resource itself, if that is less; else one other resource, as a sign of life. */
function partsOf(
  provider: Provider,
  { grant, oauthClient, tokenSet }: Loaded,
  { refused, failure }: Refused,
): Part[] {
  // Of personal accounts Entra calls a lacking consent "unauthorized or expired": the same words may mean the end.
  const mayBePartial = failure.reason === 'consent_required' || failure.isDoubtful === true;
  if (!mayBePartial || !addsUp(oauthClient)) return [];
  const scopesOf = (resource: string, scope: string): string[] =>
    provider.scopesOfResource(oauthClient, resource, scope);
  const asked = scopesOf(refused, grant.scope);
  const last = tokenSet ? scopesOf(refused, tokenSet.scope) : [];
  const isLess = last.length > 0 && last.length < asked.length;
  const other = provider.resourcesOf(oauthClient, grant.scope).find((resource) => resource !== refused);
  const ofRefused = wordsOfScope(grant.scope).filter((word) => scopesOf(refused, word).length > 0);
  return [
    ...(isLess ? [{ resource: refused, scopes: last, lost: [] }] : []),
    ...(other ? [{ resource: other, scopes: scopesOf(other, grant.scope), lost: ofRefused }] : []),
  ];
}
