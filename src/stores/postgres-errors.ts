// PostgreSQL's failures as errors of the house: by SQLSTATE, never by message
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
import pg from 'pg';
import { GatewayError } from '../core/errors.ts';

export const overloaded = (detail: string, cause?: unknown): GatewayError =>
  new GatewayError('overloaded', detail, { cause, extras: { retryAfterSeconds: 1 } });

/**
 * A caller may try again: the server is lost, going down, starting, short of something, or not the primary; or others
 * worked on the same rows, and the server let this one go so that they could go on. Whether something is there already,
 * which is `conflict`, none of it says.
 */
const isPassing = ({ code = '' }: pg.DatabaseError): boolean =>
  isOfLostServer(code) || code.startsWith('53') || code === queryCanceled || rivalries.has(code);

/** A serialization failure, a deadlock. */
const rivalries: ReadonlySet<string> = new Set(['40001', '40P01']);

/** Of which another connection may know better: 08 lost, 57P0x stopped or starting, 25006 a standby by now. */
const isOfLostServer = (code: string): boolean =>
  code.startsWith('08') || ['57P01', '57P02', '57P03', '25006'].includes(code);

/** By `statement_timeout`. */
const queryCanceled = '57014';

/** True when the connection must not be used again. After any other answer of the server it is as before. */
export const isConnectionOver = (cause: unknown): boolean =>
  cause instanceof pg.DatabaseError ? isOfLostServer(cause.code ?? '') : !isProgrammersError(cause);

/** Why no connection could be had. */
export const connectionError = (cause: unknown): GatewayError => {
  if (!(cause instanceof pg.DatabaseError)) return withoutAnswer(cause);
  if (isPassing(cause)) return overloaded('The database is busy.', cause);
  return new GatewayError('internal_error', 'The database refuses the connection.', { cause });
};

/** Why a statement failed. */
export const statementError = (cause: unknown): GatewayError => {
  if (!(cause instanceof pg.DatabaseError)) return withoutAnswer(cause);
  if (isPassing(cause)) return overloaded('The database is busy.', cause);
  switch (cause.code) {
    case '23505':
      return new GatewayError('conflict', 'Another row with the same identity exists.', { cause });
    case '23503':
      return new GatewayError(
        'conflict',
        'A row that this one belongs to, or that belongs to it, forbids it.',
        { cause },
      );
    // U+0000 or half a surrogate pair, which text and JSON of PostgreSQL cannot hold.
    case '22021':
    case '22P05':
      return new GatewayError('invalid_request', 'A text holds a character that cannot be kept.', { cause });
    default:
      return new GatewayError('internal_error', 'The database refused a statement.', { cause });
  }
};

/**
 * For the operator of a node that cannot start: which database, as whom, and why not. Never holds the password,
 * which is only in the URL.
 */
export const startFailure = (url: string, error: unknown): Error => {
  const cause = error instanceof GatewayError ? error.cause : error;
  return new Error(`The database ${placeOf(url)} cannot be used: ${messageOf(cause)}`, { cause });
};

const withoutAnswer = (cause: unknown): GatewayError =>
  isProgrammersError(cause)
    ? new GatewayError('internal_error', 'A statement could not be sent to the database.', { cause })
    : overloaded('The database does not answer.', cause);

/** Of values that cannot be written as parameters. What comes of the network is a plain Error. */
const isProgrammersError = (cause: unknown): boolean =>
  cause instanceof TypeError || cause instanceof RangeError;

/** Which database, and as whom, without the password. */
export const placeOf = (url: string): string => {
  // A password with a `/`, `?` or `#` that is not escaped: what follows it would be taken for the database's name.
  if (/^[^/]*\/\/[^/?#]*[/?#].*@/.test(url))
    return 'of the configured URL (is its password percent-encoded?)';
  try {
    // The driver's own reading of the URL and of the PG* environment variables.
    const { host, port, database, user } = new pg.Client({ connectionString: url });
    return `"${database ?? ''}" at ${host}:${port} as "${user ?? ''}"`;
  } catch {
    return 'of the configured URL';
  }
};

const messageOf = (cause: unknown): string => {
  // One error for each address of the host that was tried.
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  if (!(cause instanceof Error)) return 'the reason is not known';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  if (cause.message === '') return code ?? cause.name;
  return code === null || cause.message.includes(code) ? cause.message : `${cause.message} (${code})`;
};
