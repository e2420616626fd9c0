// Errors as Smartlead's clients read them. Its pages disagree on the member that holds the text, so every error
// carries it as `message` and as `error`, beside the members that its operation documents.
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { errorTable, GatewayError, type Log } from '../../../core/index.ts';

type ErrorMembers = Readonly<Record<string, unknown>>;

/** An answer other than 200. `members` come on top of `ok`, `message` and `error`, and may replace them. */
export class SmartleadError extends Error {
  override readonly name = 'SmartleadError';
  readonly statusCode: number;
  readonly members: ErrorMembers;
  readonly retryAfterSeconds: number | null;

  constructor(
    statusCode: number,
    message: string,
    options: { members?: ErrorMembers; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.statusCode = statusCode;
    this.members = options.members ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** A missing or wrong field: one sentence about the first one found. */
export const invalid = (message: string): SmartleadError => new SmartleadError(422, message);

export const accountNotFound = (members: ErrorMembers = {}): SmartleadError =>
  new SmartleadError(404, 'Email account not found', { members });

export const isNotFound = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === 'not_found';

const retrySeconds = 5;

/** Sends the error, and logs what only the operator can do something about. */
export function sendError(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const known = knownError(error);
  if (known.statusCode >= 500 && known.statusCode !== 501) {
    log[known.statusCode === 503 ? 'warn' : 'error']('a request of the smartlead surface failed', {
      requestId: reply.request.id,
      statusCode: known.statusCode,
      error,
    });
  }
  if (known.retryAfterSeconds !== null) reply.header('retry-after', String(known.retryAfterSeconds));
  return reply.code(known.statusCode).send(bodyOf(known));
}

const bodyOf = ({ message, members }: SmartleadError): Record<string, unknown> => ({
  ok: false,
  message,
  error: message,
  ...members,
});

function knownError(error: unknown): SmartleadError {
  if (error instanceof SmartleadError) return error;
  if (error instanceof GatewayError) return fromGateway(error);
  return fromFramework(error);
}

function fromGateway(error: GatewayError): SmartleadError {
  const cause = error;
  switch (error.code) {
    case 'unauthenticated':
      return new SmartleadError(401, 'Invalid API Key', { cause });
    case 'provider_unavailable':
    case 'provider_rate_limited':
    case 'refresh_timeout':
    case 'overloaded':
      return new SmartleadError(503, error.message, { retryAfterSeconds: retryAfterOf(error), cause });
    case 'rate_limited': {
      const retryAfterSeconds = retryAfterOf(error);
      const members = {
        error: { code: 'RATE_LIMIT_EXCEEDED', message: error.message, retry_after: retryAfterSeconds },
      };
      return new SmartleadError(429, error.message, { members, retryAfterSeconds, cause });
    }
    case 'internal_error':
      return fromFramework(error);
    default:
      return new SmartleadError(errorTable[error.code].status, error.message, { cause });
  }
}

const retryAfterOf = ({ extras }: GatewayError): number =>
  Math.max(1, Math.ceil(extras.retryAfterSeconds ?? retrySeconds));

/** The framework's own refusals of a request; anything else is a mistake of ours and says nothing. */
function fromFramework(error: unknown): SmartleadError {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (typeof status !== 'number' || status < 400 || status >= 500) {
    return new SmartleadError(500, 'Something went wrong on this server', { cause: error });
  }
  const message = status === 413 ? 'Request body is too large' : (STATUS_CODES[status] ?? 'Bad Request');
  return new SmartleadError(status, message, { cause: error });
}
