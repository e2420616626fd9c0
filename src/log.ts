// The log: one JSON line an event, on standard error. `Secret` values print as [redacted] by themselves; the
// names below are a second net for what comes from outside as plain text.
import { pino } from 'pino';
import type { Log } from './core/index.ts';
import { logFields } from './log-context.ts';

const secretNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'code_verifier',
  'assertion',
  'authorization',
  'cookie',
  'accessToken',
  'refreshToken',
  'clientSecret',
  'codeVerifier',
];

export type LogOptions = {
  /** Takes the lines, for tests; without it they go to standard error. */
  write?: (line: string) => void;
  /** Of several processes, as a field of every line. */
  process?: number;
};

/** Every line also says which request, trace or job it belongs to: log-context.ts. */
export function createLog(level: string, given: LogOptions | ((line: string) => void) = {}): Log {
  const { write, process } = typeof given === 'function' ? { write: given } : given;
  const logger = pino(
    {
      level,
      base: process === undefined ? null : { process },
      // A new object each time: the fields of the line are written into it.
      mixin: () => ({ ...logFields() }),
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    write ? { write } : pino.destination({ dest: 2, sync: false }),
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}
