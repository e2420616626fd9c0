// Errors as EmailEngine sends them: `{ statusCode, error, message }` with `code`, `fields` and what else helps.
// Every error of this surface passes here, those of the HTTP framework included; nothing else may shape one.
import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import {
  errorTable,
  GatewayError,
  isReasonCode,
  type Log,
  type ReasonCode,
  type Verdict,
  verdictOf,
} from '../../../core/index.ts';
import { type Field, fieldOf, fieldsOf, fieldsOfPointers, isViolation } from './fields.ts';

/** Members beside the three that every error has. Never holds a secret. */
export type Details = {
  code?: string;
  fields?: Field[];
  retryAfterSeconds?: number;
  requestedScope?: string;
  existingAccount?: string;
  authenticationFailed?: boolean;
  tokenRequest?: Record<string, unknown>;
  reconnectUrl?: string;
};

/** An answer that has no code in the core because only this dialect has it. */
export class EmailEngineError extends Error {
  override readonly name = 'EmailEngineError';
  readonly statusCode: number;
  readonly details: Details;

  constructor(statusCode: number, message: string, details: Details = {}) {
    super(message);
    this.statusCode = statusCode;
    this.details = details;
  }
}

export const accountNotFound = (): EmailEngineError =>
  new EmailEngineError(404, 'Account record was not found for requested ID');

/** For one field that the schema lets pass; its whole path is in the message, its last name is the key. */
export const badField = (path: string, message: string): EmailEngineError =>
  new EmailEngineError(400, 'Invalid input', { fields: [fieldOf(path, message)] });

/** For what EmailEngine has and this server has not. */
export const notBuilt = (what: string): EmailEngineError =>
  new EmailEngineError(501, `${what} is not available on this server`, { code: 'NotImplemented' });

export const accountAlreadyExists = (existingAccount: string): EmailEngineError =>
  new EmailEngineError(400, 'This user is registered under another account id', {
    code: 'AccountAlreadyExists',
    existingAccount,
  });

/** What heals by itself is the provider's outage; everything else will be refused again. */
export function notVerified({ sentence, remedy, healsItself }: Verdict): EmailEngineError {
  return healsItself
    ? new EmailEngineError(503, sentence, {
        code: 'ProviderUnavailable',
        retryAfterSeconds: otherRetrySeconds,
      })
    : new EmailEngineError(400, `${sentence} ${remedy}`, { code: 'AccountVerificationFailed' });
}

const otherRetrySeconds = 5;

/** Sends the error, and logs what only the operator can do something about. Never the URL: it may hold a key. */
export function sendError(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const answer = toEmailEngineError(error);
  const { statusCode, message, details } = answer;
  if (statusCode >= 500 && statusCode !== 501) {
    log[statusCode === 503 ? 'warn' : 'error']('a request of the emailengine surface failed', {
      requestId: reply.request.id,
      route: reply.request.routeOptions.url ?? null,
      statusCode,
      error,
    });
  }
  const { retryAfterSeconds, ...members } = details;
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
    reply.header('retry-after', String(seconds));
    if (statusCode === 429) reply.header('x-ratelimit-reset', String(seconds));
  }
  return reply.code(statusCode).send({
    statusCode,
    error: STATUS_CODES[statusCode] ?? 'Error',
    message,
    ...(statusCode === 429 && retryAfterSeconds !== undefined ? { ttl: Math.ceil(retryAfterSeconds) } : {}),
    ...members,
  });
}

function toEmailEngineError(error: unknown): EmailEngineError {
  if (error instanceof EmailEngineError) return error;
  if (error instanceof GatewayError) return ofGateway(error);
  if (isViolation(error)) return new EmailEngineError(400, 'Invalid input', { fields: fieldsOf(error) });
  return ofFramework(statusOf(error));
}

function ofGateway(error: GatewayError): EmailEngineError {
  const { retryAfterSeconds, fields } = error.extras;
  switch (error.code) {
    case 'unauthenticated':
      return new EmailEngineError(401, error.message);
    case 'not_found':
      return new EmailEngineError(404, error.message);
    case 'invalid_request':
      return new EmailEngineError(400, 'Invalid input', { fields: fieldsOfPointers(fields ?? []) });
    case 'provider_unavailable':
    case 'provider_rate_limited':
    case 'provider_answer_unreadable':
    case 'refresh_timeout':
    case 'overloaded':
      return new EmailEngineError(503, error.message, {
        code: codes[error.code],
        retryAfterSeconds: retryAfterSeconds ?? otherRetrySeconds,
      });
    case 'mailbox_refused': {
      const reason = reasonOf(error);
      return reason === null
        ? new EmailEngineError(400, error.message, { code: 'AccountVerificationFailed' })
        : notVerified(verdictOf(reason));
    }
    case 'mailbox_disabled':
      return new EmailEngineError(403, 'The account is paused', { code: 'AccountPaused' });
    case 'resource_not_granted':
      return new EmailEngineError(403, error.message, { code: 'ResourceNotGranted' });
    case 'oauth_client_in_use':
      return new EmailEngineError(409, error.message, { code: 'AppInUse' });
    case 'oauth_client_missing':
      return new EmailEngineError(400, 'Invalid or missing OAuth2 provider');
    case 'oauth_client_paused':
      return new EmailEngineError(403, error.message, { code: 'OauthAppRefused' });
    case 'internal_error':
      return ofFramework(500);
    default:
      return new EmailEngineError(errorTable[error.code].status, error.message, {
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      });
  }
}

function reasonOf({ extras: { verdict } }: GatewayError): ReasonCode | null {
  if (typeof verdict !== 'object' || verdict === null || !('code' in verdict)) return null;
  return typeof verdict.code === 'string' && isReasonCode(verdict.code) ? verdict.code : null;
}

const codes = {
  provider_unavailable: 'ProviderUnavailable',
  provider_rate_limited: 'ProviderRateLimited',
  provider_answer_unreadable: 'ProviderAnswerUnreadable',
  refresh_timeout: 'RefreshTimeout',
  overloaded: 'Overloaded',
} as const;

/** The framework's own refusals of a request; anything else is a mistake of ours and says nothing. */
function ofFramework(statusCode: number): EmailEngineError {
  switch (statusCode) {
    case 400:
      return new EmailEngineError(400, 'Invalid request payload JSON format');
    case 413:
      return new EmailEngineError(413, 'Payload content length greater than maximum allowed');
    case 415:
      return new EmailEngineError(415, 'Unsupported Media Type');
    default:
      return statusCode > 400 && statusCode < 500
        ? new EmailEngineError(statusCode, STATUS_CODES[statusCode] ?? 'The request is not valid')
        : new EmailEngineError(500, 'An internal server error occurred');
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
