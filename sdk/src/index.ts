// @mailgrant/client: a client of Mailgrant for Node.js, Deno, Bun and browsers. No dependencies, no modules of Node.js.
export type { Attempt, OnAttempt } from './attempts.ts';
export type { CallOptions } from './call.ts';
export { type ClientOptions, createClient, type MailgrantClient } from './client.ts';
export {
  type AnyMailgrantError,
  type ClientErrorCode,
  type FieldProblem,
  isMailgrantError,
  MailgrantError,
  type MailgrantErrorCode,
  type ServerErrorCode,
} from './errors.ts';
export type * from './generated/operations.ts';
export type * from './generated/types.ts';
export type { Page } from './pages.ts';
export type { TokenSource, TokenSourceOptions } from './token-source.ts';
