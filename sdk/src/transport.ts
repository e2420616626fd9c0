// Sends calls: headers, time-outs, retries, a bound on the answer, and what comes back as a value or an error.
import { type OnAttempt, observe } from './attempts.ts';
import { boundedText } from './bounded-text.ts';
import { type Call, type CallOptions, type Operation, queryText } from './call.ts';
import { clientError, isMailgrantError } from './errors.ts';
import { errorOf, type Failed, unreadable } from './problems.ts';
import { createRetryBudget, mayTryAgain, pauseMs, retriesMax, retryAfterOf } from './retries.ts';
import { sleep } from './sleep.ts';
import { userAgent } from './user-agent.ts';
import { withSignal } from './with-signal.ts';

/** How a client calls. */
export type TransportOptions = {
  /** Of the server, without `/v1`; empty in a page that the server itself serves. */
  baseUrl: string;
  apiKey?: string | (() => string | Promise<string>) | undefined;
  workspaceId?: string | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  timeoutMs?: number | undefined;
  retries?: number | undefined;
  /** Told of each attempt, for logs and measures; what it throws is thrown away. */
  onAttempt?: OnAttempt | undefined;
};

const defaultTimeoutMs = 30_000;
const defaultRetries = 2;

/** In milliseconds: the longest that timers of JavaScript count; a longer one would end at once. About 24 days. */
const timeoutMsMax = 2 ** 31 - 1;

/** In bytes: more than any page of a list, and as much as a person's whole data may be. */
const answerBytesMax = 64 * 1024 * 1024;

export function createTransport(settings: TransportOptions): Call {
  const base = baseOf(settings.baseUrl);
  checkTimes(settings);
  const budget = createRetryBudget();
  return async <Answer>(operation: Operation, options: CallOptions = {}): Promise<Answer> => {
    checkTimes(options);
    const retries = Math.min(retriesMax, Math.max(0, options.retries ?? settings.retries ?? defaultRetries));
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await send({ settings, base, number: attempt + 1 }, operation, options);
        budget.earn();
        // The server keeps to its OpenAPI document, of which the types are made; this is where it is believed.
        return answer as Answer;
      } catch (error) {
        const isAllowed =
          attempt < retries && mayTryAgain(error, { isRepeatable: operation.isRepeatable ?? false });
        if (!isAllowed || !isMailgrantError(error)) throw error;
        const pause = pauseMs(attempt, error.retryAfterSeconds, Math.random);
        if (pause === null || !budget.take()) throw error;
        await sleep(pause, options.signal);
      }
    }
  };
}

function baseOf(baseUrl: string): string {
  if (baseUrl === '') return '';
  if (!URL.canParse(baseUrl)) throw new TypeError('baseUrl must be an absolute URL, or empty in a page');
  const { protocol, username, search, hash } = new URL(baseUrl);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('baseUrl must be http or https');
  if (username !== '' || search !== '' || hash !== '') {
    throw new TypeError('baseUrl must have no credentials, query or fragment');
  }
  return baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '');
}

/** Throws `TypeError`: a time-out that is none would let every call fail, and look like a server that is slow. */
function checkTimes({ timeoutMs, retries }: Pick<CallOptions, 'timeoutMs' | 'retries'>): void {
  const isTime = timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= timeoutMsMax);
  if (!isTime) throw new TypeError(`timeoutMs must be a number of milliseconds from 1 to ${timeoutMsMax}`);
  const isCount = retries === undefined || retries >= 0;
  if (!isCount) throw new TypeError(`retries must be a number from 0 to ${retriesMax}`);
}

/** `number`: of the attempt, from 1. */
type Sender = { settings: TransportOptions; base: string; number: number };

