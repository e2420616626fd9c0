// Errors as RFC 9457 problem documents: anything thrown becomes a GatewayError, and that an answer.
// Shows `detail` and the extras, never a stack or a cause.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorTable, GatewayError, type Log } from '../core/index.ts';
import { fieldErrors, type SchemaViolation } from './field-errors.ts';

export type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
} & Record<string, unknown>;

/** What Fastify throws: its own errors, and validation failures with the part of the request they are in. */
type ServerError = {
  code?: unknown;
  statusCode?: unknown;
  validation?: SchemaViolation[];
  validationContext?: unknown;
};

/** Where the docs page of an error code is served; the `type` of its problem documents. */
export const problemType = (publicUrl: string, code: string): string => `${publicUrl}/docs/errors/${code}`;

export const errorCodes: readonly ErrorCode[] = Object.keys(errorTable).filter((code): code is ErrorCode =>
  Object.hasOwn(errorTable, code),
);

export const noSuchRoute = (): GatewayError =>
  new GatewayError('not_found', 'There is no such route. The API is described at /docs/api.');

/** The error that a caller may see; what nobody foresaw becomes `internal_error` with the cause inside. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (!isServerError(error)) return unforeseen(error);
  if (error.validation) {
    // An id that is none names nothing, like an id that nothing has.
    if (error.validationContext === 'params') {
      return new GatewayError('not_found', 'The path names no object: its id is not an id.', {
        cause: error,
      });
    }
    const fields = fieldErrors(error.validation, error.validationContext === 'body');
    return new GatewayError('invalid_request', 'The request does not have the form that this route takes.', {
      cause: error,
      extras: { fields },
    });
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new GatewayError('body_too_large', errorTable.body_too_large.explanation, { cause: error });
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new GatewayError('unsupported_media_type', errorTable.unsupported_media_type.explanation, {
      cause: error,
    });
  }
  const { statusCode } = error;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new GatewayError('invalid_request', 'The request could not be read: it is not well-formed.', {
      cause: error,
    });
  }
  return unforeseen(error);
}

const isServerError = (error: unknown): error is ServerError => typeof error === 'object' && error !== null;

const unforeseen = (error: unknown): GatewayError =>
  new GatewayError('internal_error', 'Something went wrong on this server. The log has the reason.', {
    cause: error,
  });

export function problemDocument(error: GatewayError, publicUrl: string, requestId: string): ProblemDocument {
  const { title, status } = errorTable[error.code];
  return {
    type: problemType(publicUrl, error.code),
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...membersOf(error),
  };
}

function membersOf({ extras }: GatewayError): Record<string, unknown> {
  const { fields, ...others } = extras;
  const members = snakeCased({ ...others, retryAfterSeconds: retryAfterSeconds(extras.retryAfterSeconds) });
  return { ...(fields ? { fields } : {}), ...(isPlainObject(members) ? members : {}) };
}

const retryAfterSeconds = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));

/** Sends the document with the headers that its status asks for (RFC 6750 section 3, RFC 9110 section 10.2.3). */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { error, publicUrl }: { error: GatewayError; publicUrl: string },
): FastifyReply {
  if (error.status === 401) reply.header('www-authenticate', challenge(request));
  if (error.status === 403) {
    reply.header('www-authenticate', 'Bearer realm="mailgrant", error="insufficient_scope"');
  }
  const seconds = retryAfterSeconds(error.extras.retryAfterSeconds);
  if (seconds !== undefined) reply.header('retry-after', String(seconds));
  // Serialized here: the response schemas of a route describe problems, but must not cut members off.
  return reply
    .code(error.status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemDocument(error, publicUrl, request.id));
}

const challenge = ({ headers }: FastifyRequest): string =>
  headers.authorization ? 'Bearer realm="mailgrant", error="invalid_token"' : 'Bearer realm="mailgrant"';

/** Once per failed request, and never its URL or query: they hold codes and tokens. */
export function logFailure(log: Log, request: FastifyRequest, error: GatewayError): void {
  if (error.status < 500) return;
  const fields = {
    requestId: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    code: error.code,
    error: error.cause ?? error,
  };
  if (error.code === 'internal_error') log.error('a request failed', fields);
  else log.warn('a request could not be served', fields);
}

/** Names of members at every depth, `healsItself` to `heals_itself`; undefined members fall out. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [
        name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        snakeCased(member),
      ]),
  );
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
