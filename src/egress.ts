// Every outbound HTTP call of the product: a fetch-shaped function over `undici.request`, with time-outs, a
// size limit and no redirects. Knows nothing of what is called, and never logs a header, a query or a body.
import { setTimeout as after } from 'node:timers';
import { Agent, errors, request } from 'undici';
import { EgressError, type EgressFetch, type EgressRequest, type Log } from './core/ports.ts';
import { isPublicAddress, publicLookup } from './egress-addresses.ts';

export type EgressOptions = {
  log?: Log;
  /** TCP and TLS. Milliseconds, as all below. */
  connectTimeout?: number;
  /** From the request to the last header. */
  headersTimeout?: number;
  /** Between two pieces of the body. */
  bodyTimeout?: number;
  /** The whole call. */
  totalTimeout?: number;
  /** Largest answer in bytes. */
  bytesMax?: number;
  /** Connections to one origin. */
  connectionsMax?: number;
};

export type Egress = { fetch: EgressFetch; close(): Promise<void> };

/** The answers to OAuth, key and profile requests are a few KiB; this leaves room and bounds memory. */
const defaultBytesMax = 256 * 1024;

export const createEgress = (options: EgressOptions = {}): Egress => {
  const totalTimeout = options.totalTimeout ?? 20_000;
  const bytesMax = options.bytesMax ?? defaultBytesMax;
  const agentOptions = {
    connections: options.connectionsMax ?? 64,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
    headersTimeout: options.headersTimeout ?? 15_000,
    bodyTimeout: options.bodyTimeout ?? 10_000,
    maxHeaderSize: 32 * 1024,
  };
  const connectTimeout = options.connectTimeout ?? 10_000;
  const anyAddress = new Agent({ ...agentOptions, connect: { timeout: connectTimeout } });
  const publicAddress = new Agent({
    ...agentOptions,
    connect: { timeout: connectTimeout, lookup: publicLookup },
  });

  const fetch: EgressFetch = async (url, init) => {
    const target = checkUrl(url, init.publicOnly === true);
    const deadline = startDeadline(totalTimeout, init.signal);
    try {
      const answer = await request(target, {
        dispatcher: init.publicOnly === true ? publicAddress : anyAddress,
        method: init.method.toUpperCase(),
        headers: requestHeaders(init),
        body: bodyText(init.body),
        signal: deadline.signal,
      });
      const body = await readBounded(answer.body, answer.headers['content-length'], bytesMax);
      return toResponse(answer.statusCode, answer.headers, body);
    } catch (error) {
      const failure = toEgressError(error, deadline, init.signal);
      options.log?.debug('an outbound call has no answer', { host: target.host, code: failure.code });
      throw failure;
    } finally {
      deadline.stop();
    }
  };

  return {
    fetch,
    close: async () => {
      await Promise.all([anyAddress.destroy(), publicAddress.destroy()]);
    },
  };
};

const checkUrl = (text: string, publicOnly: boolean): URL => {
  const url = URL.parse(text);
  if (url === null) throw new EgressError('forbidden', 'The URL cannot be read.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new EgressError('forbidden', 'Only http and https are called.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError('forbidden', 'A URL with credentials is not called.');
  }
  // A host that is an address never passes through the look-up, so it is judged here.
  if (publicOnly && isPublicAddress(url.hostname) === false) {
    throw new EgressError('forbidden', 'The address is not public.');
  }
  return url;
};

type Deadline = { signal: AbortSignal; passed(): boolean; stop(): void };

/** One signal out of the caller's and our own time limit; `stop` leaves no timer and no listener behind. */
const startDeadline = (milliseconds: number, outer: AbortSignal | undefined): Deadline => {
  const controller = new AbortController();
  let passed = false;
  const timer = after(() => {
    passed = true;
    controller.abort();
  }, milliseconds);
  const forward = (): void => controller.abort();
  if (outer?.aborted === true) controller.abort();
  outer?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    passed: () => passed,
    stop: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', forward);
    },
  };
};

const requestHeaders = (init: EgressRequest): Record<string, string> => {
  const { headers, body } = init;
  const plain = headers instanceof Headers ? Object.fromEntries(headers.entries()) : { ...headers };
  const names = Object.keys(plain).map((name) => name.toLowerCase());
  if (body instanceof URLSearchParams && !names.includes('content-type')) {
    plain['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
  }
  return plain;
};

const bodyText = (body: EgressRequest['body']): string | null =>
  body === undefined || body === null ? null : body.toString();

type Body = AsyncIterable<unknown> & {
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
};

const readBounded = async (
  body: Body,
  announced: string | string[] | undefined,
  bytesMax: number,
): Promise<Buffer> => {
  const refuse = (): never => {
    // Destroying an unread body raises 'error' on the stream; the refusal below is the one that counts.
    body.on('error', () => {});
    body.destroy();
    throw new EgressError('too_large', `The answer is larger than ${bytesMax} bytes.`);
  };
  if (typeof announced === 'string' && Number(announced) > bytesMax) return refuse();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return refuse();
    chunks.push(Buffer.from(chunk));
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
};

/** Statuses whose answer has no body (fetch standard, "null body status"); `Response` refuses one. */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

const toResponse = (
  status: number,
  received: Record<string, string | string[] | undefined>,
  body: Buffer,
): Response => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) headers.append(name, one);
    }
  }
  // A copy with its own ArrayBuffer: a Buffer may be a window into a shared pool.
  return new Response(bodilessStatuses.has(status) ? null : new Uint8Array(body), { status, headers });
};

const toEgressError = (error: unknown, deadline: Deadline, outer: AbortSignal | undefined): EgressError => {
  if (error instanceof EgressError) return error;
  if (outer?.aborted === true) {
    const byTime = outer.reason instanceof Error && outer.reason.name === 'TimeoutError';
    return byTime
      ? new EgressError('timeout', 'No answer before the time limit of the caller.', { cause: error })
      : new EgressError('aborted', 'The caller gave up.', { cause: error });
  }
  if (
    deadline.passed() ||
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  ) {
    return new EgressError('timeout', 'No answer in time.', { cause: error });
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof EgressError) return cause;
  }
  return new EgressError('unreachable', 'The server cannot be reached or broke off.', { cause: error });
};
