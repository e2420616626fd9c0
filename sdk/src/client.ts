// The client: every operation of the API by noun, and what is made of several of them.
import type { CallOptions } from './call.ts';
import { type Operations, operationsOf } from './generated/operations.ts';
import type { ConnectSession } from './generated/types.ts';
import { waitUntilOver } from './session-end.ts';
import { createTokenSource, type TokenSource, type TokenSourceOptions } from './token-source.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export type ClientOptions = TransportOptions;

/** Made of several operations. */
type Made = {
  mailboxes: {
    /** The tokens of a mailbox for a program that needs them again and again. Makes no call by itself. */
    tokenSource(id: string, options?: TokenSourceOptions): TokenSource;
  };
  connectSessions: {
    /**
     * Waits until the session is over: `connected`, `failed`, `cancelled` or `expired`. Ends by itself, because every
     * session does; `signal` ends it sooner.
     */
    waitUntilOver(id: string, options?: CallOptions): Promise<ConnectSession>;
  };
};

export type MailgrantClient = Operations & Made;

/**
 * A client of one server. Throws `TypeError` for a base URL that is none. All methods may be called in parallel, and
 * reject with `MailgrantError` alone (`TypeError` for an id that is none).
 *
 * `timeoutMs` (default 30 000) bounds one attempt. `retries` (default 2) are made where they can do no harm: of reads,
 * of deletions, and of whatever the server says it has not done. Pauses are at most 30 seconds, and all calls of a
 * client share one budget of retries.
 */
export function createClient(options: ClientOptions): MailgrantClient {
  const call = createTransport(options);
  const operations = operationsOf(call);
  return {
    ...operations,
    mailboxes: {
      ...operations.mailboxes,
      tokenSource: (id, sourceOptions) => createTokenSource(operations.mailboxes.token, id, sourceOptions),
    },
    connectSessions: {
      ...operations.connectSessions,
      waitUntilOver: (id, callOptions) => waitUntilOver(operations.connectSessions.get, id, callOptions),
    },
  };
}
