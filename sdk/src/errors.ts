// The one error that leaves the client: what the server said in its problem document (RFC 9457), or what kept the call
// from being answered. Told apart by `code`, a closed union.
import type { Problem, Verdict } from './generated/types.ts';

/** What the server says. */
export type ServerErrorCode = Problem['code'];

/**
 * What the client says: the server was not reached (`network_error`), did not answer in time (`timed_out`), the caller
 * ended the call (`aborted`), the answer is none of this API (`unreadable_answer`, for example a proxy's page), or it
 * has a code that this version does not know yet (`unknown_code`, see `problem`).
 */
export type ClientErrorCode =
  | 'network_error'
  | 'timed_out'
  | 'aborted'
  | 'unreadable_answer'
  | 'unknown_code';

export type MailgrantErrorCode = ServerErrorCode | ClientErrorCode;

export type FieldProblem = NonNullable<Problem['fields']>[number];

/** What comes with a code for sure; for every other code it may come or not. */
type VerdictOf<Code> = Code extends 'needs_reauthorization' | 'mailbox_refused' ? Verdict : Verdict | null;
type ReconnectUrlOf<Code> = Code extends 'needs_reauthorization' ? string : string | null;

const mark = Symbol.for('mailgrant.client.error');

/**
 * What went wrong with a call. `isMailgrantError` tells it from other errors and lets `code` narrow it:
 * `needs_reauthorization` has a verdict and the link that mends it.
 */
export class MailgrantError<Code extends MailgrantErrorCode = MailgrantErrorCode> extends Error {
  override readonly name = 'MailgrantError';
  /** Decide by this. */
  readonly code: Code;
  /** Of the HTTP answer; 0 = there was none. */
  readonly status: number;
  /** For people; may change. */
  readonly detail: string;
  /** Which fields of the request are wrong. */
  readonly fields: readonly FieldProblem[];
  /** When to ask again, in seconds; null = the server did not say. */
  readonly retryAfterSeconds: number | null;
  /** For whoever runs the server: its log has the reason under it. */
  readonly requestId: string | null;
  /** Why a mailbox does not work, and who must act. */
  readonly verdict: VerdictOf<Code>;
  /** For the mailbox owner: opens the page that mends it. */
  readonly reconnectUrl: ReconnectUrlOf<Code>;
  /** The whole problem document as it came; null = there was none. */
  readonly problem: Readonly<Record<string, unknown>> | null;

  constructor(
    code: Code,
    detail: string,
    more: {
      status?: number;
      fields?: readonly FieldProblem[];
      retryAfterSeconds?: number | null;
      requestId?: string | null;
      verdict: VerdictOf<Code>;
      reconnectUrl: ReconnectUrlOf<Code>;
      problem?: Readonly<Record<string, unknown>> | null;
      cause?: unknown;
    },
  ) {
    super(
      `${[detail, ...fieldWords(more.fields)].join(' ')} (${code})`,
      more.cause === undefined ? undefined : { cause: more.cause },
    );
    this.code = code;
    this.detail = detail;
    this.status = more.status ?? 0;
    this.fields = more.fields ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.requestId = more.requestId ?? null;
    this.verdict = more.verdict;
    this.reconnectUrl = more.reconnectUrl;
    this.problem = more.problem ?? null;
    Object.defineProperty(this, mark, { value: true });
  }
}

/** The first ones: a log that has only the message shall say what is wrong. */
const fieldsTold = 3;

const fieldWords = (fields: readonly FieldProblem[] = []): string[] =>
  fields.slice(0, fieldsTold).map(({ field, message }) => `${field || 'the body'}: ${message}.`);

/** Every error of the client as a union, which `code` tells apart. */
export type AnyMailgrantError = { [Code in MailgrantErrorCode]: MailgrantError<Code> }[MailgrantErrorCode];

/** True for errors of this client, also of another copy of it in the same program. */
export const isMailgrantError = (error: unknown): error is AnyMailgrantError =>
  error instanceof Error && Reflect.get(error, mark) === true;

/** Without an answer of the server. */
export const clientError = (
  code: ClientErrorCode,
  detail: string,
  more: {
    status?: number;
    requestId?: string | null;
    retryAfterSeconds?: number | null;
    cause?: unknown;
  } = {},
): MailgrantError => new MailgrantError(code, detail, { ...more, verdict: null, reconnectUrl: null });
