// One outbound HTTP call over undici's dispatcher, bounded in time and size, its answer read to the end. Without the
// streams, signals and objects of a fetch: every refresh goes through here, and these cost more than the call itself.
import { setTimeout as after } from 'node:timers';
import { type Dispatcher, errors } from 'undici';
import { EgressError } from './core/ports.ts';

export type OutboundCall = {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  /** The caller's; ends the call at once. */
  signal: AbortSignal | undefined;
};

export type Limits = {
  /** The whole call. */
  totalMilliseconds: number;
  /** Of the answer's body. */
  bytesMax: number;
};

export type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
};

/** Rejects with `EgressError` only. When it has settled, no timer and no listener is left behind. */
export const callOver = (
  dispatcher: Dispatcher,
  { url, method, headers, body, signal }: OutboundCall,
  { totalMilliseconds, bytesMax }: Limits,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const answer: Answer = { status: 0, headers: {}, body: nothing };
    const chunks: Buffer[] = [];
    let bytes = 0;
    /** Of a call that was given up: the one that counts, whatever the dispatcher says after it. */
    let end: EgressError | null = null;
    let controller: Dispatcher.DispatchController | null = null;

    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (error: EgressError): void => {
      if (end !== null) return;
      end = error;
      settle();
      reject(error);
      // One that still waits for a connection is ended when its turn comes: see onRequestStart.
      controller?.abort(error);
    };
    const timer = after(() => giveUp(new EgressError('timeout', 'No answer in time.')), totalMilliseconds);
    const onAbort = (): void => giveUp(abortion(signal));
    if (signal?.aborted === true) return giveUp(abortion(signal));
    signal?.addEventListener('abort', onAbort, { once: true });

    const refuse = (): void =>
      giveUp(new EgressError('too_large', `The answer is larger than ${bytesMax} bytes.`));
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        if (end !== null) started.abort(end);
      },
      onResponseStart: (_controller, status, received) => {
        // Below 200 it is no answer yet (RFC 9110 section 15.2).
        if (status < 200) return;
        answer.status = status;
        answer.headers = received;
        if (Number(received['content-length']) > bytesMax) refuse();
      },
      onResponseData: (_controller, chunk) => {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) refuse();
        else if (end === null) chunks.push(chunk);
      },
      onResponseEnd: () => {
        if (end !== null) return;
        settle();
        const [only = nothing] = chunks;
        answer.body = chunks.length > 1 ? Buffer.concat(chunks) : only;
        resolve(answer);
      },
      onResponseError: (_controller, error) => giveUp(toEgressError(error)),
    };
    try {
      dispatcher.dispatch(
        { origin: url.origin, path: url.pathname + url.search, method, headers, body },
        handler,
      );
    } catch (error) {
      giveUp(toEgressError(error));
    }
  });

const nothing = Buffer.alloc(0);

const abortion = (signal: AbortSignal | undefined): EgressError => {
  const cause: unknown = signal?.reason;
  return cause instanceof Error && cause.name === 'TimeoutError'
    ? new EgressError('timeout', 'No answer before the time limit of the caller.', { cause })
    : new EgressError('aborted', 'The caller gave up.', { cause });
};

const toEgressError = (error: unknown): EgressError => {
  if (
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
