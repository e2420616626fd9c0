// One question to a provider's API, asked with the access token that it is about.
import type { Attempt, EgressFetch } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { parseObject } from './provider-words.ts';
import { classifyNoAnswer, ownFailure } from './token-errors.ts';

export type Tokens = { accessToken: Secret<string>; scope: string };

/** Null when the scope does not reach (403) or the answer is no object. */
export const askWithToken = async (
  egressFetch: EgressFetch,
  url: string,
  { accessToken }: Pick<Tokens, 'accessToken'>,
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
