// From a problem document to the error that the caller gets. The document came over the network, so each member is
// looked at; one that promises a verdict and has none is an answer that cannot be read.
import {
  clientError,
  type FieldProblem,
  MailgrantError,
  type MailgrantErrorCode,
  type ServerErrorCode,
} from './errors.ts';
import { serverErrorCodes } from './generated/codes.ts';
import type { Verdict } from './generated/types.ts';

export type Failed = {
  status: number;
  requestId: string | null;
  /** Of the header. */
  retryAfterSeconds: number | null;
};

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isServerCode = (code: unknown): code is ServerErrorCode =>
  typeof code === 'string' && Object.hasOwn(serverErrorCodes, code);

/** `document` is the parsed body; anything else than a problem document makes an `unreadable_answer`. */
export function errorOf(document: unknown, failed: Failed): MailgrantError {
  if (!isMembers(document) || typeof document.code !== 'string') return unreadable(failed);
  const code: MailgrantErrorCode = isServerCode(document.code) ? document.code : 'unknown_code';
  const detail =
    typeof document.detail === 'string' ? document.detail : `The server answered ${failed.status}.`;
  const verdict = verdictOf(document.verdict);
  const reconnectUrl = typeof document.reconnect_url === 'string' ? document.reconnect_url : null;
  const common = {
    ...failed,
    requestId: typeof document.request_id === 'string' ? document.request_id : failed.requestId,
    retryAfterSeconds:
      failed.retryAfterSeconds ??
      (typeof document.retry_after_seconds === 'number' ? document.retry_after_seconds : null),
    fields: fieldsOf(document.fields),
    problem: document,
  };
  if (code === 'needs_reauthorization') {
    if (verdict === null || reconnectUrl === null) return unreadable(failed);
    return new MailgrantError(code, detail, { ...common, verdict, reconnectUrl });
  }
  if (code === 'mailbox_refused') {
    if (verdict === null) return unreadable(failed);
    return new MailgrantError(code, detail, { ...common, verdict, reconnectUrl });
  }
  return new MailgrantError<MailgrantErrorCode>(code, detail, { ...common, verdict, reconnectUrl });
}

export const unreadable = (failed: Failed, cause?: unknown): MailgrantError =>
  clientError(
    'unreadable_answer',
    `The answer (status ${failed.status}) is none of Mailgrant's: check the base URL and any proxy on the way.`,
    { ...failed, cause },
  );

function verdictOf(value: unknown): Verdict | null {
  if (!isMembers(value)) return null;
  const { code, sentence, remedy, actor, heals_itself: healsItself } = value;
  if (typeof code !== 'string' || typeof sentence !== 'string' || typeof remedy !== 'string') return null;
  if (!isActor(actor) || typeof healsItself !== 'boolean') return null;
  return { code, sentence, remedy, actor, heals_itself: healsItself };
}

const actors = {
  mailbox_owner: true,
  mail_administrator: true,
  workspace: true,
  operator: true,
  nobody: true,
} as const satisfies Record<Verdict['actor'], true>;

const isActor = (value: unknown): value is Verdict['actor'] =>
  typeof value === 'string' && Object.hasOwn(actors, value);

const fieldsOf = (value: unknown): FieldProblem[] =>
  (Array.isArray(value) ? value : []).flatMap((member: unknown) =>
    isMembers(member) && typeof member.field === 'string' && typeof member.message === 'string'
      ? [{ field: member.field, message: member.message }]
      : [],
  );
