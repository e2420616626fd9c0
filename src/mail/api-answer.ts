// One call of a mail API with a bearer token (RFC 6750): the answer as status and parsed JSON. What statuses and
// error bodies mean is in gmail-api.ts and graph.ts.
import type { EgressFetch, ProbeLogin } from '../core/ports.ts';
import { type Finding, noAnswer } from './probe.ts';

export type ApiAnswer = { status: number; body: unknown };

/** One mailbox's door to an API. Both calls give an answer, or the finding that there is none. */
export type Api = {
  get(path: string): Promise<ApiAnswer | Finding>;
  post(path: string, body: unknown): Promise<ApiAnswer | Finding>;
};

export const openApi = (deps: {
  egressFetch: EgressFetch;
  baseUrl: string;
  accessToken: ProbeLogin['accessToken'];
  signal: AbortSignal;
}): Api => {
  const { egressFetch, baseUrl, accessToken, signal } = deps;
  const call = async (path: string, body: string | null): Promise<ApiAnswer | Finding> => {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` };
    const json = { 'content-type': 'application/json' };
    try {
      const response = await (body === null
        ? egressFetch(baseUrl + path, { method: 'GET', headers, signal })
        : egressFetch(baseUrl + path, { method: 'POST', headers: { ...headers, ...json }, body, signal }));
      return { status: response.status, body: parseJson(await response.text()) };
    } catch (error) {
      return noAnswer(error);
    }
  };
  return { get: (path) => call(path, null), post: (path, body) => call(path, JSON.stringify(body)) };
};

/** What both APIs mean by a status; null where the body has to be read. */
export const statusFinding = (status: number, detail: string): Finding | null => {
  if (status === 401) return { reason: 'authentication_refused', detail };
  if (status === 429 || status === 503) return { reason: 'server_busy', detail };
  if (status >= 500) return { reason: 'server_unreachable', detail };
  return null;
};

/** A body that is no JSON is null. */
const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
};
