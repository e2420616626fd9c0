// Calls to URLs that workspaces chose: the adapter of the port `WebhookSender`. https and port 443 unless the operator
// says otherwise, vetted addresses only, no redirect, no credentials, and of an answer no more than its beginning.
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, errors, request } from 'undici';
import { EgressError, type Ports } from './core/ports.ts';
import { createAddressFilter, filteredLookup } from './egress-addresses.ts';

type WebhookSender = Ports['webhookSender'];
type Result = Awaited<ReturnType<WebhookSender['send']>>;
type Failure = Extract<Result, { failure: unknown }>['failure'];

export type WebhookEgressOptions = {
  /** Plain http, and ports other than 443. */
  allowsHttp: boolean;
  /** Networks that may be called beside public addresses, as `10.0.0.0/8`. */
  networks: readonly string[];
  /** One call, to the end of the answer's headers. */
  timeoutMilliseconds: number;
  /** A further certificate authority, PEM. */
  ca?: string | null;
  /** In place of the machine's own look-up; asked once for each connection. */
  resolve?: LookupFunction;
};

const urlLengthMax = 2048;
const excerptBytesMax = 1024;
/** For the beginning of the body, after the headers have come. */
const excerptMilliseconds = 2_000;
/** A look-up while somebody enters a URL. */
const entryLookupMilliseconds = 2_000;

export function createWebhookEgress(
  options: WebhookEgressOptions,
): WebhookSender & { close(): Promise<void> } {
  const { allowsHttp, timeoutMilliseconds, ca = null } = options;
  const filter = createAddressFilter(options.networks);
  const vetted = filteredLookup(filter, options.resolve);
  const agent = new Agent({
    // As many as there are calls, which the deliverer bounds: many workspaces have URLs of one host, and one that hangs
    // must not keep the others in a queue, where no time-out reaches them.
    connections: null,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: excerptMilliseconds,
    maxHeaderSize: 16 * 1024,
    connect: {
      timeout: timeoutMilliseconds,
      lookup: vetted,
      ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    },
  });

  /** What can be told without the network. */
  function objectionToForm(text: string): string | null {
    const url = URL.parse(text);
    if (url === null || text.length > urlLengthMax) return 'must be a URL of at most 2048 characters';
    const isHttp = url.protocol === 'http:' && allowsHttp;
    if (url.protocol !== 'https:' && !isHttp) return 'must begin with https://';
    if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password';
    if (url.port !== '' && !allowsHttp) return 'must use port 443';
    return filter(url.hostname) === false ? notPublic : null;
  }

  return {
    async objection(text) {
      const objection = objectionToForm(text);
      if (objection !== null) return objection;
      const { hostname } = new URL(text);
      if (filter(hostname) !== null) return null;
      return (await isForbidden(vetted, hostname)) ? notPublic : null;
    },

    async send(text, { headers, body, signal }) {
      // Also here: the rules may have become stricter since the URL was entered, and an address has no look-up.
      if (objectionToForm(text) !== null) return { failure: 'forbidden_address' };
      const over = AbortSignal.timeout(timeoutMilliseconds);
      try {
        const ending = AbortSignal.any([signal, over]);
        const answering = request(text, {
          method: 'POST',
          dispatcher: agent,
          headers: { 'user-agent': 'Mailgrant', ...headers },
          body,
          signal: ending,
        });
        const answer = await orEnd(answering, ending);
        const retryAfter = answer.headers['retry-after'];
        return {
          status: answer.statusCode,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
          excerpt: await beginningOf(answer.body),
        };
      } catch (error) {
        if (signal.aborted) return { aborted: true };
        return { failure: over.aborted ? 'timeout' : failureOf(error) };
      }
    },

    close: () => agent.destroy(),
  };
}

const notPublic = 'leads to an address that is not public';

/** False also when the name cannot be looked up now: each call looks again. */
const isForbidden = (vetted: LookupFunction, hostname: string): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), entryLookupMilliseconds);
    vetted(hostname, { all: true }, (error) => {
      clearTimeout(timer);
      resolve(error instanceof EgressError);
    });
  });

/** While it looks up a name or connects, the library hears of no end: the call ends by itself, and nobody waits for it. */
async function orEnd<T>(work: Promise<T>, ending: AbortSignal): Promise<T> {
  const end = Promise.withResolvers<never>();
  const onEnd = (): void => end.reject(ending.reason);
  if (ending.aborted) onEnd();
  ending.addEventListener('abort', onEnd, { once: true });
  work.catch(() => {});
  try {
    return await Promise.race([work, end.promise]);
  } finally {
    ending.removeEventListener('abort', onEnd);
  }
}

/** Whatever becomes of the rest: that the headers came is the answer. */
async function beginningOf(
  body: AsyncIterable<unknown> & { destroy(): unknown; on(name: 'error', listener: () => void): unknown },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), excerptMilliseconds);
  body.on('error', () => {});
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) break;
      chunks.push(Buffer.from(chunk));
      bytes += chunk.byteLength;
      if (bytes >= excerptBytesMax) break;
    }
  } catch {
    // Broken off half-way: what came before is kept.
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  const text = Buffer.concat(chunks).subarray(0, excerptBytesMax).toString('utf8');
  return printable(text);
}

/** Databases and terminals choke on control characters; line ends and tabs may stay. */
const printable = (text: string): string =>
  Array.from(text, (character) =>
    (character < ' ' && !'\t\n'.includes(character)) || character === '\x7f' ? ' ' : character,
  ).join('');

/** By the codes of Node.js and OpenSSL; never by a message. */
function failureOf(error: unknown): Failure {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    if (cause instanceof EgressError) return 'forbidden_address';
    const isTimeout =
      cause instanceof errors.ConnectTimeoutError ||
      cause instanceof errors.HeadersTimeoutError ||
      cause instanceof errors.BodyTimeoutError;
    if (isTimeout) return 'timeout';
    const word = wordOf('code' in cause && typeof cause.code === 'string' ? cause.code : '');
    if (word !== null) return word;
    const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
    cause = inner ?? cause.cause;
  }
  return 'connection_broken';
}

function wordOf(code: string): Failure | null {
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA'].includes(code))
    return 'name_not_resolved';
  if (code === 'ECONNREFUSED') return 'connection_refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  const isTls = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/.test(
    code,
  );
  return isTls ? 'tls_failed' : null;
}
