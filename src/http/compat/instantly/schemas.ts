// The bodies of Instantly's API v2 that this surface sends, field by field. Nothing is read from a body: both
// init operations have none.
import { type Static, Type } from '@fastify/type-provider-typebox';

export const InitReply = Type.Object({
  session_id: Type.String({ format: 'uuid' }),
  /** Where the mailbox owner's browser goes: the connect page of this server. */
  auth_url: Type.String({ format: 'uri' }),
  /** ISO 8601 in UTC, with milliseconds. */
  expires_at: Type.String({ format: 'date-time' }),
});
export type InitReply = Static<typeof InitReply>;

/** `expired` is a status of its own and never an error code. */
export const SessionErrorCode = Type.Union([
  Type.Literal('account_exists'),
  Type.Literal('account_not_allowed'),
  Type.Literal('access_denied'),
  Type.Literal('server_error'),
]);
export type SessionErrorCode = Static<typeof SessionErrorCode>;

export const StatusReply = Type.Union([
  Type.Object({ status: Type.Literal('pending') }),
  Type.Object({
    status: Type.Literal('success'),
    email: Type.String(),
    /** '' when the provider names none; programs read it unasked, so it is never left out. */
    name: Type.String(),
    /** The address again. */
    account_id: Type.String(),
  }),
  Type.Object({
    status: Type.Literal('error'),
    error: SessionErrorCode,
    error_description: Type.String(),
  }),
  Type.Object({ status: Type.Literal('expired') }),
]);
export type StatusReply = Static<typeof StatusReply>;

export const ErrorReply = Type.Object({
  statusCode: Type.Integer(),
  /** The reason phrase of the status. */
  error: Type.String(),
  message: Type.String(),
});
export type ErrorReply = Static<typeof ErrorReply>;

export const SessionParams = Type.Object({ sessionId: Type.String() });
