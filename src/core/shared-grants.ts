// A grant that serves several mailboxes: the own one of a person and the shared ones that they open. A new consent for
// one of them must not take away what the others live by, nor hide it from their owners where the provider does.
import { raise } from './events.ts';
import type { Grant, TokenSet } from './grants.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Ports, Provider, StoreOperations } from './ports.ts';
import { isIdentityWord, scopeKeyOf, wordsOfScope } from './scope-words.ts';

/**
 * Whether the refresh token of a new consent serves all that the person ever allowed this registration (Entra keeps
 * consents by person and resource), or this consent alone (Google, unless it is asked otherwise).
 */
const consentsAddUp: Readonly<Record<ProviderName, boolean>> = { google: false, microsoft: true };

export const addsUp = ({ provider }: Pick<OAuthClient, 'provider'>): boolean => consentsAddUp[provider];

type Scopes = Pick<Grant, 'scope' | 'lostScopes'>;

/** The scope after a new consent: what it gave and what the others had, of which some may be lost by it. */
export function scopesAfterConsent(
  provider: Provider,
  client: OAuthClient,
  { before, consented }: { before: Scopes; consented: string },
): Scopes {
  const keyOf = (word: string): string => scopeKeyOf(provider, client, word);
  const given = new Set(wordsOfScope(consented).map(keyOf));
  const isKept = (word: string): boolean => !given.has(keyOf(word));
  const kept = wordsOfScope(before.scope).filter(isKept);
  return {
    scope: [...wordsOfScope(consented), ...kept].join(' '),
    lostScopes: addsUp(client)
      ? before.lostScopes.filter(isKept)
      : kept.filter((word) => !isIdentityWord(word)),
  };
}

/**
 * The token set as it may be stored: one that was given for less than the grant has at its resource counts as over, so
 * that the next reader gets a whole one. It is kept, because it tells what was given last (partial-consent.ts).
 */
export function wholeOrOver(
  provider: Provider,
  client: OAuthClient,
  { tokenSet, scope }: { tokenSet: TokenSet; scope: string },
): TokenSet {
  const keysOf = (text: string): string[] =>
    provider.scopesOfResource(client, tokenSet.resource, text).map((word) => word.toLowerCase());
  const has = new Set(keysOf(tokenSet.scope));
  const isWhole = keysOf(scope).every((key) => has.has(key));
  return isWhole ? tokenSet : { ...tokenSet, expiresAt: tokenSet.obtainedAt };
}

/** The owners of the other mailboxes hear of what a consent, which was not theirs, has cost them. */
export async function tellOfLoss(
  ports: Pick<Ports, 'random'>,
  rows: StoreOperations,
  { others, before, grant }: { others: readonly Mailbox[]; before: Scopes; grant: Grant },
): Promise<void> {
  if (grant.lostScopes.every((word) => before.lostScopes.includes(word))) return;
  for (const { id, email } of others) {
    await raise(ports, rows, {
      workspaceId: grant.workspaceId,
      type: 'mailbox.scopes_lost',
      objectId: id,
      data: { email, lost_scopes: grant.lostScopes },
      createdAt: grant.updatedAt,
    });
  }
}
