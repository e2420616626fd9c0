// Time, chance, signing, log, outbound HTTP, names: what any part of the core may need of the machine.
import type { Secret } from '../secret.ts';

/** Milliseconds since the epoch, and a wait that ends early, without an error, when the signal aborts. */
export type Clock = {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A signal that aborts after this time. */
  deadline(milliseconds: number): AbortSignal;
};

export type Random = {
  /** Cryptographically strong bytes. */
  bytes(count: number): Uint8Array;
  /** A UUID of version 7 (RFC 9562 section 5.7): ids sort by creation. */
  id(): string;
  /** Uniform in [0, 1); for jitter only. */
  fraction(): number;
};

/** Keyed digest with the installation's current key, for links that need no row. Hex text. */
export type LinkSigner = {
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, signature: string): boolean;
};

/**
 * Client credentials that the operator keeps outside of the database, by the name that the operator gave them.
 * Rejects when there is no such name or nothing can be read there; `isFresh` passes over what was read before.
 */
export type CredentialSource = {
  read(reference: string, options: { isFresh: boolean }): Promise<Secret<string>>;
};

export type Log = Record<
  'debug' | 'info' | 'warn' | 'error',
  (message: string, fields?: Record<string, unknown>) => void
>;

/**
 * One outbound HTTP call, shaped like `fetch` so that the OAuth and JOSE libraries take it as theirs. Follows
 * no redirect, holds every answer below a size limit, ends by its own time-out or at once by `signal`.
 * Rejects with `EgressError` only.
 */
export type EgressFetch = (url: string, init: EgressRequest) => Promise<Response>;

export type EgressRequest = {
  method: string;
  headers?: Headers | Record<string, string>;
  body?: string | URLSearchParams | null | undefined;
  signal?: AbortSignal | undefined;
  /** True for a URL that a workspace chose: refuses every address that is not public. Webhooks have their own sender. */
  publicOnly?: boolean;
};

/**
 * A form posted and its answer as text: what a token endpoint is called with, without the objects of `fetch`, which
 * cost more than the call. The same limits and the same errors.
 */
export type EgressPost = (
  url: string,
  request: { headers: Record<string, string>; body: string; signal?: AbortSignal | undefined },
) => Promise<PostAnswer>;

export type PostAnswer = {
  status: number;
  /** The header `Retry-After` as received. */
  retryAfter: string | null;
  body: string;
};

/** `timeout`: no answer in time. `aborted`: the caller's signal. `forbidden`: the URL may not be called. */
export type EgressErrorCode = 'timeout' | 'aborted' | 'unreachable' | 'too_large' | 'forbidden';

/** Why an outbound call has no answer. Thrown by the egress, told apart by the adapters that called it. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Look-ups in the DNS. `[]` = there is no such record, null = it could not be asked. Never throws; ends by
 * `signal`.
 */
export type DomainResolver = {
  /** Hosts of the MX records. */
  mx(domain: string, signal: AbortSignal): Promise<string[] | null>;
  /** TXT records, the parts of each joined. */
  txt(name: string, signal: AbortSignal): Promise<string[] | null>;
};
