// Who an access token belongs to, asked with the token itself: for tokens that came without an ID token of ours.
// An answer that the scope does not reach is "unknown", not an error; a refused token is a refusal.
import type { Attempt, EgressFetch, Identity } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { GoogleEndpoints, MicrosoftEndpoints } from './endpoints.ts';
import { googleIdentity } from './identity.ts';
import { parseObject } from './provider-words.ts';
import { scopeWords } from './scopes.ts';
import { classifyNoAnswer, ownFailure } from './token-errors.ts';

type Tokens = { accessToken: Secret<string>; scope: string };

/** Userinfo where `openid` was granted (OpenID Connect Core section 5.3), else nothing that names the person. */
export const identifyGoogle = async (
  egressFetch: EgressFetch,
  endpoints: GoogleEndpoints,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<Attempt<Identity | null>> => {
  const canAsk = scopeWords(tokens.scope).some((word) => word === 'openid' || word.includes('userinfo'));
  if (!canAsk) return { ok: true, value: null };
  const answer = await ask(egressFetch, endpoints.userinfo, tokens, signal);
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
  const answer = await ask(egressFetch, `${endpoints.graph}/me`, tokens, signal);
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

/** Null when the scope does not reach (403) or the answer is no object. */
const ask = async (
  egressFetch: EgressFetch,
  url: string,
  { accessToken }: Tokens,
  signal: AbortSignal,
): Promise<Attempt<Record<string, unknown> | null>> => {
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` };
    const answer = await egressFetch(url, { method: 'GET', headers, signal });
    const body = await answer.text();
    if (answer.status === 200) return { ok: true, value: parseObject(body) };
    if (answer.status === 401) {
      return { ok: false, failure: ownFailure('grant', 'authentication_refused', 401) };
    }
    if (answer.status === 429 || answer.status >= 500) {
      const reason = answer.status === 429 ? 'provider_rate_limited' : 'provider_unavailable';
      return { ok: false, failure: ownFailure('transient', reason, answer.status) };
    }
    return { ok: true, value: null };
  } catch (error) {
    return { ok: false, failure: classifyNoAnswer(error) };
  }
};
