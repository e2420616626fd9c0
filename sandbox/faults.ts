// Scripted misbehaviour: what a fault is, which one hits a request, and a table of ready-made ones.
import { setTimeout as delay } from 'node:timers/promises';
import { aadstsBody } from './microsoft-errors.ts';
import type { SandboxProvider } from './types.ts';

/** `token` is the code exchange only; refreshes have a kind of their own. */
export const ENDPOINT_KINDS = [
  'authorize',
  'interaction',
  'token',
  'refresh',
  'keys',
  'discovery',
  'introspect',
  'revoke',
  'userinfo',
  'gmailApi',
  'graph',
  'imap',
  'smtp',
] as const;
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

export type Fault = {
  on: EndpointKind | EndpointKind[];
  /** How many requests it hits; absent: until it is taken away. */
  times?: number;
  /** HTTP status. A fault without status, body or error only delays. */
  status?: number;
  /** Text is sent as it is, anything else as JSON. For IMAP and SMTP: the reply line to AUTHENTICATE or AUTH. */
  body?: unknown;
  contentType?: string;
  /** Waits first. A caller that leaves during the wait is not served, and nothing it asked for happens. */
  delayMs?: number;
  /** Never answers; the request is not processed. */
  hang?: boolean;
  /** Processes the request, then cuts the connection instead of answering. */
  dropResponse?: boolean;
  /** Processes the request at once, then keeps the answer back for so long. Not for IMAP and SMTP. */
  answerDelayMs?: number;
  /** `Retry-After`, in seconds or as an HTTP date. */
  retryAfter?: number | string;
  /**
   * Only IMAP and SMTP: replies in turn, the first to AUTHENTICATE or AUTH, each further one to the next command, the
   * last to all that follow. CRLF within one reply parts its lines; IMAP's get the tag of the command unless they
   * begin with `+` or `*`. After `421` or `* BYE` the connection is closed.
   */
  dialogue?: string[];
  /** Only authorize: the browser goes back to the redirect URI with these parameters and the state. */
  callback?: Record<string, string>;
  /** OAuth error code for a JSON body; status 400 unless given. */
  error?: string;
  errorDescription?: string;
};

export type FaultAnswer = { status: number; headers: Record<string, string>; body: string };
export type FaultOutcome =
  | { type: 'proceed' }
  | { type: 'proceedThenDrop' }
  | { type: 'proceedThenWait'; milliseconds: number }
  | { type: 'gone' }
  | { type: 'dialogue'; replies: string[] }
  | { type: 'answer'; answer: FaultAnswer };

export function takeFault(faults: Fault[], kind: EndpointKind): Fault | undefined {
  const index = faults.findIndex(({ on }) => (Array.isArray(on) ? on.includes(kind) : on === kind));
  const fault = faults[index];
  if (fault === undefined) return undefined;
  if (fault.times !== undefined) {
    fault.times -= 1;
    if (fault.times <= 0) faults.splice(index, 1);
  }
  return fault;
}

/** Waits as scripted. `left` aborts when the caller closes its connection. `url`: of an HTTP request. */
export async function applyFault(fault: Fault, left: AbortSignal, url?: URL): Promise<FaultOutcome> {
  if (fault.hang === true) {
    await untilAborted(left);
    return { type: 'gone' };
  }
  if (fault.delayMs !== undefined) {
    await delay(fault.delayMs, undefined, { signal: left }).catch(() => undefined);
  }
  if (left.aborted) return { type: 'gone' };
  if (fault.dropResponse === true) return { type: 'proceedThenDrop' };
  if (fault.answerDelayMs !== undefined) {
    return { type: 'proceedThenWait', milliseconds: fault.answerDelayMs };
  }
  if (fault.dialogue !== undefined) return { type: 'dialogue', replies: [...fault.dialogue] };
  if (fault.callback !== undefined && url !== undefined) {
    return { type: 'answer', answer: callbackAnswer(fault.callback, url) };
  }
  const answer = faultAnswer(fault);
  return answer === undefined ? { type: 'proceed' } : { type: 'answer', answer };
}

function callbackAnswer(parameters: Record<string, string>, request: URL): FaultAnswer {
  const location = new URL(request.searchParams.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  const state = request.searchParams.get('state');
  if (state !== null) location.searchParams.set('state', state);
  return { status: 302, headers: { location: location.href }, body: '' };
}

function faultAnswer(fault: Fault): FaultAnswer | undefined {
  const body =
    fault.body ??
    (fault.error === undefined
      ? undefined
      : { error: fault.error, ...(fault.errorDescription && { error_description: fault.errorDescription }) });
  if (fault.status === undefined && body === undefined) return undefined;
  const headers: Record<string, string> = {};
  if (body !== undefined) {
    headers['content-type'] =
      fault.contentType ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
  }
  if (fault.retryAfter !== undefined) headers['retry-after'] = String(fault.retryAfter);
  return {
    status: fault.status ?? (fault.error === undefined ? 200 : 400),
    headers,
    body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

type On = Fault['on'];

const HTML_PAGE = '<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Sorry</h1></body></html>';

/** Ready-made faults; spread one to change `times`. */
export const namedFaults = {
  serverError: (on: On): Fault => ({ on, status: 503, body: { error: 'temporarily_unavailable' } }),
  rateLimited: (on: On, retryAfter: number | string = 30): Fault => ({
    on,
    status: 429,
    retryAfter,
    body: { error: 'rate_limit_exceeded' },
  }),
  /** A proxy or a captive page answers in place of the provider. */
  html: (on: On, status = 200): Fault => ({ on, status, body: HTML_PAGE, contentType: 'text/html' }),
  hanging: (on: On): Fault => ({ on, hang: true }),
  slow: (on: On, delayMs: number): Fault => ({ on, delayMs }),
  /** The provider has done the work, and its answer is on its way for so long. */
  lateAnswer: (on: On, answerDelayMs: number): Fault => ({ on, answerDelayMs }),
  /** The provider did the work, its answer got lost. */
  lostAnswer: (on: On): Fault => ({ on, dropResponse: true, times: 1 }),
  invalidClient: (on: On, provider: SandboxProvider = 'google'): Fault =>
    provider === 'google'
      ? { on, status: 401, error: 'invalid_client', errorDescription: 'The OAuth client was not found.' }
      : { on, status: 401, body: aadstsBody({ code: 7000215, error: 'invalid_client' }) },
  clientSecretExpired: (on: On): Fault => ({
    on,
    status: 401,
    body: aadstsBody({ code: 7000222, error: 'invalid_client' }),
  }),
  invalidGrant: (on: On): Fault => ({
    on,
    error: 'invalid_grant',
    errorDescription: 'Token has been expired or revoked.',
  }),
  invalidRapt: (on: On): Fault => ({
    on,
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description: 'reauth related error (invalid_rapt)',
      error_uri: 'https://support.google.com/a/answer/9368756',
      error_subtype: 'invalid_rapt',
    },
  }),
  adminPolicyEnforced: (on: On): Fault => ({ on, error: 'admin_policy_enforced' }),
  aadsts: (on: On, code: number, error: string, suberror?: string): Fault => ({
    on,
    status: error === 'temporarily_unavailable' ? 503 : error === 'invalid_client' ? 401 : 400,
    body: aadstsBody({ code, error, ...(suberror !== undefined && { suberror }) }),
  }),
} as const;
