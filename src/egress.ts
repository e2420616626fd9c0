// Every outbound HTTP call of the product, with time-outs, a size limit and no redirects: shaped like `fetch` for the
// libraries, and as a plain post for what is called most. Knows nothing of what is called, and never logs a header, a
// query or a body.
import { Agent } from 'undici';
import {
  EgressError,
  type EgressFetch,
  type EgressPost,
  type EgressRequest,
  type Log,
} from './core/ports.ts';
import { isPublicAddress, publicLookup } from './egress-addresses.ts';
import { type Answer, callOver, type OutboundCall } from './egress-call.ts';

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

export type Egress = { fetch: EgressFetch; post: EgressPost; close(): Promise<void> };

/** The answers to OAuth, key and profile requests are a few KiB; this leaves room and bounds memory. */
const defaultBytesMax = 256 * 1024;
/** Directories of Entra have URLs of their own, so there may be many. */
const checkedMax = 10_000;

export const createEgress = (options: EgressOptions = {}): Egress => {
  const limits = {
    totalMilliseconds: options.totalTimeout ?? 20_000,
    bytesMax: options.bytesMax ?? defaultBytesMax,
  };
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

  const call = async (dispatcher: Agent, outbound: OutboundCall): Promise<Answer> => {
    try {
      return await callOver(dispatcher, outbound, limits);
    } catch (error) {
      const code = error instanceof EgressError ? error.code : null;
      options.log?.debug('an outbound call has no answer', { host: outbound.url.host, code });
      throw error;
    }
  };

  const fetch: EgressFetch = async (url, init) => {
    const isPublicOnly = init.publicOnly === true;
    const answer = await call(isPublicOnly ? publicAddress : anyAddress, {
      url: checkUrl(url, isPublicOnly),
      method: init.method.toUpperCase(),
      headers: requestHeaders(init),
      body: bodyText(init.body),
      signal: init.signal,
    });
    return toResponse(answer);
  };

  /** The same few URLs all the time, all of our own endpoint table. */
  const checked = new Map<string, URL>();
  const checkOnce = (text: string): URL => {
    const known = checked.get(text);
    if (known !== undefined) return known;
    const url = checkUrl(text, false);
    if (checked.size >= checkedMax) checked.clear();
    checked.set(text, url);
    return url;
  };

  const post: EgressPost = async (url, { headers, body, signal }) => {
    const answer = await call(anyAddress, { url: checkOnce(url), method: 'POST', headers, body, signal });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.status,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : (retryAfter?.join(', ') ?? null),
      body: textOf(answer.body),
    };
  };

  return {
    fetch,
    post,
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

const utf8 = new TextDecoder();

/** As `Response.text()` reads it: a byte order mark is left out. */
const textOf = (body: Buffer): string => (body[0] === 0xef ? utf8.decode(body) : body.toString('utf8'));

/** Statuses whose answer has no body (fetch standard, "null body status"); `Response` refuses one. */
const bodilessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

const toResponse = ({ status, headers: received, body }: Answer): Response => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) headers.append(name, one);
    }
  }
  // A copy with its own ArrayBuffer: a Buffer may be a window into a shared pool.
  return new Response(bodilessStatuses.has(status) ? null : new Uint8Array(body), { status, headers });
};
