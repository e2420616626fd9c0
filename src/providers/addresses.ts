// Every address that an account may use, asked with its own access token. Empty on any trouble: whoever asks has an
// address to compare, and finds it or does not.
import type { EgressFetch } from '../core/ports.ts';
import { askWithToken, type Tokens } from './ask-with-token.ts';
import type { GoogleEndpoints, MicrosoftEndpoints } from './endpoints.ts';
import { mayListAddresses } from './google-knowledge.ts';
import { addressOf } from './identity.ts';
import { scopeKey } from './microsoft-scopes.ts';
import { scopeWords } from './scopes.ts';

/** More than any account has; bounds what a provider can make us keep. */
const addressesMax = 500;

/**
 * Gmail's "send mail as", of which only those count that Google has verified and treats as the account's own. The
 * others are addresses of somebody's at another place, who let the account write in their name.
 */
export const googleAddresses = async (
  egressFetch: EgressFetch,
  endpoints: GoogleEndpoints,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<string[]> => {
  if (!mayListAddresses(tokens.scope)) return [];
  const url = `${endpoints.gmailApi}/users/me/settings/sendAs`;
  const answer = await askWithToken(egressFetch, url, tokens, signal);
  const entries = answer.ok ? listOf(answer.value?.sendAs) : [];
  return distinct(
    entries.map((entry) => {
      if (typeof entry !== 'object' || entry === null || !('sendAsEmail' in entry)) return null;
      const isPrimary = 'isPrimary' in entry && entry.isPrimary === true;
      const isVerified = 'verificationStatus' in entry && entry.verificationStatus === 'accepted';
      const isOwn = 'treatAsAlias' in entry && entry.treatAsAlias === true;
      return isPrimary || (isVerified && isOwn) ? addressOf(entry.sendAsEmail) : null;
    }),
  );
};

/** Graph's own account. Its `otherMails` are only where a person can be reached, so they are not asked for. */
export const entraAddresses = async (
  egressFetch: EgressFetch,
  endpoints: MicrosoftEndpoints,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<string[]> => {
  const mayAsk = scopeWords(tokens.scope).some((word) => scopeKey(endpoints, word) === 'graph/user.read');
  if (!mayAsk) return [];
  const url = `${endpoints.graph}/me?$select=mail,userPrincipalName,proxyAddresses`;
  const answer = await askWithToken(egressFetch, url, tokens, signal);
  if (!answer.ok || answer.value === null) return [];
  const { mail, userPrincipalName, proxyAddresses } = answer.value;
  // `SMTP:` marks the primary address, `smtp:` the others; there are also `SIP:`, `X500:` and more.
  const proxies = listOf(proxyAddresses).map((proxy) =>
    typeof proxy === 'string' && /^smtp:/i.test(proxy) ? proxy.slice('smtp:'.length) : null,
  );
  return distinct([mail, userPrincipalName, ...proxies].map(addressOf));
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, addressesMax) : []);

const distinct = (addresses: readonly (string | null)[]): string[] => [
  ...new Set(addresses.filter((address) => address !== null)),
];
