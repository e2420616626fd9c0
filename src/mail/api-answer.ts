// One GET of a mail API with a bearer token (RFC 6750): the answer as status and parsed JSON. What statuses and
// error bodies mean is in gmail-api.ts and graph.ts.
import type { EgressFetch, Probe } from '../core/ports.ts';
import { type Finding, noAnswer } from './probe.ts';

export type ApiAnswer = { status: number; body: unknown };

/** An answer, or the finding that there is none. A body that is no JSON is null. */
export const getJson = async (
  egressFetch: EgressFetch,
  url: string,
  accessToken: Parameters<Probe>[1]['accessToken'],
  signal: AbortSignal,
): Promise<ApiAnswer | Finding> => {
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` };
    const response = await egressFetch(url, { method: 'GET', headers, signal });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    return noAnswer(error);
  }
};

/** What both APIs mean by a status; null where the body has to be read. */
export const statusFinding = (status: number, detail: string): Finding | null => {
  if (status === 401) return { reason: 'authentication_refused', detail };
  if (status === 429 || status === 503) return { reason: 'server_busy', detail };
  if (status >= 500) return { reason: 'server_unreachable', detail };
  return null;
};

const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
};
