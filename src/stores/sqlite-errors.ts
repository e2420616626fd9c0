// SQLite's result codes as errors of the house (https://www.sqlite.org/rescode.html).
import { GatewayError } from '../core/errors.ts';
import type { StatementFailure } from './sqlite-protocol.ts';

const busy = 5;
const ioError = 10;
const full = 13;
const constraintForeignKey = 787;
const constraintPrimaryKey = 1555;
const constraintUnique = 2067;
/** The primary code is the low byte of the extended one. */
const primaryMask = 0xff;

export const sqliteError = ({ message, resultCode }: StatementFailure): GatewayError => {
  const cause = new Error(`SQLite: ${message}${resultCode === null ? '' : ` (${resultCode})`}`);
  if (resultCode === constraintUnique || resultCode === constraintPrimaryKey) {
    return new GatewayError('conflict', 'Another row with the same identity exists.', { cause });
  }
  if (resultCode === constraintForeignKey) {
    return new GatewayError(
      'conflict',
      'A row that this one belongs to, or that belongs to it, forbids it.',
      {
        cause,
      },
    );
  }
  if (resultCode !== null && (resultCode & primaryMask) === busy) {
    return new GatewayError('overloaded', 'The database is busy.', {
      cause,
      extras: { retryAfterSeconds: 1 },
    });
  }
  if (resultCode !== null && [ioError, full].includes(resultCode & primaryMask)) {
    return new GatewayError('overloaded', 'The disk of the database is full or failing.', {
      cause,
      extras: { retryAfterSeconds: 30 },
    });
  }
  return new GatewayError('internal_error', 'The database refused a statement.', { cause });
};
