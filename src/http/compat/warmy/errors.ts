// Errors in Warmy's envelope `{ message: [...], errors: [...] }`: its clients read `message` first, then `errors`,
// so both hold the same sentences. Every error of this surface passes here, those of the HTTP framework included.
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import {
  errorTable,
  GatewayError,
  type ImportOutcome,
  type Log,
  type ReasonCode,
  verdictOf,
} from '../../../core/index.ts';

/** An answer that has no code in the core because only this dialect has it. */
export class WarmyError extends Error {
  override readonly name = 'WarmyError';
  readonly statusCode: number;
  readonly sentences: readonly string[];
  readonly retryAfterSeconds: number | null;

  constructor(statusCode: number, sentences: readonly string[], retryAfterSeconds: number | null = null) {
    super(sentences.join(' '));
    this.statusCode = statusCode;
    this.sentences = sentences;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type ErrorReply = { message: string[]; errors: string[] };

export const envelope = (sentences: readonly string[]): ErrorReply => ({
  message: [...sentences],
  errors: [...sentences],
});

export const unprocessable = (...sentences: string[]): WarmyError => new WarmyError(422, sentences);

const recheck = 'Please recheck your credentials and try again';
const retrySeconds = 30;

/** These are about the body, not about the credentials in it. */
const bodyReasons: Partial<Record<ReasonCode, string>> = {
  address_missing: 'email is missing, and the provider does not say whose token this is',
  wrong_mailbox: 'email is not the address that the tokens belong to',
};

/** What the provider or a mail server said: a refusal is 400, an outage 503, so that only the latter is retried. */
export function importRefused({ reason }: Extract<ImportOutcome, { ok: false }>): WarmyError {
  const aboutBody = bodyReasons[reason];
  if (aboutBody !== undefined) return unprocessable(aboutBody);
  const { sentence, remedy, healsItself } = verdictOf(reason);
  if (healsItself) return new WarmyError(503, [sentence, 'Please try again later'], retrySeconds);
  return new WarmyError(400, [recheck, sentence, remedy]);
}

type Answer = { statusCode: number; sentences: readonly string[]; retryAfterSeconds?: number | null };

/** Sends the envelope, and logs what only the operator can do something about. */
export function sendError(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const { statusCode, sentences, retryAfterSeconds } = answerTo(error);
  if (statusCode >= 500 && statusCode !== 501) {
    log[statusCode === 503 ? 'warn' : 'error']('a request of the warmy surface failed', {
      requestId: reply.request.id,
      statusCode,
      error,
    });
  }
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(statusCode).send(envelope(sentences));
}

function answerTo(error: unknown): Answer {
  if (error instanceof WarmyError) return error;
  if (error instanceof GatewayError) return answerToGateway(error);
  return answerToFramework(statusOf(error));
}

function answerToGateway(error: GatewayError): Answer {
  if (error.code === 'not_found') return { statusCode: 404, sentences: ['Not found'] };
  if (error.code === 'internal_error') return answerToFramework(500);
  const { status: statusCode } = errorTable[error.code];
  const wait = error.extras.retryAfterSeconds ?? (statusCode === 503 ? retrySeconds : null);
  return { statusCode, sentences: [error.message], retryAfterSeconds: wait };
}

/** The framework's own refusals of a request; anything else is a mistake of ours and says nothing. */
function answerToFramework(statusCode: number): Answer {
  if (statusCode === 413) return { statusCode, sentences: ['The request body is too large'] };
  return statusCode >= 400 && statusCode < 500
    ? { statusCode, sentences: [STATUS_CODES[statusCode] ?? 'The request is not valid'] }
    : { statusCode: 500, sentences: ['Something went wrong on this server'] };
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
