// Who an access token belongs to, asked with the token itself: for tokens that came without an ID token of ours.
// An answer that the scope does not reach is "unknown", not an error; a refused token is a refusal.
import type { Attempt, EgressFetch, Identity } from '../core/ports.ts';
import { askWithToken, type Tokens } from './ask-with-token.ts';
import type { GoogleEndpoints, MicrosoftEndpoints } from './endpoints.ts';
import { googleIdentity } from './identity.ts';
import { scopeWords } from './scopes.ts';

/** Userinfo where `openid` was granted (OpenID Connect Core section 5.3), else nothing that names the person. */
export const identifyGoogle = async (
  egressFetch: EgressFetch,
  endpoints: GoogleEndpoints,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<Attempt<Identity | null>> => {
  const canAsk = scopeWords(tokens.scope).some((word) => word === 'openid' || word.includes('userinfo'));
  if (!canAsk) return { ok: true, value: null };
  const answer = await askWithToken(egressFetch, endpoints.userinfo, tokens, signal);
  if (!answer.ok || answer.value === null) return answer.ok ? { ok: true, value: null } : answer;
  const [issuer = ''] = endpoints.issuers;
  return googleIdentity({ ...answer.value, iss: issuer }, endpoints.issuers);
};

/** Graph's `/me` (User.Read). The directory stays unknown: it is not in the answer. */
export const identifyEntra = async (
  egressFetch: EgressFetch,
  endpoints: MicrosoftEndpoints,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<Attempt<Identity | null>> => {
  const answer = await askWithToken(egressFetch, `${endpoints.graph}/me`, tokens, signal);
  if (!answer.ok || answer.value === null) return answer.ok ? { ok: true, value: null } : answer;
  const { id, mail, userPrincipalName, displayName } = answer.value;
  if (typeof id !== 'string' || id === '') return { ok: true, value: null };
  // The sign-in name first: its domain must belong to the directory, which can write anything into `mail`.
  const address = [userPrincipalName, mail].find((value) => typeof value === 'string' && value.includes('@'));
  return {
    ok: true,
    value: {
      issuer: endpoints.graph,
      subject: id,
      email: typeof address === 'string' ? address.toLowerCase() : null,
      name: typeof displayName === 'string' ? displayName : '',
      entraTenantId: null,
      isManaged: true,
    },
  };
};
