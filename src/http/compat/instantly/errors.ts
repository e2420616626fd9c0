// Errors in Instantly's envelope `{ statusCode, error, message }`. Every error of this surface passes here,
// those of the HTTP framework included; nothing else may shape one.
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { errorTable, GatewayError, type Log } from '../../../core/index.ts';
import type { ErrorReply } from './schemas.ts';

/** An answer that has no code in the core because only this dialect has it. */
export class InstantlyError extends Error {
  override readonly name = 'InstantlyError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** For unknown, foreign and consumed sessions alike, so that ids of others cannot be told apart. */
export const sessionNotFound = (): InstantlyError => new InstantlyError(404, 'Session not found');

/** A paused OAuth client works again as soon as its owner repairs it; until then once a minute is enough. */
const pausedRetrySeconds = 60;
const otherRetrySeconds = 5;

type Answer = { statusCode: number; message: string; retryAfterSeconds?: number };

/** Sends the envelope, and logs what only the operator can do something about. */
export function sendError(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const { statusCode, message, retryAfterSeconds } = answerTo(error);
  if (statusCode >= 500) {
    log[statusCode === 503 ? 'warn' : 'error']('a request of the instantly surface failed', {
      requestId: reply.request.id,
      statusCode,
      error,
    });
  }
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(statusCode).send(envelope(statusCode, message));
}

export const envelope = (statusCode: number, message: string): ErrorReply => ({
  statusCode,
  error: STATUS_CODES[statusCode] ?? 'Error',
  message,
});

function answerTo(error: unknown): Answer {
  if (error instanceof GatewayError) return answerToGateway(error);
  if (error instanceof InstantlyError) return error;
  // Instantly's server is built like this one: the sentence of the validator is the vendor's own.
  if (isValidation(error)) return { statusCode: 400, message: error.message };
  return answerToFramework(statusOf(error));
}

const isValidation = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_VALIDATION';

function answerToGateway(error: GatewayError): Answer {
  switch (error.code) {
    case 'not_found':
      return { statusCode: 404, message: 'Resource not found' };
    case 'rate_limited':
      return {
        statusCode: 429,
        message: error.message,
        retryAfterSeconds: error.extras.retryAfterSeconds ?? otherRetrySeconds,
      };
    case 'oauth_client_missing':
      // Not 503: nothing comes back by itself here, and programs would retry for ever.
      return { statusCode: 500, message: error.message };
    case 'oauth_client_paused':
    case 'provider_unavailable':
    case 'provider_rate_limited':
    case 'refresh_timeout':
    case 'overloaded': {
      const wait = error.code === 'oauth_client_paused' ? pausedRetrySeconds : otherRetrySeconds;
      return {
        statusCode: 503,
        message: 'OAuth is temporarily unavailable, please retry shortly',
        retryAfterSeconds: error.extras.retryAfterSeconds ?? wait,
      };
    }
    case 'internal_error':
      return answerToFramework(500);
    default:
      return { statusCode: errorTable[error.code].status, message: error.message };
  }
}

/** The framework's own refusals of a request; anything else is a mistake of ours and says nothing. */
function answerToFramework(statusCode: number): Answer {
  switch (statusCode) {
    case 400:
      return { statusCode, message: 'Body is not valid JSON' };
    case 413:
      return { statusCode, message: 'Request body is too large' };
    case 415:
      return { statusCode, message: 'Unsupported media type: send application/json' };
    default:
      return statusCode >= 400 && statusCode < 500
        ? { statusCode, message: STATUS_CODES[statusCode] ?? 'The request is not valid' }
        : { statusCode: 500, message: 'Something went wrong on this server' };
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