async function send(
  { settings, base, number }: Sender,
  operation: Operation,
  options: CallOptions,
): Promise<unknown> {
  const body = operation.body === undefined ? undefined : JSON.stringify(operation.body);
  const { signal, release } = deadline(timeoutMsOf(settings, operation, options), options.signal);
  try {
    const headers = await headersOf(settings, options, { hasBody: body !== undefined, signal });
    const request: RequestInit = {
      method: operation.method,
      headers,
      signal,
      // An API never sends elsewhere; following would carry the request to where the caller did not mean.
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    };
    const url = `${base}${operation.path}${queryText(operation.query)}`;
    const observed = observe(settings.onAttempt, operation, number);
    return await (settings.fetch ?? globalThis.fetch)(url, request)
      .then((response) => {
        observed.answered(response);
        return answerOf(response, operation);
      })
      .catch(answerless(signal))
      .finally(observed.tell);
  } finally {
    release();
  }
}

/** A call that lets the server wait may take as long as it waits besides. */
function timeoutMsOf({ timeoutMs }: TransportOptions, { query }: Operation, options: CallOptions): number {
  const wait: unknown = query && Reflect.get(query, 'wait');
  const whole =
    (options.timeoutMs ?? timeoutMs ?? defaultTimeoutMs) + (typeof wait === 'number' ? wait * 1000 : 0);
  return Math.min(timeoutMsMax, whole);
}

/** The key is asked for in each attempt, as it may have changed. Throws what the caller's own function throws. */
async function headersOf(
  settings: TransportOptions,
  options: CallOptions,
  { hasBody, signal }: { hasBody: boolean; signal: AbortSignal },
): Promise<Headers> {
  const apiKey =
    typeof settings.apiKey === 'function'
      ? await withSignal(Promise.resolve(settings.apiKey()), signal).catch((error: unknown) => {
          throw signal.aborted ? withoutAnswer(error, signal) : error;
        })
      : settings.apiKey;
  const workspaceId = options.workspaceId ?? settings.workspaceId;
  const headers = new Headers({ accept: 'application/json, application/problem+json' });
  if (userAgent !== null) headers.set('user-agent', userAgent);
  if (apiKey !== undefined) headers.set('authorization', bearerOf(apiKey));
  if (workspaceId !== undefined) headers.set('mailgrant-workspace', workspaceId);
  if (hasBody) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries({ ...settings.headers, ...options.headers }))
    headers.set(name, value);
  return headers;
}

/** Throws `TypeError` in words that do not hold the key, which those of `Headers` might. */
function bearerOf(apiKey: string): string {
  const key = apiKey.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('the API key is none: it has letters that no key has');
  return `Bearer ${key}`;
}

async function answerOf(response: Response, operation: Operation): Promise<unknown> {
  const failed: Failed = {
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    retryAfterSeconds: retryAfterOf(response.headers.get('retry-after'), Date.now()),
  };
  const text = await boundedText(response, answerBytesMax);
  if (text === null) throw clientError('unreadable_answer', 'The answer is too large.', failed);
  if (response.ok && operation.answers === 'text') return text;
  if (response.ok && text === '') return undefined;
  const value = parsed(text, failed);
  if (!response.ok) throw errorOf(value, failed);
  return value;
}

function parsed(text: string, failed: Failed): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(failed, cause);
  }
}

const timedOut = Symbol('timed out');

/** A signal that ends with the caller's, or by itself. */
function deadline(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timedOut), timeoutMs);
  const forward = () => controller.abort(outer?.reason);
  if (outer?.aborted) forward();
  else outer?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    release() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', forward);
    },
  };
}

const answerless = (signal: AbortSignal) => (error: unknown) => {
  throw isMailgrantError(error) ? error : withoutAnswer(error, signal);
};

function withoutAnswer(cause: unknown, signal: AbortSignal): Error {
  if (signal.aborted && signal.reason === timedOut) {
    return clientError('timed_out', 'The server did not answer in time.', { cause });
  }
  if (signal.aborted) return clientError('aborted', 'The caller ended the call.', { cause: signal.reason });
  return clientError('network_error', 'The server could not be reached.', { cause });
}
